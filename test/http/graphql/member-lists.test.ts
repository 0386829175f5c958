import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { create } from '../scim/resources.js';
import { done } from './operations.js';

/**
 * Every attribute of a member can be filtered and ordered by; every order is total, because its last term is the id.
 */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2', ownerEmail: 'owner@acme.test' });
  const { workspaceId, apiKey } = workspace;
  const add = (userName: string, more: object = {}) =>
    done(app, app.operatorToken, 'memberAdd', { workspaceId, userName, ...more });
  await add('ann@acme.test', { access: { roleAccess: { role: 'EDITOR', creditLimit: 5 } } });
  const { member: ben } = await add('ben@acme.test');
  await create(app.scim(workspaceId, apiKey), { userName: 'cleo@acme.test', role: 'editor' });
  await create(app.scim(workspaceId, apiKey), { userName: 'dan@acme.test', active: false });
  const { member: eve } = await add('eve@acme.test');
  for (const { id: memberId } of [ben, eve])
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
  await add('eve@acme.test');
  // Ann came in January and so on; Ben left in July, and Eve before she came back.
  await app.sql(
    `update membership s set started_at = c.started, ended_at = c.ended
     from member m, (values
       ('owner@acme.test', false, timestamptz '2026-01-01T00:00:00Z', null),
       ('ann@acme.test', false, timestamptz '2026-02-01T00:00:00Z', null),
       ('cleo@acme.test', false, timestamptz '2026-03-01T00:00:00Z', null),
       ('eve@acme.test', false, timestamptz '2026-04-01T00:00:00Z', null),
       ('eve@acme.test', true, timestamptz '2026-01-01T00:00:00Z', timestamptz '2026-03-01T00:00:00Z'),
       ('ben@acme.test', true, timestamptz '2026-01-01T00:00:00Z', timestamptz '2026-07-01T00:00:00Z')
     ) c(name, is_over, started, ended)
     where m.id = s.member_id and m.user_name = c.name and c.is_over = (s.ended_at is not null)`,
  );
});

afterAll(async () => {
  await app.stop();
});

interface ListArguments {
  readonly filter?: object;
  readonly orderBy?: object;
  readonly first?: number;
  readonly after?: string | null;
}

async function ask(asked: ListArguments) {
  const answer = await app.graphql(
    app.operatorToken,
    `query ($id: ID!, $filter: MemberFilter, $orderBy: MemberOrder, $first: Int, $after: String) {
       workspace(id: $id) { members(filter: $filter, orderBy: $orderBy, first: $first, after: $after) {
         totalCount nodes { userName } pageInfo { hasNextPage endCursor } } } }`,
    { id: workspace.workspaceId, ...asked },
  );
  expect(answer.errors).toBeUndefined();
  return answer.data.workspace.members;
}

/** The names without what they have in common, in the order of the answer. */
async function names(asked: ListArguments): Promise<string> {
  const { nodes, totalCount } = await ask(asked);
  expect(totalCount).toBe(nodes.length);
  return nodes.map(({ userName }: { userName: string }) => userName.replace('@acme.test', '')).join(' ');
}

describe('filters', () => {
  const JULY = '2026-07-01T00:00:00Z';
  test.each([
    [{ managedBy: { eq: 'IDENTITY_PROVIDER' } }, 'cleo dan'],
    [{ managedBy: { ne: 'IDENTITY_PROVIDER' } }, 'owner ann ben eve'],
    [{ managedBy: { in: [] } }, ''],
    [{ accessSetBy: { eq: 'WORKSPACE' } }, 'ann'],
    [{ accessSetBy: { isPresent: true } }, 'ann cleo'],
    [{ accessSetBy: { isPresent: false }, active: { eq: true } }, 'owner eve'],
    [{ membershipStartedAt: { ge: '2026-02-01T00:00:00Z', lt: '2026-04-01T00:00:00Z' } }, 'ann cleo'],
    [{ membershipStartedAt: { isPresent: false } }, 'ben dan'],
    [{ not: { membershipStartedAt: { gt: '2026-02-01T00:00:00Z' } } }, 'owner ann ben dan'],
    [{ membershipEndedAt: { isPresent: true } }, 'ben'],
    [{ membershipEndedAt: { eq: JULY } }, 'ben'],
    [{ membershipEndedAt: { gt: JULY } }, ''],
    [{ not: { membershipEndedAt: { le: JULY } } }, 'owner ann cleo dan eve'],
  ])('%j: %s', async (filter, expected) => {
    expect(await names({ filter })).toBe(expected);
  });
});

describe('orders', () => {
  test.each([
    ['MANAGED_BY', 'cleo dan owner ann ben eve'],
    ['MEMBERSHIP_STARTED_AT', 'owner ann cleo eve ben dan'],
    ['MEMBERSHIP_ENDED_AT', 'ben owner ann cleo dan eve'],
  ])('%s: %s, in both directions and in pages of any size', async (field, expected) => {
    const all = expected.split(' ');
    expect(await names({ orderBy: { field } })).toBe(expected);
    for (const first of [1, 2, 5]) {
      for (const direction of ['ASC', 'DESC']) {
        const read: string[] = [];
        let after: string | null = null;
        do {
          const page = await ask({ orderBy: { field, direction }, first, after });
          read.push(
            ...page.nodes.map(({ userName }: { userName: string }) => userName.replace('@acme.test', '')),
          );
          after = page.pageInfo.hasNextPage ? page.pageInfo.endCursor : null;
        } while (after !== null);
        const whole = await names({ orderBy: { field, direction } });
        expect(read.join(' ')).toBe(whole);
        expect(read.toSorted()).toEqual(all.toSorted());
        if (direction === 'DESC') expect(whole).toBe(all.toReversed().join(' '));
      }
    }
  });
});

test('memberCounts counts all members', async () => {
  const query = `query ($id: ID!) { workspace(id: $id) {
    memberCounts { active inactive byRole { role count } bySeatType { seatType count } } } }`;
  expect(await app.graphql(app.operatorToken, query, { id: workspace.workspaceId })).toEqual({
    data: {
      workspace: {
        memberCounts: {
          active: 4,
          inactive: 2,
          byRole: [
            { role: 'EDITOR', count: 2 },
            { role: 'OWNER', count: 1 },
            { role: 'VIEWER', count: 1 },
          ],
          bySeatType: [],
        },
      },
    },
  });
});
