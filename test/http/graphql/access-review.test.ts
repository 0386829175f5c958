import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Action, needed } from '../../../src/auth/policy.js';
import { type GraphqlAnswer, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import {
  done,
  errorAt,
  type MutationName,
  mutate,
  nextAddress,
  person,
  roleAccess,
  seatAccess,
} from './operations.js';

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

const ACCESS =
  'role access { __typename ... on SeatAccess { seatType } ... on RoleAccess { role creditLimit creditLimitApplies } }';

/** A time after all earlier changes and before all later ones. */
async function moment(): Promise<string> {
  const now = Date.now();
  while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve));
  return new Date(now).toISOString();
}

function ask(
  credential: string,
  { workspaceId }: TestWorkspace,
  asOf: string,
  more: object = {},
): Promise<GraphqlAnswer> {
  return app.graphql(
    credential,
    `query ($id: ID!, $asOf: DateTime!, $filter: AccessReviewFilter, $first: Int, $after: String) {
       workspace(id: $id) { accessReview(asOf: $asOf, filter: $filter, first: $first, after: $after) {
         totalCount pageInfo { hasNextPage endCursor }
         nodes { memberId userName displayName name ${ACCESS} grantedBy { at by channel } member { userName } } } } }`,
    { id: workspaceId, asOf, ...more },
  );
}

async function review(workspace: TestWorkspace, asOf: string, more: object = {}) {
  const answer = await ask(app.operatorToken, workspace, asOf, more);
  expect(answer).toEqual({ data: { workspace: { accessReview: expect.anything() } } });
  return answer.data.workspace.accessReview;
}

const MOMENT = expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);

