import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, mutate, nextAddress, person, REQUEST_ID } from './operations.js';

/** The cases of "The schema before v1": what real clients and a strict reader found. */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2', credits: 1000 });
});

afterAll(async () => {
  await app.stop();
});

const NOBODY = '01930000-0000-7000-8000-000000000000';
const ask = (query: string, variables: object = {}, credential: string = app.operatorToken) =>
  app.graphql(credential, query, { id: workspace.workspaceId, ...variables });

test('fault 1: a dry run returns previews without ids, and no member', async () => {
  const { memberId } = await person(app, workspace);
  const input = {
    workspaceId: workspace.workspaceId,
    members: { ids: [memberId] },
    change: { action: 'REMOVE' },
    dryRun: true,
  };
  const query = `mutation ($input: MembersBulkUpdateInput!) { membersBulkUpdate(input: $input) {
    results { member { id active } preview { memberId active role } } } }`;
  expect(await ask(query, { input })).toEqual({
    data: {
      membersBulkUpdate: { results: [{ member: null, preview: { memberId, active: false, role: null } }] },
    },
  });
});

test('fault 3: a committed change is returned, although another mutation of the request is refused', async () => {
  const query = `mutation ($key: ApiKeyCreateInput!, $limit: MemberSetCreditLimitInput!) {
    a: apiKeyCreate(input: $key) { secret } b: memberSetCreditLimit(input: $limit) { changed } }`;
  const { workspaceId } = workspace;
  const answer = await ask(query, {
    key: { workspaceId, name: 'Delivered', scopes: ['SCIM'] },
    limit: { workspaceId, memberId: NOBODY, creditLimit: 5 },
  });
  expect(answer.data).toEqual({ a: { secret: expect.any(String) }, b: null });
  expect(answer.errors).toMatchObject([{ path: ['b'], extensions: { code: 'NOT_FOUND' } }]);
});

test('fault 4: a field that needs a further permission is null by itself', async () => {
  const key = await app.key(workspace.workspaceId, ['CREDITS_CONSUME']);
  const gated = `
    auditLog { totalCount } apiKeys { totalCount } accessReview(asOf: "2026-11-01T00:00:00Z") { totalCount }
    members { totalCount } groups { totalCount } invitations { totalCount } memberCounts { active }
    seats { total } creditConsumptions { totalCount } memberDays { active } member(id: "${NOBODY}") { id }
    group(id: "${NOBODY}") { id }`;
  const answer = await ask(`query ($id: ID!) { workspace(id: $id) { name ${gated} } }`, {}, key);
  const { name, ...others } = answer.data.workspace;
  expect(name).toEqual(expect.any(String));
  expect(Object.values(others)).toEqual(Array.from({ length: 12 }, () => null));
  expect(
    new Set(answer.errors?.map(({ extensions }: { extensions: { code: string } }) => extensions.code)),
  ).toEqual(new Set(['FORBIDDEN']));
});

test('fault 5: a cursor of one list is refused by every other', async () => {
  const lists = ['members', 'groups', 'invitations', 'apiKeys', 'auditLog', 'creditConsumptions'] as const;
  const { workspaceId } = workspace;
  const { memberId } = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
  await done(app, app.operatorToken, 'groupCreate', { workspaceId, displayName: 'Cursors' });
  await done(app, app.operatorToken, 'invitationCreate', { workspaceId, email: nextAddress() });
  await done(app, app.operatorToken, 'creditsConsume', {
    workspaceId,
    memberId,
    amount: 1,
    idempotencyKey: 'cursor',
  });
  const first = await ask(
    `query ($id: ID!) { workspace(id: $id) { ${lists.map((list) => `${list}(first: 1) { edges { cursor } }`).join(' ')} } }`,
  );
  for (const from of lists) {
    const { cursor } = first.data.workspace[from].edges[0];
    for (const to of lists) {
      const { errors } = await ask(
        `query ($id: ID!, $after: String) { workspace(id: $id) { ${to}(after: $after) { edges { cursor } } } }`,
        { after: cursor },
      );
      const refused = errors?.map(({ extensions }: { extensions: object }) => extensions);
      expect({ from, to, refused }).toMatchObject(
        from === to ? { refused: undefined } : { refused: [{ code: 'INVALID_INPUT', path: ['after'] }] },
      );
    }
  }
});

test('fault 6: a subscription at /graphql is refused with an error', async () => {
  const subscription = `subscription { workspaceActivity(workspaceId: "${workspace.workspaceId}") { id } }`;
  expect(await ask(subscription)).toEqual({
    errors: [
      {
        message: 'Subscriptions are streams, which this address does not answer.',
        extensions: {
          code: 'GRAPHQL_VALIDATION_FAILED',
          hint: expect.any(String),
          requestId: REQUEST_ID,
        },
      },
    ],
  });
});

