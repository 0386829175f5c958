import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { countingStatements } from '../../statements.js';
import { done, nextAddress } from './operations.js';

/** Spec graphql, "Serving it": N+1 is impossible. */

const MEMBERS = 60;

let app: TestApp;
let workspaces: TestWorkspace[];

beforeAll(async () => {
  // The log writes in the background, which would be counted as well.
  app = await startTestApp({ provisioningLogDays: 0 });
  workspaces = await Promise.all(
    (['V1', 'V2'] as const).map((version) =>
      app.workspace({ version, seats: version === 'V1' ? { pro: 5 } : {} }),
    ),
  );
  for (const { workspaceId } of workspaces) {
    for (let index = 0; index < MEMBERS; index += 1) {
      const { member } = await done(app, app.operatorToken, 'memberAdd', {
        workspaceId,
        userName: nextAddress(),
      });
      if (index % 3 > 0) continue;
      await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId: member.id });
      await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: member.userName });
    }
  }
});

afterAll(async () => {
  await app.stop();
});

/** Asks, and counts the statements that it took. */
async function counting(query: string, variables: object = {}) {
  const { answer, statements } = await countingStatements(() =>
    app.graphql(app.operatorToken, query, { ...variables }),
  );
  return { answer, count: statements };
}

const MEMBER_WITH_RELATIONS = `
  id account { email } membership { id } workspace { name seats { total } memberCounts { active } }
  memberships(first: 2) { totalCount nodes { startedAt endedAt } pageInfo { hasNextPage } }
  history(first: 2) { totalCount nodes { action } pageInfo { hasNextPage } }`;

test('a page of members with all their relations takes as many statements as a page of two', async () => {
  const query = `query ($id: ID!, $first: Int!) {
    workspace(id: $id) { members(first: $first) { totalCount nodes { ${MEMBER_WITH_RELATIONS} } } }
  }`;
  for (const { workspaceId: id } of workspaces) {
    const many = await counting(query, { id, first: 50 });
    expect(many.answer.data.workspace.members.nodes).toHaveLength(50);
    expect(many.count).toBeLessThanOrEqual(9);
    const two = await counting(query, { id, first: 2 });
    expect(many.count).toBeLessThanOrEqual(two.count);
  }
});

test('each member gets its own relations, in their order', async () => {
  const [workspace] = workspaces;
  const query = `query ($id: ID!) {
    workspace(id: $id) { members(first: 50) { nodes { ${MEMBER_WITH_RELATIONS} } } }
  }`;
  const { data } = await app.graphql(app.operatorToken, query, { id: workspace?.workspaceId });
  for (const member of data.workspace.members.nodes) {
    const alone = await app.graphql(
      app.operatorToken,
      `query ($id: ID!) { node(id: $id) { ... on Member { ${MEMBER_WITH_RELATIONS} } } }`,
      { id: member.id },
    );
    expect(alone.data.node).toEqual(member);
  }
});

test('a list of workspaces with their members, keys and audit entries takes a fixed number of statements', async () => {
  const { answer, count } = await counting(`{
    workspaces { nodes {
      name seats { total used } memberCounts { active } apiKeys { nodes { name } }
      members(first: 3) { totalCount nodes { userName } } auditLog(first: 3) { nodes { action } }
      none: auditLog(filter: {targetId: "01930000-0000-7000-8000-000000000000"}) { totalCount }
    } }
  }`);
  expect(answer.errors).toBeUndefined();
  expect(answer.data.workspaces.nodes).toMatchObject([
    { members: { totalCount: MEMBERS + 1, nodes: [{}, {}, {}] }, apiKeys: { nodes: [{ name: 'Test' }] } },
    { members: { totalCount: MEMBERS + 1, nodes: [{}, {}, {}] }, apiKeys: { nodes: [{ name: 'Test' }] } },
  ]);
  expect(count).toBeLessThanOrEqual(12);
});

test('a hundred nodes by their ids take a fixed number of statements', async () => {
  const rows = await app.sql<{ id: string }>('select id from member limit 100');
  const ids = rows.map(({ id }, index) => (index % 2 === 0 ? id : id.toUpperCase()));
  const { answer, count } = await counting('query ($ids: [ID!]!) { nodes(ids: $ids) { id } }', { ids });
  expect(answer.data.nodes).toEqual(rows);
  expect(count).toBeLessThanOrEqual(6);
});
