import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import {
  auditSize,
  done,
  INACTIVE,
  type MutationName,
  memberById,
  memberNamed,
  mutate,
  nextAddress,
  pathTo,
  refusals,
  refused,
  roleAccess,
  seatAccess,
  seatHolderNamed,
} from './operations.js';

let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  v1 = await app.workspace({ version: 'V1', seats: { builder: 50, pro: 50 } });
  v2 = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
});

interface Added {
  readonly workspaceId: string;
  readonly memberId: string;
  readonly userName: string;
}

async function added({ workspaceId }: TestWorkspace, input: object = {}): Promise<Added> {
  const userName = nextAddress();
  const { member } = await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName, ...input });
  return { workspaceId, memberId: member.id, userName };
}

function withRole(role: string, creditLimit?: number): object {
  return { access: { roleAccess: { role, ...(creditLimit === undefined ? {} : { creditLimit }) } } };
}

function send(name: MutationName, { workspaceId, memberId }: Added, input: object = {}) {
  return mutate(app, app.operatorToken, name, { workspaceId, memberId, ...input });
}

/** Everything that there is of a member, the audit entries too. */
async function everythingOf({ workspaceId, memberId }: Added): Promise<unknown> {
  return [
    await memberById(app, app.operatorToken, workspaceId, memberId),
    await auditSize(app, workspaceId),
    await app.sql('select * from membership where member_id = $1', [memberId]),
  ];
}

/** Sends something that must be refused, and makes sure that it left no trace. */
async function expectRefusal(
  name: MutationName,
  member: Added,
  input: object,
  answer: object,
): Promise<void> {
  const before = await everythingOf(member);
  expect(await send(name, member, input)).toEqual(answer);
  expect(await everythingOf(member)).toEqual(before);
}

function changed(name: MutationName, member: object): object {
  return { data: { [name]: { changed: true, member } } };
}

describe('memberUpdate', () => {
  test.each<[string, object, object]>([
    ['external id', { externalId: '00u9' }, { externalId: '00u9' }],
    ['external id, cleared', { externalId: null }, { externalId: null }],
    [
      'profile, one attribute',
      { profile: { title: 'Boss' } },
      { profile: { attributes: { nickName: 'Annie', title: 'Boss' } } },
    ],
    ['profile, emptied', { profile: { title: null, nickName: null } }, { profile: { attributes: {} } }],
  ])('%s', async (_case, sent, becomes) => {
    const externalId = nextAddress();
    const person = { externalId, profile: { title: 'Engineer', nickName: 'Annie' } };
    const ann = await added(v2, person);
    expect(await send('memberUpdate', ann, sent)).toEqual(
      changed(
        'memberUpdate',
        memberNamed(ann.userName, {
          id: ann.memberId,
          version: 2,
          externalId,
          profile: { attributes: { nickName: 'Annie', title: 'Engineer' } },
          ...becomes,
        }),
      ),
    );
  });

  test('rule 21: a null userName or profile changes nothing; neither do the same values again', async () => {
    const externalId = nextAddress();
    const ann = await added(v2, { externalId, profile: { title: 'Engineer' } });
    const before = await everythingOf(ann);
    for (const same of [
      {},
      { userName: null, profile: null },
      { userName: ann.userName, externalId, profile: { title: 'Engineer' } },
      { profile: {} },
      { profile: { title: 'Engineer', nickName: '' } },
    ]) {
      expect(await send('memberUpdate', ann, same)).toMatchObject({
        data: { memberUpdate: { changed: false, member: { id: ann.memberId, version: 1 } } },
      });
    }
    expect(await everythingOf(ann)).toEqual(before);
  });

  test('renames an inactive member', async () => {
    const ann = await added(v2);
    await send('memberRemove', ann);
    expect(await send('memberUpdate', ann, { externalId: 'x' })).toEqual(
      changed(
        'memberUpdate',
        memberNamed(ann.userName, { id: ann.memberId, version: 3, externalId: 'x', ...INACTIVE }),
      ),
    );
  });

  test('refuses an empty userName', async () => {
    await expectRefusal(
      'memberUpdate',
      await added(v2),
      { userName: '' },
      refused('memberUpdate', 'INVALID_INPUT', 'userName is required and cannot be empty.', {
        attribute: 'userName',
      }),
    );
  });
});