describe('accessReview', () => {
  test('lists who had which access at a moment, who granted it, and what became of the member', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId, ownerMemberId, ownerEmail, apiKey } = workspace;
    const add = (userName: string, more: object = {}) =>
      done(app, app.operatorToken, 'memberAdd', { workspaceId, userName, ...more });
    const { member: kept } = await add('kept@acme.test', {
      profile: { displayName: 'Kept' },
      access: { roleAccess: { role: 'ADMIN', creditLimit: 30 } },
    });
    const { member: deleted } = await add('deleted@acme.test', {
      profile: { name: { givenName: 'Dee', familyName: 'Leted' } },
    });
    const { member: removed } = await add('removed@acme.test');
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: removed.id });
    const then = await moment();

    await done(app, apiKey, 'memberUpdate', {
      workspaceId,
      memberId: kept.id,
      userName: 'renamed@acme.test',
      profile: {},
    });
    await done(app, apiKey, 'memberSetAccess', {
      workspaceId,
      memberId: kept.id,
      access: { roleAccess: { role: 'VIEWER' } },
    });
    await done(app, apiKey, 'memberDelete', { workspaceId, memberId: deleted.id });
    await add('removed@acme.test', { access: { roleAccess: { role: 'ADMIN' } } });
    await add('later@acme.test');

    const byOperator = { at: MOMENT, by: 'operator', channel: 'GRAPHQL' };
    expect(await review(workspace, then)).toEqual({
      totalCount: 3,
      pageInfo: { hasNextPage: false, endCursor: expect.any(String) },
      nodes: [
        {
          memberId: deleted.id,
          userName: 'deleted@acme.test',
          displayName: null,
          name: 'Dee Leted',
          role: 'VIEWER',
          access: roleAccess('VIEWER'),
          grantedBy: byOperator,
          member: null,
        },
        {
          memberId: kept.id,
          userName: 'kept@acme.test',
          displayName: 'Kept',
          name: 'Kept',
          role: 'ADMIN',
          access: roleAccess('ADMIN', 30),
          grantedBy: byOperator,
          member: { userName: 'renamed@acme.test' },
        },
        {
          memberId: ownerMemberId,
          userName: ownerEmail,
          displayName: null,
          name: ownerEmail,
          role: 'OWNER',
          access: roleAccess('OWNER'),
          grantedBy: { at: MOMENT, by: 'system', channel: 'SYSTEM' },
          member: { userName: ownerEmail },
        },
      ],
    });
    // For the present it equals the members.
    const now = await review(workspace, await moment());
    expect(
      now.nodes.map(({ userName, role }: { userName: string; role: string }) => [userName, role]),
    ).toEqual([
      ['later@acme.test', 'VIEWER'],
      [ownerEmail, 'OWNER'],
      ['removed@acme.test', 'ADMIN'],
      ['renamed@acme.test', 'VIEWER'],
    ]);
  });

  test('rule 24: shows the roles that a change of plan gave to admins', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const then = await moment();
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' });
    const roleOf = async (asOf: string) =>
      (await review(workspace, asOf)).nodes.find(
        ({ memberId }: { memberId: string }) => memberId === admin.memberId,
      ).role;
    expect([await roleOf(then), await roleOf(await moment())]).toEqual(['ADMIN', 'EDITOR']);
  });

  test('filters by the access at that moment, in pages', async () => {
    const workspace = await app.workspace({ version: 'V1', seats: { pro: 5 } });
    const { workspaceId, ownerEmail } = workspace;
    const people = [];
    for (const name of ['c', 'A', 'b']) {
      const userName = `${name}@page.test`;
      const access = { seatAccess: { seatType: 'PRO' } };
      people.push(
        (await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName, access })).member,
      );
    }
    const then = await moment();
    for (const { id } of people)
      await done(app, app.operatorToken, 'memberDelete', { workspaceId, memberId: id });

    const filter = { seatType: { eq: 'PRO' } };
    const first = await review(workspace, then, { filter, first: 2 });
    const second = await review(workspace, then, { filter, first: 2, after: first.pageInfo.endCursor });
    const names = ({ nodes }: { nodes: { userName: string }[] }) => nodes.map(({ userName }) => userName);
    expect([first.totalCount, names(first), first.pageInfo.hasNextPage]).toEqual([
      3,
      ['A@page.test', 'b@page.test'],
      true,
    ]);
    expect([names(second), second.pageInfo.hasNextPage]).toEqual([['c@page.test'], false]);
    expect(second.nodes[0]).toMatchObject({ role: 'MEMBER', access: seatAccess('PRO') });
    expect(names(await review(workspace, then, { filter: { role: { ne: 'MEMBER' } } }))).toEqual([
      ownerEmail,
    ]);
    expect(names(await review(workspace, then, { filter: { userName: { eq: 'a@PAGE.test' } } }))).toEqual([
      'A@page.test',
    ]);
    expect(names(await review(workspace, then, { filter: { creditLimit: { isPresent: true } } }))).toEqual(
      [],
    );
  });

  test("of several workspaces in one request lists each workspace's own members", async () => {
    const first = await app.workspace({ version: 'V1' });
    const second = await app.workspace({ version: 'V2' });
    const query = `query ($ids: [ID!]!, $asOf: DateTime!) { nodes(ids: $ids) { ... on Workspace {
      accessReview(asOf: $asOf) { totalCount nodes { memberId grantedBy { by } } } } } }`;
    const ids = [first.workspaceId, second.workspaceId];
    const ofOwner = ({ ownerMemberId }: TestWorkspace) => ({
      accessReview: { totalCount: 1, nodes: [{ memberId: ownerMemberId, grantedBy: { by: 'system' } }] },
    });
    expect(await app.graphql(app.operatorToken, query, { ids, asOf: await moment() })).toEqual({
      data: { nodes: [ofOwner(first), ofOwner(second)] },
    });
  });

  test('of a moment before the workspace existed is empty', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    expect(await review(workspace, '1969-07-20T20:17:40Z')).toMatchObject({ totalCount: 0, nodes: [] });
  });

  test('of a moment in the future is refused', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    expect(await ask(app.operatorToken, workspace, '9999-01-01T00:00:00Z')).toEqual({
      data: { workspace: { accessReview: null } },
      errors: [
        errorAt(['workspace', 'accessReview'], 'INVALID_INPUT', 'asOf lies in the future.', {
          attribute: 'asOf',
          hint: 'Nobody knows yet who will have which access. Ask for a moment that has passed.',
        }),
      ],
    });
  });

  test('is for callers who may read members and the audit log; another workspace does not exist', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const { workspaceId } = workspace;
    const then = await moment();
    const admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
    const editor = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
    expect(await ask(admin.token, workspace, then)).toMatchObject({
      data: { workspace: { accessReview: { totalCount: 1 } } },
    });
    const credentials: [string, Action][] = [
      [editor.token, 'member.read'],
      [await app.key(workspaceId, ['MEMBERS_READ']), 'audit.read'],
      [await app.key(workspaceId, ['AUDIT_READ']), 'member.read'],
    ];
    for (const [credential, action] of credentials) {
      expect((await ask(credential, workspace, then)).errors).toEqual([
        errorAt(
          ['workspace', 'accessReview'],
          'FORBIDDEN',
          `You may not do this. It needs ${needed(action)}.`,
          {
            hint: expect.any(String),
          },
        ),
      ]);
    }
    const other = await app.workspace({ version: 'V2' });
    expect(await ask(other.apiKey, workspace, then)).toEqual({ data: { workspace: null } });
  });
});