describe('fault 8: `path` is where the client wrote the value, relative to `input`', () => {
  const paths = (answer: { errors?: readonly { extensions: { path?: unknown } }[] }) =>
    answer.errors?.map(({ extensions }) => extensions.path);
  const access = ['access', 'roleAccess', 'creditLimit'];

  test('for a variable of any name, a part of a variable, and a literal', async () => {
    const input = {
      workspaceId: workspace.workspaceId,
      userName: nextAddress(),
      access: { roleAccess: { role: 'ADMIN', creditLimit: 0 } },
    };
    const whole = 'mutation ($x: MemberAddInput!) { memberAdd(input: $x) { changed } }';
    expect(paths(await ask(whole, { x: input }))).toEqual([access]);
    const part = (limit: string) =>
      `(input: {workspaceId: "${NOBODY}", userName: "x", access: {roleAccess: {role: ADMIN, creditLimit: ${limit}}}})`;
    const ofPart = `mutation ($l: PositiveInt) { memberAdd${part('$l')} { changed } }`;
    expect(paths(await ask(ofPart, { l: 0 }))).toEqual([access]);
    expect(paths(await ask(`mutation { memberAdd${part('0')} { changed } }`))).toEqual([access]);
  });

  test('for a refusal by a rule', async () => {
    const input = {
      workspaceId: workspace.workspaceId,
      userName: nextAddress(),
      access: { roleAccess: { role: 'VIEWER', creditLimit: 5 } },
    };
    expect(paths(await mutate(app, app.operatorToken, 'memberAdd', input))).toEqual([access]);
  });
});

describe('fault 9: a typed profile, merged attribute by attribute', () => {
  test('an absent attribute is kept, null clears it, and a misspelled one is refused', async () => {
    const { memberId } = await person(app, workspace);
    const target = { workspaceId: workspace.workspaceId, memberId };
    const update = async (profile: object) =>
      (await done(app, app.operatorToken, 'memberUpdate', { ...target, profile })).member.profile.attributes;
    await update({ title: 'Engineer', name: { givenName: 'Ann', familyName: 'Lund' } });
    expect(await update({ title: 'Lead', name: { familyName: 'Berg' } })).toEqual({
      title: 'Lead',
      name: { givenName: 'Ann', familyName: 'Berg' },
    });
    expect(await update({ title: null })).toEqual({ name: { givenName: 'Ann', familyName: 'Berg' } });
    for (const wrong of [{ displayNme: 'X' }, { displayName: 5 }]) {
      const answer = await mutate(app, app.operatorToken, 'memberUpdate', { ...target, profile: wrong });
      expect(answer.errors).toMatchObject([
        { extensions: { code: 'INVALID_INPUT', path: ['profile', ...Object.keys(wrong)] } },
      ]);
    }
  });
});

describe('fault 11', () => {
  test.each([
    ['{ workspace(id: "x") { id } }', ['id']],
    ['{ node(id: "x") { id } }', ['id']],
    ['query ($id: ID!) { workspace(id: $id) { member(id: "x") { id } } }', ['id']],
    [
      'query ($id: ID!) { workspace(id: $id) { auditLog(filter: {targetId: "x"}) { totalCount } } }',
      ['filter', 'targetId'],
    ],
  ])('a malformed id is INVALID_INPUT: %s', async (query, path) => {
    expect((await ask(query)).errors).toMatchObject([{ extensions: { code: 'INVALID_INPUT', path } }]);
  });

  test('a time without a zone is refused with the required form', async () => {
    const query =
      'query ($id: ID!) { workspace(id: $id) { accessReview(asOf: "2026-01-01T00:00:00") { totalCount } } }';
    expect((await ask(query)).errors).toMatchObject([
      { extensions: { code: 'INVALID_INPUT', path: ['asOf'], hint: expect.stringContaining('RFC 3339') } },
    ]);
  });

  test('an operation that is too expensive is refused with its cost and the limit', async () => {
    const query = '{ workspaces(first: 200) { nodes { name members(first: 200) { nodes { id } } } } }';
    expect((await ask(query)).errors).toMatchObject([
      {
        extensions: {
          code: 'QUERY_TOO_EXPENSIVE',
          cost: expect.any(Number),
          limit: 25_000,
          costliestPath: 'workspaces.nodes.members.nodes.id',
        },
      },
    ]);
  });
});

test('fault 12: CREDITS_CONSUME reads the pool, and not what others have used', async () => {
  const key = await app.key(workspace.workspaceId, ['CREDITS_CONSUME']);
  const query =
    'query ($id: ID!) { workspace(id: $id) { creditPool { total } creditConsumptions { totalCount } } }';
  expect((await ask(query, {}, key)).data.workspace).toEqual({
    creditPool: { total: 1000 },
    creditConsumptions: null,
  });
});

