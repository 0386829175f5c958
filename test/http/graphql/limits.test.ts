import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type GraphqlAnswer, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { pathTo, REQUEST_ID } from './operations.js';

/** Depth, complexity and alias limits, with the cost in the error; before anything is executed (spec graphql). */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
});

function ask(query: string, variables: Record<string, unknown> = {}): Promise<GraphqlAnswer> {
  return app.graphql(app.operatorToken, query, variables);
}

/** Where the cost comes from; the test 'says what costs how much' has it whole. */
const PLACE = { costliestPath: expect.any(String), hint: expect.any(String) };

interface Cost {
  readonly cost: number;
  readonly depth: number;
  readonly aliases: number;
}

function tooMuch(message: string, cost: Cost): object {
  return {
    errors: [
      {
        message,
        extensions: {
          code: 'QUERY_TOO_EXPENSIVE',
          limit: expect.any(Number),
          ...PLACE,
          ...cost,
          requestId: REQUEST_ID,
        },
      },
    ],
  };
}

function tooExpensive(cost: number, depth: number): object {
  return tooMuch(`This operation costs ${cost}, and 25000 is the most.`, {
    cost,
    depth,
    aliases: 0,
  });
}

test('an operation that was sent before costs what its variables make of it', async () => {
  const query = `query ($id: ID!, $first: Int) {
    workspace(id: $id) { members(first: $first) { nodes { memberships(first: $first) { nodes { id role } } } } }
  }`;
  const id = workspace.workspaceId;
  expect(await ask(query, { id, first: 1 })).not.toHaveProperty('errors');
  expect(await ask(query, { id, first: 200 })).toMatchObject({
    errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', cost: expect.any(Number) } }],
  });
  expect(await ask(query, { id, first: 2 })).not.toHaveProperty('errors');
});

test('a page of 200 members with all their relations is allowed', async () => {
  const query = `query ($id: ID!) {
    workspace(id: $id) {
      members(first: 200) {
        totalCount pageInfo { hasNextPage endCursor }
        edges { cursor node {
          id version userName externalId active role managedBy createdAt updatedAt
          profile { attributes } account { id email } workspace { id name }
          access { ... on RoleAccess { role creditLimit creditLimitApplies } ... on SeatAccess { seatType } }
          membership { id startedAt endedAt role }
          viewerCan { update { allowed } remove { allowed } }
        } }
      }
    }
  }`;
  expect(await ask(query, { id: workspace.workspaceId })).toEqual({ data: { workspace: expect.anything() } });
});