describe('rule 19: a change of address', () => {
  test('assigns the member to another account, keeps its id, and changes no account', async () => {
    const ann = await added(v2);
    const elsewhere = await app.workspace({ version: 'V2' });
    const { workspaceId } = elsewhere;
    const other = await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: ann.userName });
    const email = nextAddress();
    expect(await send('memberUpdate', ann, { userName: email })).toEqual(
      changed('memberUpdate', memberNamed(email, { id: ann.memberId, version: 2 })),
    );
    expect(await memberById(app, app.operatorToken, workspaceId, other.member.id)).toEqual(
      memberNamed(ann.userName, { id: other.member.id }),
    );
    const accounts = await app.sql<{ email: string }>('select email from account where email = any($1)', [
      [ann.userName, email],
    ]);
    expect(new Set(accounts.map((account) => account.email))).toEqual(new Set([ann.userName, email]));
  });

  test('finds an existing account', async () => {
    const other = await added(v1);
    const ann = await added(v2);
    expect(await send('memberUpdate', ann, { userName: other.userName.toUpperCase() })).toEqual(
      changed(
        'memberUpdate',
        memberNamed(other.userName.toUpperCase(), {
          id: ann.memberId,
          version: 2,
          account: { email: other.userName },
        }),
      ),
    );
  });

  test('rule 15: in case only keeps the account and stores the new spelling', async () => {
    const ann = await added(v2);
    expect(await send('memberUpdate', ann, { userName: ann.userName.toUpperCase() })).toEqual(
      changed(
        'memberUpdate',
        memberNamed(ann.userName.toUpperCase(), {
          id: ann.memberId,
          version: 2,
          account: { email: ann.userName },
        }),
      ),
    );
  });

  test('applies where the e-mail decides the account', async () => {
    const one = nextAddress();
    const other = nextAddress();
    const { workspaceId } = v2;
    const { member } = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId,
      userName: `login-${one.slice(7, 9)}`,
      profile: { emails: [{ value: one }] },
    });
    const target = { workspaceId, memberId: member.id };
    const moved = await done(app, app.operatorToken, 'memberUpdate', {
      ...target,
      profile: { emails: [{ value: other }] },
    });
    expect(moved.member.account).toEqual({ email: other });
    const nowhere = { ...target, profile: { emails: null } };
    expect(await mutate(app, app.operatorToken, 'memberUpdate', nowhere)).toMatchObject({
      errors: [{ extensions: { code: 'INVALID_INPUT', path: pathTo('userName') } }],
    });
  });

  test.each<[string, (email: string) => object]>([
    ['userName', (email) => ({ userName: email.toUpperCase() })],
    [
      'account',
      (email) => ({ userName: `login.${email.slice(7, 9)}`, profile: { emails: [{ value: email }] } }),
    ],
  ])("to another member's %s is refused", async (_case, inputFor) => {
    const ben = await added(v2);
    const input = inputFor(ben.userName);
    const refusal =
      'profile' in input
        ? refusals.addressTaken('memberUpdate', ben.userName)
        : refusals.alreadyAMember('memberUpdate', ben.userName.toUpperCase());
    await expectRefusal('memberUpdate', await added(v2), input, refusal);
    await send('memberRemove', ben);
    await expectRefusal('memberUpdate', await added(v2), input, refusal);
  });
});

