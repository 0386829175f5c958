import { once } from 'node:events';
import { connect } from 'node:net';
import { setTimeout as wait } from 'node:timers/promises';
import { createClient } from 'graphql-sse';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { MOST_OF_HOLDER } from '../../../src/services/live/activity.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress } from '../graphql/operations.js';
import { activity, openStream, reading } from './stream.js';

/** Requests for streams, and clients that read slowly or lose their connection. */

let app: TestApp;
let workspace: TestWorkspace;
let workspaceId: string;

beforeAll(async () => {
  app = await startTestApp({ stalledMs: 500 });
  workspace = await app.workspace({ version: 'V2' });
  workspaceId = workspace.workspaceId;
});

afterAll(async () => {
  await app.stop();
});

async function add(): Promise<string> {
  const userName = nextAddress();
  const input = { workspaceId, userName, access: { roleAccess: { role: 'VIEWER' } } };
  await done(app, app.operatorToken, 'memberAdd', input);
  return userName;
}

const path = () => `${app.url}/graphql/stream`;

test('GET with a key is answered', async () => {
  const query = `subscription { workspaceActivity(workspaceId: "${workspaceId}") { targetLabel } }`;
  const response = await fetch(`${path()}?query=${encodeURIComponent(query)}`, {
    headers: { Authorization: workspace.apiKey, Accept: 'text/event-stream' },
  });
  const stream = reading(response);
  const userName = await add();
  expect((await stream.next())?.data.data.workspaceActivity.targetLabel).toBe(userName);
  await stream.close();
});

test.each(['PUT', 'DELETE', 'PATCH'])(
  '%s is refused: no stream is shared between requests',
  async (method) => {
    const response = await fetch(path(), { method, headers: { Authorization: workspace.apiKey } });
    expect([response.status, response.headers.get('allow')]).toEqual([405, 'GET, POST']);
  },
);

test.each([
  ['no JSON', '{"query":', 400],
  ['no query', '{}', 400],
  ['variables that are no object', '{"query": "subscription { x }", "variables": 7}', 400],
])('a body with %s', async (_what, body, status) => {
  const headers = { 'Content-Type': 'application/json', Authorization: workspace.apiKey };
  const response = await fetch(path(), { method: 'POST', headers, body });
  expect([response.status, await response.json()]).toEqual([
    status,
    {
      errors: [{ message: expect.any(String), extensions: expect.objectContaining({ code: 'BAD_REQUEST' }) }],
    },
  ]);
});

describe('operations', () => {
  const WORKSPACE = '018f0000-0000-7000-8000-000000000000';
  const nested = `actor { ... on Member { workspace { ${'members(first: 200) { nodes { workspace { '.repeat(5)} id ${'} } }'.repeat(5)} } } }`;

  test.each([
    ['a query', '{ viewer { type } }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'a mutation',
      'mutation { sessionsEnd(input: { keepCurrent: true }) { ended } }',
      'GRAPHQL_VALIDATION_FAILED',
    ],
    ['no GraphQL', 'subscription {', 'GRAPHQL_PARSE_FAILED'],
    ['an unknown field', 'subscription { everything }', 'GRAPHQL_VALIDATION_FAILED'],
    [
      'two fields',
      `subscription { workspaceActivity(workspaceId: "${WORKSPACE}") { id } scimActivity(workspaceId: "${WORKSPACE}") { id } }`,
      'GRAPHQL_VALIDATION_FAILED',
    ],
    [
      'what is too deep',
      `subscription { workspaceActivity(workspaceId: "${WORKSPACE}") { ${nested} } }`,
      'QUERY_TOO_EXPENSIVE',
    ],
    [
      'a wrong variable',
      'subscription ($id: ID!) { workspaceActivity(workspaceId: $id) { id } }',
      'INVALID_INPUT',
    ],
    ['a wrong id', 'subscription { workspaceActivity(workspaceId: "x") { id } }', 'INVALID_INPUT'],
  ])('%s is refused', async (_what, query, code) => {
    const stream = await openStream(app.url, workspace.apiKey, { query });
    expect(await stream.rest()).toMatchObject([
      { event: 'next', data: { errors: [{ extensions: { code, requestId: expect.any(String) } }] } },
      { event: 'complete' },
    ]);
  });

  test('a server that hides its schema hides it here too', async () => {
    const hiding = await app.beside({ playground: false });
    const stream = await openStream(hiding.url, workspace.apiKey, {
      query: 'subscription { workspaceActivit { id } }',
    });
    const event = await stream.next();
    expect(event?.data.errors[0].message).toBe(
      'Cannot query field "workspaceActivit" on type "Subscription".',
    );
    await hiding.stop();
  });

  test('a subscription at /graphql says where streams are', async () => {
    const { query, variables } = activity(workspaceId);
    expect(await app.graphql(workspace.apiKey, query, { ...variables })).toMatchObject({
      errors: [{ extensions: { hint: expect.stringContaining('/graphql/stream') } }],
    });
  });
});

