import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
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
  person,
  refusals,
  refused,
  roleAccess,
  seatAccess,
  seatHolderNamed,
  type TestPerson,
} from './operations.js';

let app: TestApp;
let workspace: TestWorkspace;
let workspaceId: string;
let owner: TestPerson;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
  const { ownerMemberId: memberId, ownerEmail: email } = workspace;
  owner = { memberId, email, token: await app.session(email) };
});

function promoted(memberId: string, credential = owner.token) {
  return mutate(app, credential, 'ownerPromote', { workspaceId, memberId });
}

const AS_EDITOR = { access: { roleAccess: { role: 'EDITOR', creditLimit: 5 } } };

function demoted(memberId: string, credential = owner.token) {
  return mutate(app, credential, 'ownerDemote', { workspaceId, memberId, ...AS_EDITOR });
}

describe('rule 13: ownerPromote', () => {
  test('makes an owner, who has no credit limit', async () => {
    const ann = await person(app, workspace, { roleAccess: { role: 'ADMIN', creditLimit: 5 } });
    const member = memberNamed(ann.email, {
      id: ann.memberId,
      version: 2,
      role: 'OWNER',
      access: roleAccess('OWNER'),
    });
    expect(await promoted(ann.memberId)).toEqual({ data: { ownerPromote: { changed: true, member } } });
    expect(await promoted(ann.memberId)).toEqual({ data: { ownerPromote: { changed: false, member } } });
  });

  test('V1: the seat stays', async () => {
    const v1 = await app.workspace({ version: 'V1', seats: { pro: 1 } });
    const ann = await person(app, v1, { seatAccess: { seatType: 'PRO' } });
    const input = { workspaceId: v1.workspaceId, memberId: ann.memberId };
    expect(await mutate(app, app.operatorToken, 'ownerPromote', input)).toEqual({
      data: {
        ownerPromote: {
          changed: true,
          member: seatHolderNamed(ann.email, { version: 2, role: 'OWNER', access: seatAccess('PRO') }),
        },
      },
    });
    const access = { seatAccess: { seatType: null, role: 'ADMIN' } };
    expect(await mutate(app, app.operatorToken, 'ownerDemote', { ...input, access })).toEqual({
      data: {
        ownerDemote: { changed: true, member: seatHolderNamed(ann.email, { version: 3, role: 'ADMIN' }) },
      },
    });
  });

  test('rule 10: V1: an owner takes and frees a seat, and stays owner', async () => {
    const v1 = await app.workspace({ version: 'V1', seats: { pro: 1 } });
    const token = await app.session(v1.ownerEmail);
    const target = { workspaceId: v1.workspaceId, memberId: v1.ownerMemberId };
    for (const seatType of ['PRO', null]) {
      const { member } = await done(app, token, 'memberSetAccess', {
        ...target,
        access: { seatAccess: { seatType } },
      });
      expect(member).toMatchObject({ role: 'OWNER', access: seatAccess(seatType) });
    }
    const access = { seatAccess: { seatType: 'PRO' } };
    expect(await mutate(app, v1.apiKey, 'memberSetAccess', { ...target, access })).toEqual(
      refusals.ownerProtected('memberSetAccess'),
    );
    const asAdmin = { seatAccess: { seatType: 'PRO', role: 'ADMIN' } };
    expect(await mutate(app, token, 'memberSetAccess', { ...target, access: asAdmin })).toEqual(
      refusals.ownerProtected('memberSetAccess'),
    );
  });

  test('refuses an inactive member', async () => {
    const ann = await person(app, workspace);
    await done(app, owner.token, 'memberRemove', { workspaceId, memberId: ann.memberId });
    expect(await promoted(ann.memberId)).toEqual(
      refused('ownerPromote', 'INVALID_INPUT', 'Only an active member can become an owner.', {
        hint: 'Add the person again first.',
      }),
    );
  });
});