/** Commands on a random member in a random order; most may be refused. */
const COMMANDS: readonly MutationName[] = [
  'memberAdd',
  'memberSetAccess',
  'memberSetCreditLimit',
  'memberClearCreditLimit',
  'memberRemove',
  'memberDelete',
  'memberUpdate',
  'memberClearAccess',
  'ownerPromote',
  'ownerDemote',
  'groupUpdate',
  'groupSetGrant',
  'membersBulkUpdate',
  'workspaceUpdate',
];

const PEOPLE = 4;

describe('at any moment', () => {
  test.each(['V1', 'V2'] as const)(
    'lists what somebody saw who looked at that moment, on %s',
    async (version) => {
      await fc.assert(
        fc.asyncProperty(
          fc.array(
            fc.record({
              name: fc.constantFrom(...COMMANDS),
              who: fc.nat({ max: PEOPLE - 1 }),
              pick: fc.nat({ max: 2 }),
            }),
            { minLength: 10, maxLength: 25 },
          ),
          async (commands) => {
            const workspace = await app.workspace({
              version,
              seats: version === 'V1' ? { pro: 2, elite: 1 } : {},
            });
            const { workspaceId } = workspace;
            const names = Array.from({ length: PEOPLE }, nextAddress);
            const { group } = await done(app, app.operatorToken, 'groupCreate', {
              workspaceId,
              displayName: 'G',
            });
            for (const userName of names.slice(1))
              await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName });
            const seen: { at: string; access: object[] }[] = [];
            for (const { name, who, pick } of commands) {
              const [member] = await app.sql<{ id: string }>(
                'select id from member where workspace_id = $1 and user_name = $2',
                [workspaceId, names[who]],
              );
              await mutate(app, app.operatorToken, name, {
                workspaceId,
                ...inputOf(name, pick, { version, memberId: member?.id ?? workspaceId, groupId: group.id }),
                ...(name === 'memberAdd' ? { userName: names[who] } : {}),
              });
              if (name === 'memberUpdate' && member !== undefined) {
                const [row] = await app.sql<{ name: string }>(
                  'select user_name as name from member where id = $1',
                  [member.id],
                );
                names[who] = row?.name ?? '';
              }
              seen.push({ ...(await look(workspace)), at: await moment() });
            }
            for (const { at, access } of seen) {
              const { nodes } = await review(workspace, at);
              const told = nodes.map(
                ({ grantedBy, member, ...entry }: { grantedBy: { at: string } | null; member: unknown }) => {
                  expect(grantedBy?.at).toEqual(MOMENT);
                  expect(String(grantedBy?.at) <= at).toBe(true);
                  return entry;
                },
              );
              expect(told).toEqual(access);
            }
          },
        ),
        { numRuns: 15 },
      );
    },
  );
});

/** The active members now. */
async function look({ workspaceId }: TestWorkspace): Promise<{ access: object[] }> {
  const answer = await app.graphql(
    app.operatorToken,
    `query ($id: ID!) { workspace(id: $id) {
       members(filter: { active: { eq: true } }, orderBy: { field: USER_NAME }) {
         nodes { memberId: id userName profile { displayName } ${ACCESS} } } } }`,
    { id: workspaceId },
  );
  const { members } = answer.data.workspace;
  return {
    access: members.nodes.map(
      ({ profile, ...entry }: { profile: { displayName: string | null }; userName: string }) => ({
        ...entry,
        displayName: profile.displayName,
        name: profile.displayName ?? entry.userName,
      }),
    ),
  };
}

function inputOf(
  name: MutationName,
  pick: number,
  { version, memberId, groupId }: { version: 'V1' | 'V2'; memberId: string; groupId: string },
): object {
  const role = ['ADMIN', 'EDITOR', 'VIEWER'][pick];
  const seatType = ['PRO', 'ELITE', null][pick];
  const access =
    version === 'V1'
      ? { seatAccess: { seatType } }
      : { roleAccess: { role, ...(pick === 0 ? { creditLimit: 7 } : {}) } };
  switch (name) {
    case 'memberAdd':
      return pick === 0 ? {} : { access };
    case 'memberSetAccess':
    case 'ownerDemote':
      return { memberId, access };
    case 'memberSetCreditLimit':
      return { memberId, creditLimit: pick + 1 };
    case 'memberUpdate':
      return { memberId, userName: nextAddress(), profile: { displayName: `Name ${pick}` } };
    case 'groupUpdate':
      return { groupId, [pick === 0 ? 'removeMemberIds' : 'addMemberIds']: [memberId] };
    case 'groupSetGrant':
      return { groupId, grant: version === 'V1' ? { seatType: seatType ?? 'PRO' } : { role } };
    case 'membersBulkUpdate':
      return { memberIds: [memberId], change: pick === 0 ? { remove: true } : { access } };
    case 'workspaceUpdate':
      return { plan: pick === 0 ? 'TEAM' : 'ENTERPRISE' };
    default:
      return { memberId };
  }
}