describe('cost: one per field, times the page sizes of the lists around it', () => {
  const nested = (sizes: string) =>
    `{ workspaces(${sizes}) { nodes { members(${sizes}) { nodes { id } } } } }`;
  // workspaces: 1 + 200 × (nodes: 1 + members: (1 + 200 × (nodes: 1 + id: 1)))
  const COST = 1 + 200 * (1 + (1 + 200 * (1 + 1)));

  test.each(['first: 200', 'last: 200'])('%s', async (sizes) => {
    expect(await ask(nested(sizes))).toEqual(tooExpensive(COST, 5));
  });

  test('sizes in variables count', async () => {
    const query = `query ($size: Int) ${nested('first: $size')}`;
    expect(await ask(query, { size: 200 })).toEqual(tooExpensive(COST, 5));
    expect(await ask(query, { size: 2 })).toMatchObject({ data: { workspaces: {} } });
  });

  test('sizes in defaults of variables count', async () => {
    const query = `query ($size: Int = 200) ${nested('first: $size')}`;
    expect(await ask(query)).toEqual(tooExpensive(COST, 5));
    expect(await ask(query, { size: 2 })).toMatchObject({ data: { workspaces: {} } });
  });

  test('a list without a size counts as one of 50', async () => {
    const query = '{ workspaces { nodes { members { nodes { memberships { nodes { id } } } } } } }';
    const cost = 1 + 50 * (1 + (1 + 50 * (1 + (1 + 50 * (1 + 1)))));
    expect(await ask(query)).toEqual(tooExpensive(cost, 7));
  });

  test('a list whose nodes are selected in a fragment counts as a list', async () => {
    const query = `
      { workspaces { ...W } }
      fragment W on WorkspaceConnection { nodes { members { ... on MemberConnection { nodes { ...M } } } } }
      fragment M on Member { memberships { edges { node { id } } } }`;
    const cost = 1 + 50 * (1 + (1 + 50 * (1 + (1 + 50 * (1 + (1 + 1))))));
    expect(await ask(query)).toEqual(tooExpensive(cost, 8));
  });

  test('results of a mutation of many count as many', async () => {
    const query = `mutation ($input: InvitationsCreateFromCsvInput!) { invitationsCreateFromCsv(input: $input) {
      results { invitation { workspace { members(first: 200) { nodes { id } } } } } } }`;
    const input = { workspaceId: workspace.workspaceId, csv: 'email' };
    const cost = 1 + 500 * (1 + (1 + (1 + (1 + 200 * (1 + 1)))));
    expect(await ask(query, { input })).toEqual(tooExpensive(cost, 7));
  });

  test('nodes count as many times as there are ids', async () => {
    const query = `query ($ids: [ID!]!) {
      nodes(ids: $ids) { ... on Workspace { members(first: 200) { nodes { id } } } }
    }`;
    const ids = Array.from({ length: 100 }, () => workspace.workspaceId);
    const cost = 1 + 100 * (1 + 200 * (1 + 1));
    expect(await ask(query, { ids })).toEqual(tooExpensive(cost, 4));
  });

  test('fragments that spread fragments do not multiply the work of counting', async () => {
    const levels = Array.from({ length: 30 }, (_, level) =>
      level === 29
        ? `fragment F${level} on Viewer { type }`
        : `fragment F${level} on Viewer { ...F${level + 1} ...F${level + 1} }`,
    );
    const started = performance.now();
    const answer = await ask(`{ viewer { ...F0 } } ${levels.join(' ')}`);
    expect(answer).toEqual(tooExpensive(1 + 2 ** 29, 2));
    expect(performance.now() - started).toBeLessThan(2000);
  });

  test('a refused document is not executed', async () => {
    const query = `mutation ($input: WorkspaceUpdateInput!) {
      workspaceUpdate(input: $input) { workspace { members(first: 200) { nodes { history(first: 200) { nodes { id } } } } } }
    }`;
    const input = { workspaceId: workspace.workspaceId, name: 'Too expensive' };
    expect(await ask(query, { input })).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE' } }],
    });
    expect(
      await ask('query ($id: ID!) { workspace(id: $id) { name } }', { id: workspace.workspaceId }),
    ).toEqual({
      data: { workspace: { name: 'Acme 1' } },
    });
  });
});

describe('depth', () => {
  const deep = (levels: number) =>
    `query ($id: ID!) { workspace(id: $id) { member(userName: "x") { ${'workspace { member(userName: "x") { '.repeat(levels)} id ${'} }'.repeat(levels)} } } }`;

  test('twelve levels are allowed, thirteen are not', async () => {
    const id = workspace.workspaceId;
    const even = deep(4).replace('{ workspace(id: $id)', '{ viewer { type } workspace(id: $id)');
    expect(await ask(even, { id })).toEqual({
      data: { viewer: { type: 'OPERATOR' }, workspace: { member: null } },
    });
    const odd = deep(5).replace(' id ', ' account { id } ');
    expect(await ask(odd, { id })).toEqual(
      tooMuch('This operation is 14 levels deep, and 12 is the most.', { cost: 14, depth: 14, aliases: 0 }),
    );
    expect(await ask(deep(5), { id })).toEqual(
      tooMuch('This operation is 13 levels deep, and 12 is the most.', { cost: 13, depth: 13, aliases: 0 }),
    );
  });

  test('the introspection query of the playground is deep and allowed', async () => {
    const query = `{ __schema { types { fields { type { ofType { ofType { ofType { ofType { ofType { name } } } } } } } } } }`;
    expect(await ask(query)).toEqual({ data: { __schema: expect.anything() } });
  });
});