test('shape 1: a deleted group tells which members it changed, and in which workspace', async () => {
  const { workspaceId } = workspace;
  const { memberId } = await person(app, workspace);
  const input = { workspaceId, displayName: 'Admins', memberIds: [memberId] };
  const { group } = await done(app, app.operatorToken, 'groupCreate', input);
  const grant = { workspaceId, groupId: group.id, grant: { role: 'ADMIN' } };
  const preview = `mutation ($input: GroupSetGrantInput!) { groupSetGrant(input: $input) {
    preview { memberId role } group { grants { role } } } }`;
  expect(await ask(preview, { input: { ...grant, dryRun: true } })).toEqual({
    data: { groupSetGrant: { preview: [{ memberId, role: 'ADMIN' }], group: { grants: null } } },
  });
  await done(app, app.operatorToken, 'groupSetGrant', grant);
  const query = `mutation ($input: GroupDeleteInput!) { groupDelete(input: $input) {
    groupId workspace { id } changedMembers { totalCount nodes { id role } } } }`;
  expect(await ask(query, { input: { workspaceId, groupId: group.id } })).toEqual({
    data: {
      groupDelete: {
        groupId: group.id,
        workspace: { id: workspaceId },
        changedMembers: { totalCount: 1, nodes: [{ id: memberId, role: 'VIEWER' }] },
      },
    },
  });
});

test('shape 1: an added item is returned as an edge of its list', async () => {
  const query = `mutation ($input: MemberAddInput!) { memberAdd(input: $input) {
    memberEdge { cursor node { id } } } }`;
  const { data } = await ask(query, {
    input: { workspaceId: workspace.workspaceId, userName: nextAddress() },
  });
  const { cursor } = data.memberAdd.memberEdge;
  expect(
    await ask(
      'query ($id: ID!, $after: String) { workspace(id: $id) { members(after: $after) { nodes { id } } } }',
      { after: cursor },
    ),
  ).toEqual({
    data: { workspace: { members: { nodes: [] } } },
  });
});

test('shape 2: all members that match a filter are changed, if their number is the expected one', async () => {
  const other = await app.workspace({ version: 'V2' });
  const { workspaceId } = other;
  for (const title of ['temp', 'temp', 'fixed'])
    await done(app, app.operatorToken, 'memberAdd', {
      workspaceId,
      userName: nextAddress(),
      profile: { title },
    });
  const input = (expectedCount: number) => ({
    workspaceId,
    members: { filter: { title: { eq: 'temp' } } },
    expectedCount,
    change: { action: 'REMOVE' },
  });
  expect((await mutate(app, app.operatorToken, 'membersBulkUpdate', input(3))).errors).toMatchObject([
    { extensions: { code: 'STALE_VERSION', path: ['expectedCount'] } },
  ]);
  expect(await done(app, app.operatorToken, 'membersBulkUpdate', input(2))).toMatchObject({
    changedCount: 2,
  });
});

test('shapes 4 and 5: back references, series, counts by filter, and the version of a workspace', async () => {
  const { workspaceId } = workspace;
  const owner = await app.session(workspace.ownerEmail);
  const { member } = await done(app, owner, 'memberAdd', {
    workspaceId,
    userName: nextAddress(),
    profile: { name: { familyName: 'Lund' } },
  });
  const query = `query ($id: ID!) { workspace(id: $id) {
    version
    found: memberCounts(filter: {search: "lund", active: {eq: true}}) { active inactive }
    members(filter: {search: "lund"}) { nodes { id lastActiveAt usageByMonth(months: 2) { used } membership { member { id } } } }
    reached: members(filter: {creditLimitReached: true}) { totalCount }
    memberDays(days: 2) { active joined left }
    auditLog(first: 1, filter: {targetId: "${member.id}"}) { nodes { target { id } actor { ... on Member { userName } } } }
    apiKeys(first: 1) { nodes { workspace { id } } }
  } }`;
  const { data } = await ask(query, {}, owner);
  expect(data.workspace).toMatchObject({
    found: { active: 1, inactive: 0 },
    members: {
      nodes: [
        {
          id: expect.any(String),
          lastActiveAt: null,
          usageByMonth: [{ used: 0 }, { used: 0 }],
          membership: { member: { id: member.id } },
        },
      ],
    },
    reached: { totalCount: 0 },
    auditLog: { nodes: [{ target: { id: member.id }, actor: { userName: workspace.ownerEmail } }] },
    apiKeys: { nodes: [{ workspace: { id: workspaceId } }] },
  });
  const [today, yesterday] = data.workspace.memberDays;
  expect(yesterday.active + today.joined - today.left).toBe(today.active);
  const stale = { workspaceId, name: 'Acme', expectedVersion: data.workspace.version + 1 };
  expect((await mutate(app, owner, 'workspaceUpdate', stale)).errors).toMatchObject([
    { extensions: { code: 'STALE_VERSION', path: ['expectedVersion'] } },
  ]);
  const filtered = 'query { workspaces(filter: {search: "no such name"}) { totalCount } }';
  expect(await ask(filtered)).toEqual({ data: { workspaces: { totalCount: 0 } } });
});

test('newcomers: seats of several types are set in one step', async () => {
  const v1 = await app.workspace({ version: 'V1' });
  const seats = [
    { seatType: 'PRO', total: 3 },
    { seatType: 'BUILDER', total: 1 },
  ];
  const set = await done(app, app.operatorToken, 'seatsSet', { workspaceId: v1.workspaceId, seats });
  expect(set.workspace.seats).toMatchObject([
    { seatType: 'BUILDER', total: 1 },
    { seatType: 'PRO', total: 3 },
  ]);
});
