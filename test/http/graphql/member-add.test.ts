import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import {
  auditSize,
  done,
  expectSeatsToAddUp,
  INACTIVE,
  memberById,
  memberNamed,
  mutate,
  nextAddress,
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
  v1 = await app.workspace({ version: 'V1', seats: { builder: 20, pro: 0 } });
  v2 = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
});

function add(workspace: TestWorkspace, input: object) {
  return mutate(app, app.operatorToken, 'memberAdd', { workspaceId: workspace.workspaceId, ...input });
}

function provision(workspace: TestWorkspace, input: object) {
  return mutate(app, app.operatorToken, 'memberProvision', {
    workspaceId: workspace.workspaceId,
    mode: 'CREATE',
    ...input,
  });
}

async function addedId(workspace: TestWorkspace, input: object): Promise<string> {
  const { member } = await done(app, app.operatorToken, 'memberAdd', {
    workspaceId: workspace.workspaceId,
    ...input,
  });
  return member.id;
}

async function remove({ workspaceId }: TestWorkspace, memberId: string): Promise<void> {
  await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
}

/** The memberships of a member, newest first. */
async function membershipsOf(memberId: string): Promise<unknown[]> {
  const query = '... on Member { memberships(first: 10) { totalCount nodes { id role endedAt } } }';
  const { data } = await app.graphql(app.operatorToken, `query ($id: ID!) { node(id: $id) { ${query} } }`, {
    id: memberId,
  });
  return data.node.memberships.nodes;
}

describe('V2', () => {
  test('rule 4: an address alone gives the default role', async () => {
    const userName = nextAddress();
    expect(await add(v2, { userName })).toEqual({
      data: { memberAdd: { changed: true, member: memberNamed(userName) } },
    });
  });

  test.each([
    ['ADMIN', null],
    ['ADMIN', 1],
    ['EDITOR', 2_147_483_647],
    ['VIEWER', null],
  ])('role %s with limit %s', async (role, creditLimit) => {
    const userName = nextAddress();
    expect(await add(v2, { userName, access: { roleAccess: { role, creditLimit } } })).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: memberNamed(userName, { role, access: roleAccess(role, creditLimit) }),
        },
      },
    });
  });

  test('rule 20: the profile is stored with the member', async () => {
    const userName = nextAddress();
    const profile = { displayName: 'Ann Lee', name: { givenName: 'Ann' } };
    expect(await add(v2, { userName, externalId: '00u1', profile })).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: memberNamed(userName, {
            externalId: '00u1',
            profile: { attributes: { name: { givenName: 'Ann' }, displayName: 'Ann Lee' } },
          }),
        },
      },
    });
  });

  test('rule 6: a limit for a viewer is refused, and nothing is written', async () => {
    const userName = nextAddress();
    const entries = await auditSize(app, v2.workspaceId);
    expect(await add(v2, { userName, access: { roleAccess: { role: 'VIEWER', creditLimit: 5 } } })).toEqual(
      refused(
        'memberAdd',
        'CREDIT_LIMIT_NOT_ALLOWED',
        "creditLimit can only be set on admin or editor roles, and this member's role would be viewer.",
        {
          attribute: 'creditLimit',
          hint: 'Either change the role to editor or admin, or remove the creditLimit value.',
        },
      ),
    );
    expect(await app.sql('select 1 from account where email = $1', [userName])).toEqual([]);
    expect(await auditSize(app, v2.workspaceId)).toBe(entries);
  });

  test('rule 1: a seat is refused', async () => {
    expect(await add(v2, { userName: nextAddress(), access: { seatAccess: { seatType: 'PRO' } } })).toEqual(
      refused('memberAdd', 'WRONG_WORKSPACE_VERSION', 'seatAccess does not exist on a V2 workspace.', {
        attribute: 'seatAccess',
        hint: 'Send roleAccess instead.',
      }),
    );
  });
});