describe('aliases', () => {
  const aliased = (count: number) =>
    `{ ${Array.from({ length: count }, (_, index) => `a${index}: viewer { type }`).join(' ')} }`;

  test('fifty are allowed, fifty-one are not', async () => {
    expect(await ask(aliased(50))).toMatchObject({ data: { a49: { type: 'OPERATOR' } } });
    expect(await ask(aliased(51))).toEqual(
      tooMuch('This operation has 51 aliases, and 50 is the most.', { cost: 102, depth: 2, aliases: 51 }),
    );
  });

  test('aliases in fragments count each time', async () => {
    const query = `{ ${'viewer { ...V } '.repeat(18)} } fragment V on Viewer { a: type b: type c: type }`;
    expect(await ask(query)).toMatchObject({
      errors: [{ extensions: { code: 'QUERY_TOO_EXPENSIVE', aliases: 54 } }],
    });
  });
});

describe('variables', () => {
  const query = `query ($id: ID!, $filter: MemberFilter) {
    workspace(id: $id) { members(filter: $filter) { totalCount } }
  }`;

  function nested(levels: number): object {
    return Array.from({ length: levels }).reduce<object>((filter) => ({ not: filter }), {
      active: { eq: true },
    });
  }

  test.each([50, 100])('a filter nested %i levels deep is allowed', async (levels) => {
    expect(await ask(query, { id: workspace.workspaceId, filter: nested(levels) })).toEqual({
      data: { workspace: { members: { totalCount: expect.any(Number) } } },
    });
  });

  test.each([101, 200])('a filter nested %i levels deep is refused', async (levels) => {
    const { errors } = await ask(query, { id: workspace.workspaceId, filter: nested(levels) });
    expect(errors).toMatchObject([
      {
        message: 'A filter has at most 1000 parts, nested at most 100 levels deep.',
        extensions: { code: 'INVALID_INPUT', path: pathTo('filter') },
      },
    ]);
  });

  test.each([300, 3000, 100_000])(
    'any value nested %i levels deep is refused before it is read',
    async (levels) => {
      const open = '{"not":'.repeat(levels);
      const filter = `${open}{}${'}'.repeat(levels)}`;
      const response = await fetch(`${app.url}/graphql`, {
        method: 'POST',
        headers: { 'Content-Type': 'application/json', Authorization: app.operatorToken },
        body: `{"query":${JSON.stringify(query)},"variables":{"id":"${workspace.workspaceId}","filter":${filter}}}`,
      });
      expect([response.status, await response.json()]).toEqual([
        400,
        {
          errors: [
            {
              message: 'The variables are nested more than 250 levels deep.',
              extensions: { code: 'QUERY_TOO_EXPENSIVE', limit: 250, requestId: REQUEST_ID },
            },
          ],
        },
      ]);
    },
  );

  test('a filter of too many parts is refused', async () => {
    const filter = { or: Array.from({ length: 1000 }, (_, index) => ({ userName: { eq: `p${index}` } })) };
    const { errors } = await ask(query, { id: workspace.workspaceId, filter });
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: pathTo('filter') } }]);
  });

  test('a document nested without end is refused', async () => {
    const { errors } = await ask(`${'{ a '.repeat(50_000)}${'}'.repeat(50_000)}`);
    expect(errors).toMatchObject([{ extensions: { code: 'GRAPHQL_PARSE_FAILED' } }]);
  });
});

test('ids are read in any case, with a key too', async () => {
  const id = workspace.workspaceId;
  const { data } = await app.graphql(workspace.apiKey, `{ workspace(id: "${id.toUpperCase()}") { id } }`);
  expect(data).toEqual({ workspace: { id } });
});

test('a member is read by exactly one of id and userName', async () => {
  const { workspaceId, ownerMemberId, ownerEmail } = workspace;
  const member = (by: string) => ask(`{ workspace(id: "${workspaceId}") { member(${by}) { id } } }`);
  const found = { data: { workspace: { member: { id: ownerMemberId } } } };
  expect(await member(`id: "${ownerMemberId.toUpperCase()}"`)).toEqual(found);
  expect(await member(`userName: "${ownerEmail}"`)).toEqual(found);
  for (const by of ['id: null', `id: "${ownerMemberId}", userName: "${ownerEmail}"`]) {
    const { errors } = await member(by);
    expect(errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path: pathTo('id') } }]);
  }
});