describe('memberSetAccess', () => {
  test.each<[string, object, object, string, object]>([
    ['role', withRole('VIEWER'), withRole('ADMIN'), 'ADMIN', roleAccess('ADMIN')],
    ['role and limit', withRole('VIEWER'), withRole('EDITOR', 5), 'EDITOR', roleAccess('EDITOR', 5)],
    ['limit', withRole('EDITOR', 5), withRole('EDITOR', 6), 'EDITOR', roleAccess('EDITOR', 6)],
    ['an absent limit stays', withRole('EDITOR', 5), withRole('ADMIN'), 'ADMIN', roleAccess('ADMIN', 5)],
    [
      'rule 6: viewer clears the limit',
      withRole('EDITOR', 5),
      withRole('VIEWER'),
      'VIEWER',
      roleAccess('VIEWER'),
    ],
  ])('V2: %s', async (_case, first, then, role, access) => {
    const ann = await added(v2, first);
    expect(await send('memberSetAccess', ann, then)).toEqual(
      changed('memberSetAccess', memberNamed(ann.userName, { id: ann.memberId, version: 2, role, access })),
    );
  });

  test.each<[string, object, object, string, object]>([
    ['a seat', {}, { seatType: 'PRO' }, 'MEMBER', seatAccess('PRO')],
    ['another seat', { seatType: 'PRO' }, { seatType: 'BUILDER' }, 'MEMBER', seatAccess('BUILDER')],
    ['no seat', { seatType: 'PRO' }, { seatType: null }, 'MEMBER', seatAccess(null)],
    ['admin', { seatType: 'PRO' }, { seatType: 'PRO', role: 'ADMIN' }, 'ADMIN', seatAccess('PRO')],
  ])('V1: %s', async (_case, first, then, role, access) => {
    const ann = await added(v1, { access: { seatAccess: first } });
    expect(await send('memberSetAccess', ann, { access: { seatAccess: then } })).toEqual(
      changed(
        'memberSetAccess',
        seatHolderNamed(ann.userName, { id: ann.memberId, version: 2, role, access }),
      ),
    );
  });

  test('rule 21: the same access again changes nothing', async () => {
    const ann = await added(v2, withRole('EDITOR', 5));
    const before = await everythingOf(ann);
    for (const same of [withRole('EDITOR', 5), withRole('EDITOR')]) {
      expect(await send('memberSetAccess', ann, same)).toMatchObject({
        data: { memberSetAccess: { changed: false, member: { version: 1 } } },
      });
    }
    expect(await everythingOf(ann)).toEqual(before);
  });

  test('rule 6: a limit for a viewer is refused', async () => {
    await expectRefusal(
      'memberSetAccess',
      await added(v2, withRole('EDITOR', 5)),
      withRole('VIEWER', 5),
      refused(
        'memberSetAccess',
        'CREDIT_LIMIT_NOT_ALLOWED',
        "creditLimit can only be set on admin or editor roles, and this member's role would be viewer.",
        {
          attribute: 'creditLimit',
          hint: 'Either change the role to editor or admin, or remove the creditLimit value.',
        },
      ),
    );
  });

  test('rule 1: the other version’s access is refused', async () => {
    await expectRefusal(
      'memberSetAccess',
      await added(v2),
      { access: { seatAccess: { seatType: null } } },
      refused('memberSetAccess', 'WRONG_WORKSPACE_VERSION', 'seatAccess does not exist on a V2 workspace.', {
        attribute: 'seatAccess',
        hint: 'Send roleAccess instead.',
      }),
    );
    await expectRefusal(
      'memberSetAccess',
      await added(v1),
      withRole('VIEWER'),
      refused('memberSetAccess', 'WRONG_WORKSPACE_VERSION', 'roleAccess does not exist on a V1 workspace.', {
        attribute: 'roleAccess',
        hint: 'Send seatAccess instead.',
      }),
    );
  });

  test('refuses an inactive member', async () => {
    const ann = await added(v2);
    await send('memberRemove', ann);
    await expectRefusal('memberSetAccess', ann, withRole('EDITOR'), refusals.notActive('memberSetAccess'));
  });

  test('rule 3: changes a guest to an assignable role', async () => {
    const ann = await added(v2);
    await app.sql("update membership set role = 'GUEST' where member_id = $1", [ann.memberId]);
    expect(await memberById(app, app.operatorToken, ann.workspaceId, ann.memberId)).toEqual(
      memberNamed(ann.userName, { role: 'GUEST', access: roleAccess('GUEST') }),
    );
    expect(await send('memberSetAccess', ann, withRole('EDITOR'))).toEqual(
      changed(
        'memberSetAccess',
        memberNamed(ann.userName, { version: 2, role: 'EDITOR', access: roleAccess('EDITOR') }),
      ),
    );
  });
});

