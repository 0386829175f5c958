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
  roleAccess,
  seatAccess,
  seatHolderNamed,
} from './operations.js';

let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  v1 = await app.workspace({ version: 'V1', seats: { builder: 2 } });
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

async function addMember({ workspaceId }: TestWorkspace, input: object = {}): Promise<Added> {
  const userName = nextAddress();
  const { member } = await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName, ...input });
  return { workspaceId, memberId: member.id, userName };
}

function send(name: 'memberRemove' | 'memberDelete', { workspaceId, memberId }: Added) {
  return mutate(app, app.operatorToken, name, { workspaceId, memberId });
}

describe('rule 16: memberRemove', () => {
  test('ends the membership, and leaves the record readable and inactive, with its attributes', async () => {
    const person = { externalId: '00u1', profile: { title: 'Engineer' } };
    const ann = await addMember(v2, {
      ...person,
      access: { roleAccess: { role: 'EDITOR', creditLimit: 5 } },
    });
    const member = memberNamed(ann.userName, {
      id: ann.memberId,
      version: 2,
      externalId: '00u1',
      profile: { attributes: { title: 'Engineer' } },
      ...INACTIVE,
    });
    expect(await send('memberRemove', ann)).toEqual({ data: { memberRemove: { changed: true, member } } });
    expect(await memberById(app, app.operatorToken, ann.workspaceId, ann.memberId)).toEqual(member);
    const query = `query ($id: ID!) {
      node(id: $id) { ... on Member {
        membership { id }
        memberships { totalCount nodes {
          startedAt endedAt role access { ... on RoleAccess { role creditLimit creditLimitApplies } }
        } }
      } }
    }`;
    expect(await app.graphql(app.operatorToken, query, { id: ann.memberId })).toEqual({
      data: {
        node: {
          membership: null,
          memberships: {
            totalCount: 1,
            nodes: [
              {
                startedAt: expect.any(String),
                endedAt: expect.any(String),
                role: 'EDITOR',
                access: { role: 'EDITOR', creditLimit: 5, creditLimitApplies: true },
              },
            ],
          },
        },
      },
    });
  });

  test('rule 9: frees the seat', async () => {
    const access = { seatAccess: { seatType: 'BUILDER' } };
    const ann = await addMember(v1, { access });
    await addMember(v1, { access });
    const third = { workspaceId: v1.workspaceId, userName: nextAddress(), access };
    expect(await mutate(app, app.operatorToken, 'memberAdd', third)).toEqual(
      refusals.noSeat('memberAdd', 'BUILDER', 2, 2),
    );
    await send('memberRemove', ann);
    expect(await mutate(app, app.operatorToken, 'memberAdd', third)).toEqual({
      data: {
        memberAdd: {
          changed: true,
          member: seatHolderNamed(third.userName, { access: seatAccess('BUILDER') }),
        },
      },
    });
    await expectSeatsToAddUp(app, v1.workspaceId);
  });

  test('keeps the account and its other workspaces', async () => {
    const ann = await addMember(v2, { access: { roleAccess: { role: 'ADMIN' } } });
    const elsewhere = await app.workspace({ version: 'V2' });
    const other = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId: elsewhere.workspaceId,
      userName: ann.userName,
      access: { roleAccess: { role: 'ADMIN' } },
    });
    await send('memberRemove', ann);
    expect(await memberById(app, app.operatorToken, elsewhere.workspaceId, other.member.id)).toEqual(
      memberNamed(ann.userName, { role: 'ADMIN', access: roleAccess('ADMIN') }),
    );
  });

  test('rule 21: removing a removed member changes nothing', async () => {
    const ann = await addMember(v2);
    await send('memberRemove', ann);
    const entries = await auditSize(app, v2.workspaceId);
    expect(await send('memberRemove', ann)).toEqual({
      data: {
        memberRemove: {
          changed: false,
          member: memberNamed(ann.userName, { id: ann.memberId, version: 2, ...INACTIVE }),
        },
      },
    });
    expect(await auditSize(app, v2.workspaceId)).toBe(entries);
  });

  test('six requests at once remove the member once', async () => {
    const ann = await addMember(v1, { access: { seatAccess: { seatType: null } } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => send('memberRemove', ann)));
    const changes = answers.filter(({ data }) => data.memberRemove.changed);
    expect([answers.length, changes.length]).toEqual([6, 1]);
    await expectSeatsToAddUp(app, v1.workspaceId);
  });
});

describe('rule 17: memberDelete', () => {
  test.each(['active', 'inactive'])('of an %s member: the id is never found again', async (kind) => {
    const ann = await addMember(v2, { externalId: '00u1' });
    if (kind === 'inactive') await send('memberRemove', ann);
    expect(await send('memberDelete', ann)).toEqual({ data: { memberDelete: { memberId: ann.memberId } } });
    expect(await memberById(app, app.operatorToken, ann.workspaceId, ann.memberId)).toBeNull();
    expect(await send('memberDelete', ann)).toEqual(refusals.noMember('memberDelete'));
    expect(await send('memberRemove', ann)).toEqual(refusals.noMember('memberRemove'));
    expect(await app.sql('select 1 from membership where member_id = $1', [ann.memberId])).toEqual([]);
    const again = await done(app, app.operatorToken, 'memberAdd', {
      workspaceId: ann.workspaceId,
      userName: ann.userName,
    });
    expect(again.member).toEqual(memberNamed(ann.userName));
    expect(again.member.id).not.toBe(ann.memberId);
  });

  test('frees the seat', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { builder: 1 } });
    const ann = await addMember(workspace, { access: { seatAccess: { seatType: 'BUILDER' } } });
    await send('memberDelete', ann);
    await addMember(workspace, { access: { seatAccess: { seatType: 'BUILDER' } } });
    await expectSeatsToAddUp(app, workspace.workspaceId);
  });

  test('keeps the account', async () => {
    const ann = await addMember(v2);
    await send('memberDelete', ann);
    expect(await app.sql('select email from account where email = $1', [ann.userName])).toEqual([
      { email: ann.userName },
    ]);
  });
});