describe('rule 13: ownerDemote', () => {
  test('sets the access that the request names', async () => {
    const ann = await person(app, workspace);
    await promoted(ann.memberId);
    expect(await demoted(ann.memberId)).toEqual({
      data: {
        ownerDemote: {
          changed: true,
          member: memberNamed(ann.email, { version: 3, role: 'EDITOR', access: roleAccess('EDITOR', 5) }),
        },
      },
    });
  });

  test.each([
    [
      'a limit for a viewer',
      { roleAccess: { role: 'VIEWER', creditLimit: 5 } },
      'CREDIT_LIMIT_NOT_ALLOWED',
      "creditLimit can only be set on admin or editor roles, and this member's role would be viewer.",
      {
        attribute: 'creditLimit',
        hint: 'Either change the role to editor or admin, or remove the creditLimit value.',
      },
    ],
    [
      'a seat on V2',
      { seatAccess: { seatType: 'PRO' } },
      'WRONG_WORKSPACE_VERSION',
      'seatAccess does not exist on a V2 workspace.',
      { attribute: 'seatAccess', hint: 'Send roleAccess instead.' },
    ],
  ])('to %s is refused', async (_case, access, code, message, details) => {
    const ann = await person(app, workspace);
    await promoted(ann.memberId);
    const input = { workspaceId, memberId: ann.memberId, access };
    expect(await mutate(app, owner.token, 'ownerDemote', input)).toEqual(
      refused('ownerDemote', code, message, details),
    );
  });

  test('refuses a member who is not an owner', async () => {
    const ann = await person(app, workspace);
    expect(await demoted(ann.memberId)).toEqual(
      refused('ownerDemote', 'INVALID_INPUT', 'The member is not an owner.'),
    );
  });
});

describe('rule 13: a workspace never loses its last owner', () => {
  const WAYS: readonly [MutationName, object][] = [
    ['ownerDemote', AS_EDITOR],
    ['memberRemove', {}],
    ['memberDelete', {}],
    ['memberProvision', { mode: 'PATCH', active: false }],
  ];

  test.each(WAYS)(
    '%s of the last owner is refused with LAST_OWNER, for the owner and for operators',
    async (name, input) => {
      const entries = await auditSize(app, workspaceId);
      const target = { workspaceId, memberId: owner.memberId, ...input };
      expect(await mutate(app, owner.token, name, target)).toEqual(refusals.lastOwner(name));
      expect(await mutate(app, app.operatorToken, name, target)).toEqual(refusals.lastOwner(name));
      expect(await auditSize(app, workspaceId)).toBe(entries);
    },
  );

  test.each(WAYS)('%s of both owners at once leaves one', async (name, input) => {
    const ann = await person(app, workspace);
    await promoted(ann.memberId);
    const answers = await Promise.all(
      [owner.memberId, ann.memberId].map((memberId) =>
        mutate(app, app.operatorToken, name, { workspaceId, memberId, ...input }),
      ),
    );
    const codes = answers.map(({ errors }) => errors?.[0].extensions.code ?? 'done').toSorted();
    expect(codes).toEqual(['LAST_OWNER', 'done']);
    expect(
      await app.sql(
        "select role from membership where workspace_id = $1 and role = 'OWNER' and ended_at is null",
        [workspaceId],
      ),
    ).toEqual([{ role: 'OWNER' }]);
  });

  test('a removed owner does not count: the other one is the last', async () => {
    const ann = await person(app, workspace);
    await promoted(ann.memberId);
    await done(app, owner.token, 'memberRemove', { workspaceId, memberId: ann.memberId });
    expect(await demoted(owner.memberId)).toEqual(refusals.lastOwner('ownerDemote'));
    const again = await done(app, owner.token, 'memberAdd', { workspaceId, userName: ann.email });
    expect(again.member).toEqual(memberNamed(ann.email, { id: ann.memberId, version: 4 }));
  });
});