describe('V1', () => {
  test('rule 10: an address alone gives no seat', async () => {
    const userName = nextAddress();
    expect(await add(v1, { userName })).toEqual({
      data: { memberAdd: { changed: true, member: seatHolderNamed(userName) } },
    });
    await expectSeatsToAddUp(app, v1.workspaceId);
  });

  test.each([
    [{ seatType: 'BUILDER' }, 'MEMBER', 'BUILDER'],
    [{ seatType: 'BUILDER', role: 'ADMIN' }, 'ADMIN', 'BUILDER'],
    [{ role: 'ADMIN' }, 'ADMIN', null],
    [{ seatType: null }, 'MEMBER', null],
    [{}, 'MEMBER', null],
  ])('seat %j', async (seat, role, seatType) => {
    const userName = nextAddress();
    expect(await add(v1, { userName, access: { seatAccess: seat } })).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: seatHolderNamed(userName, { role, access: seatAccess(seatType) }),
        },
      },
    });
    await expectSeatsToAddUp(app, v1.workspaceId);
  });

  test.each(['PRO', 'ELITE_3'])(
    'rule 8: without a free %s seat the request is refused, and nothing is written',
    async (seatType) => {
      const userName = nextAddress();
      const entries = await auditSize(app, v1.workspaceId);
      expect(await add(v1, { userName, access: { seatAccess: { seatType } } })).toEqual(
        refusals.noSeat('memberAdd', seatType, 0, 0),
      );
      expect(await app.sql('select 1 from account where email = $1', [userName])).toEqual([]);
      expect(await auditSize(app, v1.workspaceId)).toBe(entries);
    },
  );

  test('rule 1: a role is refused', async () => {
    expect(await add(v1, { userName: nextAddress(), access: { roleAccess: { role: 'EDITOR' } } })).toEqual(
      refused('memberAdd', 'WRONG_WORKSPACE_VERSION', 'roleAccess does not exist on a V1 workspace.', {
        attribute: 'roleAccess',
        hint: 'Send seatAccess instead.',
      }),
    );
  });
});

describe('rule 14: the account', () => {
  test('is found without case, and keeps its spelling', async () => {
    const email = nextAddress();
    await addedId(v1, { userName: email });
    const shouted = email.toUpperCase();
    expect(await add(v2, { userName: shouted })).toEqual({
      data: { memberAdd: { changed: true, member: memberNamed(shouted, { account: { email } }) } },
    });
    const accounts = await app.sql('select email from account where email = $1', [email]);
    expect(accounts).toEqual([{ email }]);
  });

  test('is the one of the primary e-mail when userName is not an address', async () => {
    const email = nextAddress();
    const profile = { emails: [{ value: nextAddress() }, { value: email, primary: true }] };
    expect(await add(v2, { userName: 'ann.lee', profile })).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: memberNamed('ann.lee', { profile: { attributes: profile }, account: { email } }),
        },
      },
    });
  });

  test('cannot be found without userName and e-mail: the request is refused, saying so', async () => {
    expect(await add(v2, { userName: 'nobody' })).toEqual(
      refused('memberAdd', 'INVALID_INPUT', 'userName must have the form ann@example.com.', {
        attribute: 'userName',
      }),
    );
  });
});

describe('rule 15: an active member', () => {
  test.each<[string, (email: string) => object]>([
    ['with the same userName', (email) => ({ userName: email })],
    ['with the same userName in other letters', (email) => ({ userName: email.toUpperCase() })],
    [
      'with the same account',
      (email) => ({ userName: `x-${email.slice(0, 9)}`, profile: { emails: [{ value: email }] } }),
    ],
  ])('%s: ALREADY_A_MEMBER, and nothing is written', async (_case, again) => {
    const email = nextAddress();
    await addedId(v2, { userName: email });
    const input = again(email);
    const entries = await auditSize(app, v2.workspaceId);
    const { userName } = { userName: '', ...input };
    const refusal = (name: 'memberAdd' | 'memberProvision') =>
      'profile' in input ? refusals.addressTaken(name, email) : refusals.alreadyAMember(name, userName);
    expect(await add(v2, input)).toEqual(refusal('memberAdd'));
    expect(await provision(v2, input)).toEqual(refusal('memberProvision'));
    expect(await auditSize(app, v2.workspaceId)).toBe(entries);
  });

  test('does not prevent adding the person to another workspace', async () => {
    const userName = nextAddress();
    const one = await addedId(v1, { userName });
    const other = await addedId(v2, { userName });
    expect(one).not.toBe(other);
  });
});