test('the client of graphql-sse is understood, and goes on behind the last entry when its server is another one', async () => {
  const first = await app.beside();
  const second = await app.beside();
  let url = first.url;
  const variables: { workspaceId: string; after: string | null } = { workspaceId, after: null };
  const client = createClient({
    url: () => `${url}/graphql/stream`,
    headers: { Authorization: workspace.apiKey },
    retry: () => wait(10),
    retryAttempts: 10,
  });
  const received: unknown[] = [];
  const connected = Promise.withResolvers<void>();
  const end = client.subscribe<{ workspaceActivity: { id: string; targetLabel: string } }>(
    { query: activity(workspaceId).query, variables },
    {
      next: ({ data }) => {
        variables.after = data?.workspaceActivity.id ?? null;
        received.push(data?.workspaceActivity.targetLabel);
      },
      error: connected.reject,
      complete: () => undefined,
    },
    { connected: () => connected.resolve() },
  );
  await connected.promise;
  const names = [await add()];
  await expect.poll(() => received).toEqual(names);
  url = second.url;
  await first.stop();
  names.push(await add(), await add());
  await expect.poll(() => received).toEqual(names);
  end();
  await second.stop();
});

test('the stream of a client that does not read ends with SUBSCRIPTION_INTERRUPTED, and the client loses nothing', async () => {
  const [start] = await app.sql<{ id: string }>(
    'select id from audit_entry where workspace_id = $1 order by logged_at limit 1',
    [workspaceId],
  );
  // More than the buffers of a connection hold.
  await app.sql(
    `insert into audit_entry (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id, target_label, changes, request_id)
     select gen_random_uuid(), $1, now(), 'SYSTEM', 'system', 'SYSTEM', 'member.update', 'member', $1, repeat('x', 50000), '{}', 'none'
     from generate_series(1, 400)`,
    [workspaceId],
  );
  const socket = connect(Number(new URL(app.url).port), '127.0.0.1');
  const body = JSON.stringify(activity(workspaceId, start?.id));
  socket.write(
    `POST /graphql/stream HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: ${workspace.apiKey}\r\nAccept: text/event-stream\r\n` +
      `Content-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`,
  );
  // It begins to read, and reads no further.
  await once(socket, 'readable');
  const others = await Promise.all(
    Array.from({ length: MOST_OF_HOLDER - 1 }, () =>
      openStream(app.url, workspace.apiKey, activity(workspaceId)),
    ),
  );
  // The server gives up, which makes room for another stream.
  await expect
    .poll(async () => {
      const stream = await openStream(app.url, workspace.apiKey, activity(workspaceId, start?.id));
      const event = await stream.next();
      await stream.close();
      return event?.data.errors;
    })
    .toBeUndefined();
  await Promise.all(others.map((stream) => stream.close()));
  let text = '';
  socket.on('data', (chunk) => {
    text += chunk;
  });
  socket.resume();
  await once(socket, 'close');
  expect(text).toContain('SUBSCRIPTION_INTERRUPTED');
  const ids = [...text.matchAll(/^id: (.*)$/gm)].map(([, id]) => id);
  const rest = await openStream(app.url, workspace.apiKey, activity(workspaceId, ids.at(-1)));
  const all = await app.sql<{ id: string }>(
    'select id from audit_entry where workspace_id = $1 order by logged_at, id',
    [workspaceId],
  );
  const expected = all.map(({ id }) => id).slice(1);
  const more = await rest.take(expected.length - ids.length);
  expect([...ids, ...more.map((event) => event?.id)]).toEqual(expected);
  await rest.close();
});