describe('memberSetCreditLimit and memberClearCreditLimit', () => {
  test('set, change, set again, clear, clear again', async () => {
    const ann = await added(v2, withRole('EDITOR'));
    const editor = (version: number, limit: number | null) =>
      memberNamed(ann.userName, { version, role: 'EDITOR', access: roleAccess('EDITOR', limit) });
    expect(await send('memberSetCreditLimit', ann, { creditLimit: 5 })).toEqual(
      changed('memberSetCreditLimit', editor(2, 5)),
    );
    expect(await send('memberSetCreditLimit', ann, { creditLimit: 2_147_483_647 })).toEqual(
      changed('memberSetCreditLimit', editor(3, 2_147_483_647)),
    );
    expect(await send('memberSetCreditLimit', ann, { creditLimit: 2_147_483_647 })).toEqual({
      data: { memberSetCreditLimit: { changed: false, member: editor(3, 2_147_483_647) } },
    });
    expect(await send('memberClearCreditLimit', ann)).toEqual(
      changed('memberClearCreditLimit', editor(4, null)),
    );
    expect(await send('memberClearCreditLimit', ann)).toEqual({
      data: { memberClearCreditLimit: { changed: false, member: editor(4, null) } },
    });
  });

  test('rule 6: who set the limit is recorded', async () => {
    const ann = await added(v2, withRole('EDITOR'));
    const setBy = () =>
      app.sql(
        'select credit_limit as limit, credit_limit_set_by as by from membership where member_id = $1',
        [ann.memberId],
      );
    await send('memberSetCreditLimit', ann, { creditLimit: 5 });
    expect(await setBy()).toEqual([{ limit: 5, by: 'WORKSPACE' }]);
    const { workspaceId, memberId } = ann;
    const patch = { workspaceId, memberId, mode: 'PATCH' };
    await done(app, v2.apiKey, 'memberProvision', { ...patch, creditLimit: 5 });
    expect(await setBy()).toEqual([{ limit: 5, by: 'WORKSPACE' }]);
    await done(app, v2.apiKey, 'memberProvision', { ...patch, creditLimit: 6 });
    expect(await setBy()).toEqual([{ limit: 6, by: 'IDENTITY_PROVIDER' }]);
    await send('memberClearCreditLimit', ann);
    expect(await setBy()).toEqual([{ limit: null, by: null }]);
  });

  test('rule 6: refused for a viewer', async () => {
    await expectRefusal(
      'memberSetCreditLimit',
      await added(v2),
      { creditLimit: 5 },
      refused(
        'memberSetCreditLimit',
        'CREDIT_LIMIT_NOT_ALLOWED',
        "creditLimit can only be set on admin or editor roles, and this member's role would be viewer.",
        {
          attribute: 'creditLimit',
          hint: 'Either change the role to editor or admin, or remove the creditLimit value.',
        },
      ),
    );
  });

  test.each(['memberSetCreditLimit', 'memberClearCreditLimit'] as const)(
    '%s on V1 is refused',
    async (name) => {
      await expectRefusal(
        name,
        await added(v1),
        name === 'memberSetCreditLimit' ? { creditLimit: 5 } : {},
        refused(name, 'WRONG_WORKSPACE_VERSION', 'creditLimit does not exist on a V1 workspace.', {
          attribute: 'creditLimit',
          hint: 'Send seatAccess instead.',
        }),
      );
    },
  );

  test.each(['memberSetCreditLimit', 'memberClearCreditLimit'] as const)(
    '%s of an inactive member is refused',
    async (name) => {
      const ann = await added(v2);
      await send('memberRemove', ann);
      const input = name === 'memberSetCreditLimit' ? { creditLimit: 5 } : {};
      await expectRefusal(name, ann, input, refusals.notActive(name));
    },
  );
});

describe('optimistic locking', () => {
  const CHANGES: readonly [MutationName, object][] = [
    ['memberProvision', { mode: 'PATCH', externalId: 'provisioned' }],
    ['memberUpdate', { externalId: 'updated' }],
    ['memberSetAccess', withRole('ADMIN')],
    ['memberSetCreditLimit', { creditLimit: 6 }],
    ['memberClearCreditLimit', {}],
    ['ownerPromote', {}],
    ['memberRemove', {}],
    ['memberDelete', {}],
  ];

  test.each(CHANGES)(
    '%s with an old version: STALE_VERSION; with the current one it succeeds',
    async (name, input) => {
      const ann = await added(v2, withRole('EDITOR', 5));
      await done(app, app.operatorToken, 'memberUpdate', {
        workspaceId: ann.workspaceId,
        memberId: ann.memberId,
        profile: { title: 'x' },
      });
      await expectRefusal(
        name,
        ann,
        { ...input, expectedVersion: 1 },
        refused(name, 'STALE_VERSION', 'The member has changed meanwhile: it has version 2, not 1.', {
          attribute: 'expectedVersion',
          hint: 'Read the member again and repeat the change.',
        }),
      );
      const answer = await send(name, ann, { ...input, expectedVersion: 2 });
      expect(answer).toEqual({
        data: {
          [name]:
            name === 'memberDelete'
              ? { memberId: ann.memberId }
              : { changed: true, member: expect.objectContaining({ version: 3 }) },
        },
      });
    },
  );

  test('of concurrent changes of one version, one succeeds', async () => {
    const ann = await added(v2);
    const answers = await Promise.all(
      Array.from({ length: 6 }, (_, index) =>
        send('memberUpdate', ann, { externalId: `x${index}`, expectedVersion: 1 }),
      ),
    );
    const codes = answers.map(({ errors }) => errors?.[0].extensions.code ?? 'done').toSorted();
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'STALE_VERSION'), 'done']);
  });
});