describe('rule 15: an inactive member is added again', () => {
  test('V2: has the same id, a new membership, and the default role, never the former one', async () => {
    const userName = nextAddress();
    const id = await addedId(v2, { userName, access: { roleAccess: { role: 'ADMIN', creditLimit: 5 } } });
    await remove(v2, id);
    expect(await add(v2, { userName })).toEqual({
      data: { memberAdd: { changed: true, member: memberNamed(userName, { id, version: 3 }) } },
    });
    expect(await membershipsOf(id)).toEqual([
      { id: expect.any(String), role: 'VIEWER', endedAt: null },
      { id: expect.any(String), role: 'ADMIN', endedAt: expect.any(String) },
    ]);
  });

  test('V2: has the access that was sent', async () => {
    const userName = nextAddress();
    const id = await addedId(v2, { userName });
    await remove(v2, id);
    const access = { roleAccess: { role: 'EDITOR', creditLimit: 7 } };
    expect(await add(v2, { userName, access })).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: memberNamed(userName, { id, version: 3, role: 'EDITOR', access: roleAccess('EDITOR', 7) }),
        },
      },
    });
  });

  test('V1: needs a free seat again', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { builder: 1 } });
    const userName = nextAddress();
    const access = { seatAccess: { seatType: 'BUILDER' } };
    const id = await addedId(workspace, { userName, access });
    await remove(workspace, id);
    const other = await addedId(workspace, { userName: nextAddress(), access });
    expect(await add(workspace, { userName, access })).toEqual(refusals.noSeat('memberAdd', 'BUILDER', 1, 1));
    expect(await memberById(app, app.operatorToken, workspace.workspaceId, id)).toEqual(
      seatHolderNamed(userName, { id, version: 2, ...INACTIVE }),
    );
    await remove(workspace, other);
    expect(await add(workspace, { userName, access })).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: seatHolderNamed(userName, { id, version: 3, access: seatAccess('BUILDER') }),
        },
      },
    });
    await expectSeatsToAddUp(app, workspace.workspaceId);
  });

  test('has the spelling that was sent, and is found by the account too', async () => {
    const email = nextAddress();
    const profile = { emails: [{ value: email }] };
    const id = await addedId(v2, { userName: 'first.name', profile });
    await remove(v2, id);
    expect(await add(v2, { userName: email.toUpperCase() })).toMatchObject({
      data: {
        memberAdd: { changed: true, member: { id, userName: email.toUpperCase(), account: { email } } },
      },
    });
  });

  test('keeps external id and profile when they are not sent', async () => {
    const userName = nextAddress();
    const profile = { title: 'Engineer' };
    const id = await addedId(v2, { userName, externalId: '00u7', profile });
    await remove(v2, id);
    expect(await add(v2, { userName })).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: memberNamed(userName, {
            id,
            version: 3,
            externalId: '00u7',
            profile: { attributes: profile },
          }),
        },
      },
    });
  });

  test('through memberProvision, by a REPLACE or PATCH that says active', async () => {
    for (const mode of ['REPLACE', 'PATCH']) {
      const userName = nextAddress();
      const id = await addedId(v2, { userName, access: { roleAccess: { role: 'ADMIN' } } });
      await remove(v2, id);
      expect(await provision(v2, { mode, memberId: id, userName, active: true })).toEqual({
        data: { memberProvision: { changed: true, member: memberNamed(userName, { id, version: 3 }) } },
      });
      expect(await membershipsOf(id)).toHaveLength(2);
    }
  });
});

describe('rule 21a: added inactive', () => {
  test('has no membership, and takes no seat', async () => {
    const userName = nextAddress();
    const [before] = await app.sql<{ used: number }>(
      "select used from seat_allocation where workspace_id = $1 and seat_type = 'BUILDER'",
      [v1.workspaceId],
    );
    const answer = await provision(v1, { userName, active: false, seatType: 'builder' });
    expect(answer).toEqual({
      data: { memberProvision: { changed: true, member: seatHolderNamed(userName, INACTIVE) } },
    });
    expect(await membershipsOf(answer.data.memberProvision.member.id)).toEqual([]);
    const after = await app.sql(
      "select used from seat_allocation where workspace_id = $1 and seat_type = 'BUILDER'",
      [v1.workspaceId],
    );
    expect(after).toEqual([before]);
  });

  test('has its access checked', async () => {
    expect(await provision(v1, { userName: nextAddress(), active: false, seatType: 'throne' })).toEqual(
      refused(
        'memberProvision',
        'INVALID_INPUT',
        'seatType must be one of starter, builder, pro, elite, elite_2, elite_3.',
        { attribute: 'seatType' },
      ),
    );
  });
});

describe('concurrent requests', () => {
  test('rule 15: of many who add the same person one succeeds', async () => {
    const userName = nextAddress();
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        add(v2, { userName: index % 2 === 0 ? userName : userName.toUpperCase() }),
      ),
    );
    const codes = answers.map(({ errors }) => errors?.[0].extensions.code ?? 'done').toSorted();
    expect(codes).toEqual([...Array.from({ length: 7 }, () => 'ALREADY_A_MEMBER'), 'done']);
    expect(await app.sql('select 1 from account where email = $1', [userName])).toHaveLength(1);
  });

  test('rule 15: of many who add a former member again one succeeds', async () => {
    const userName = nextAddress();
    const id = await addedId(v2, { userName });
    await remove(v2, id);
    const answers = await Promise.all(Array.from({ length: 6 }, () => add(v2, { userName })));
    const codes = answers.map(({ errors }) => errors?.[0].extensions.code ?? 'done').toSorted();
    expect(codes).toEqual([...Array.from({ length: 5 }, () => 'ALREADY_A_MEMBER'), 'done']);
    expect(await membershipsOf(id)).toHaveLength(2);
  });
});