describe('rule 12: only owners in person and operators change owners', () => {
  const CHANGES: readonly [MutationName, object][] = [
    ['memberUpdate', { externalId: 'x' }],
    ['memberSetAccess', { access: { roleAccess: { role: 'ADMIN' } } }],
    ['memberSetCreditLimit', { creditLimit: 5 }],
    ['memberRemove', {}],
    ['memberDelete', {}],
    ['memberProvision', { mode: 'PATCH', externalId: 'x' }],
    ['memberProvision', { mode: 'PATCH', active: false }],
    ['memberProvision', { mode: 'PATCH', role: 'admin' }],
    ['memberProvision', { mode: 'PATCH', creditLimit: 5 }],
  ];

  test.each(CHANGES)('%s with %j is refused for keys with any scope, and for admins', async (name, input) => {
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const before = await memberById(app, owner.token, workspaceId, owner.memberId);
    const target = { workspaceId, memberId: owner.memberId, ...input };
    const writeOnly = await app.key(workspaceId, ['MEMBERS_WRITE']);
    for (const credential of [workspace.apiKey, writeOnly, admin.token]) {
      expect(await mutate(app, credential, name, target)).toEqual(refusals.ownerProtected(name));
    }
    expect(await memberById(app, owner.token, workspaceId, owner.memberId)).toEqual(before);
  });

  test.each(['ownerPromote', 'ownerDemote'] as const)('%s is refused for keys and admins', async (name) => {
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const input = { workspaceId, memberId: admin.memberId, ...(name === 'ownerDemote' ? AS_EDITOR : {}) };
    expect(await mutate(app, workspace.apiKey, name, input)).toEqual(
      refusals.forbidden(name, 'owner.write', true),
    );
    expect(await mutate(app, admin.token, name, input)).toEqual(refusals.forbidden(name, 'owner.write'));
  });

  test('a request that changes nothing succeeds for everybody', async () => {
    const before = await memberById(app, owner.token, workspaceId, owner.memberId);
    const replay = {
      workspaceId,
      memberId: owner.memberId,
      mode: 'REPLACE',
      userName: owner.email,
      externalId: null,
      profile: {},
      active: true,
      role: 'owner',
      creditLimit: '',
    };
    expect(await mutate(app, workspace.apiKey, 'memberProvision', replay)).toEqual({
      data: { memberProvision: { changed: false, member: before } },
    });
  });

  test('an owner changes the name of another owner and removes one, but cannot change the access', async () => {
    const ann = await person(app, workspace);
    await promoted(ann.memberId);
    const target = { workspaceId, memberId: ann.memberId };
    const asOwner = { role: 'OWNER', access: roleAccess('OWNER') };
    expect(await mutate(app, owner.token, 'memberUpdate', { ...target, externalId: 'x' })).toEqual({
      data: {
        memberUpdate: {
          changed: true,
          member: memberNamed(ann.email, { version: 3, externalId: 'x', ...asOwner }),
        },
      },
    });
    const access = { roleAccess: { role: 'ADMIN' } };
    expect(await mutate(app, owner.token, 'memberSetAccess', { ...target, access })).toEqual(
      refusals.ownerProtected('memberSetAccess'),
    );
    expect(await mutate(app, owner.token, 'memberSetCreditLimit', { ...target, creditLimit: 5 })).toEqual(
      refusals.ownerProtected('memberSetCreditLimit'),
    );
    expect(await mutate(app, owner.token, 'memberRemove', target)).toEqual({
      data: {
        memberRemove: {
          changed: true,
          member: memberNamed(ann.email, { version: 4, externalId: 'x', ...INACTIVE }),
        },
      },
    });
  });

  test('an owner changes the own address, and leaves the workspace by it', async () => {
    const address = nextAddress();
    const input = { workspaceId, memberId: owner.memberId, userName: address };
    expect(await mutate(app, owner.token, 'memberUpdate', input)).toMatchObject({
      data: { memberUpdate: { changed: true, member: { userName: address, account: { email: address } } } },
    });
    // Rule 19: the member is the new account's now, so the old account's session has no part in the workspace.
    expect(await mutate(app, owner.token, 'memberUpdate', input)).toEqual(
      refusals.noWorkspace('memberUpdate'),
    );
  });
});
