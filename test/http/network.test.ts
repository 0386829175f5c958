import { request as httpRequest } from 'node:http';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';

/** What proxies and clients say about hosts and addresses, and how often an address may be wrong. */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp({ wrongCredentials: 20 });
  workspace = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
});

/** Sends a GET with headers that `fetch` does not let through. */
function get(path: string, headers: Readonly<Record<string, string>>, url = app.url) {
  return new Promise<{ status: number | undefined; headers: object; body: string }>((resolve, reject) => {
    const request = httpRequest(url + path, { headers }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ status: response.statusCode, headers: response.headers, body });
    });
    request.on('error', reject);
    request.end();
  });
}

async function locationFor(headers: Readonly<Record<string, string>>): Promise<string> {
  const path = `/scim/v2/organizations/${workspace.workspaceId}/Users`;
  const { body } = await get(path, { Authorization: workspace.apiKey, ...headers });
  return new URL(JSON.parse(body).Resources[0].meta.location).origin;
}

describe('X-Forwarded headers of a trusted proxy', () => {
  const { host } = new URL('http://127.0.0.1');

  test.each([
    [
      { 'X-Forwarded-Proto': 'https', 'X-Forwarded-Host': 'rollcall.acme.test' },
      'https://rollcall.acme.test',
    ],
    [{ 'X-Forwarded-Proto': 'HTTPS, http', 'X-Forwarded-Host': 'a.test:8443, b' }, 'https://a.test:8443'],
    [{ 'X-Forwarded-Host': '[2001:db8::1]:8080' }, 'http://[2001:db8::1]:8080'],
  ])('%j are used', async (headers, origin) => {
    expect(await locationFor(headers)).toBe(origin);
  });

  test.each([
    { 'X-Forwarded-Proto': 'javascript' },
    { 'X-Forwarded-Host': 'a b<script>' },
    { 'X-Forwarded-Host': 'a.test/path' },
    { 'X-Forwarded-Host': 'user@a.test' },
  ])('%j are not', async (headers) => {
    expect(await locationFor(headers)).toBe(app.url.replace('127.0.0.1', host));
  });

  test.each([
    ['198.51.100.7', '198.51.100.7'],
    ['6.6.6.6, <b>x', '127.0.0.1'],
    ['<b>x, 198.51.100.8', '198.51.100.8'],
    ['::ffff:198.51.100.9', '198.51.100.9'],
    ['198.51.100.10:4711', '198.51.100.10'],
    ['[2001:db8::2]:4711', '2001:db8::2'],
  ])('the address in X-Forwarded-For: %s is %s', async (list, address) => {
    const key = await app.key(workspace.workspaceId, ['SCIM']);
    await get(`/scim/v2/organizations/${workspace.workspaceId}/Users`, {
      Authorization: key,
      'X-Forwarded-For': list,
    });
    await expect
      .poll(async () => {
        const [row] = await app.sql<{ from: string }>(
          'select last_used_from as from from api_key order by created_at desc limit 1',
        );
        return row?.from;
      })
      .toBe(address);
  });

  test('of a proxy that is not trusted are not used', async () => {
    const alone = await app.beside({ trustedProxies: [] });
    const { body } = await get(
      `/scim/v2/organizations/${workspace.workspaceId}/Users`,
      { Authorization: workspace.apiKey, 'X-Forwarded-Host': 'evil.test' },
      alone.url,
    );
    await alone.stop();
    expect(body).not.toContain('evil.test');
  });
});

describe('the ids of a request', () => {
  const PROXY_ID = '5f1d0bb6aa6c4e07b2fb5f1d0bb6aa6c';
  const TRACE = '4bf92f3577b34da6a3ce929d0e0e4736';

  /** Adds a member through a server, with the headers of a proxy. @returns the answer's request id, and its log line */
  async function added(trustedProxies: readonly string[]) {
    const lines: string[] = [];
    const logger = pino({}, { write: (line: string) => lines.push(line) });
    const server = await app.beside({ trustedProxies, logger });
    const answer = await fetch(`${server.url}/scim/v2/organizations/${workspace.workspaceId}/Users`, {
      method: 'POST',
      headers: {
        Authorization: workspace.apiKey,
        'Content-Type': 'application/scim+json',
        'X-Request-Id': PROXY_ID,
        traceparent: `00-${TRACE}-00f067aa0ba902b7-01`,
      },
      body: JSON.stringify({ userName: `traced-${trustedProxies.length}@acme.test` }),
    });
    expect(answer.status).toBe(201);
    const line = await vi.waitFor(() => JSON.parse(lines.find((each) => each.includes('"route"')) ?? ''));
    await server.stop();
    return { requestId: answer.headers.get('x-request-id'), line };
  }

  test('are one of our own, in answer, log, audit and provisioning log, and those of a trusted proxy in the log', async () => {
    const { requestId, line } = await added(['loopback']);
    expect(requestId).not.toBe(PROXY_ID);
    expect(line).toMatchObject({ requestId, proxyRequestId: PROXY_ID, traceId: TRACE });
    expect(await app.sql('select 1 from audit_entry where request_id = $1', [requestId])).toHaveLength(1);
    expect(await app.sql('select 1 from scim_request where request_id = $1', [requestId])).toHaveLength(1);
  });

  test('of a proxy that is not trusted are not in the log', async () => {
    const { requestId, line } = await added([]);
    expect(line).toMatchObject({ requestId });
    expect(JSON.stringify(line)).not.toMatch(new RegExp(`${PROXY_ID}|${TRACE}`));
  });
});

test('a malformed Host is refused', async () => {
  const { status, body } = await get('/sign-in', { Host: 'a"><script>' });
  expect([status, JSON.parse(body).errors[0].message]).toEqual([400, 'The Host header is malformed.']);
});

test('with PUBLIC_URL, the host of a request is in no answer', async () => {
  const published = await app.beside({ publicUrl: 'https://rollcall.acme.test' });
  const session = await app.session(workspace.ownerEmail);
  const { workspaceId, apiKey } = workspace;
  const paths = [
    ['/sign-in', ''],
    ['/', ''],
    ['/nothing', ''],
    ['/sign-in/link/x', ''],
    [`/workspace/${workspaceId}`, session],
    ['/graphql?query={viewer{type}}', session],
    ['/graphql?query={nothing}', session],
    [`/scim/v2/organizations/${workspaceId}/Users`, apiKey],
    [`/scim/v2/organizations/${workspaceId}/ResourceTypes`, apiKey],
    [`/scim/v2/organizations/${workspaceId}/Nothing`, apiKey],
    ['/scim/nothing', ''],
    [`/exports/workspaces/${workspaceId}/members.csv`, apiKey],
    [`/api/workspaces/${workspaceId}/auth/sso/start`, ''],
  ] as const;
  for (const [path, authorization] of paths) {
    const answer = await get(
      path,
      {
        Host: 'evil.test',
        'X-Forwarded-Host': 'evil.test',
        ...(authorization === '' ? {} : { Authorization: authorization }),
      },
      published.url,
    );
    expect([path, JSON.stringify(answer)]).toEqual([path, expect.not.stringContaining('evil.test')]);
  }
  await published.stop();
});

describe('wrong credentials of one address', () => {
  const from = (address: string) => ({ 'X-Forwarded-For': address });
  const users = () => `/scim/v2/organizations/${workspace.workspaceId}/Users`;

  async function statuses(times: number, headers: Readonly<Record<string, string>>, path = users()) {
    const answers = await Promise.all(Array.from({ length: times }, () => get(path, headers)));
    const count = (status: number) => answers.filter((answer) => answer.status === status).length;
    return { unauthenticated: count(401), limited: count(429), last: answers.at(-1) };
  }

  test('are limited, over processes, in the format of SCIM and with Retry-After', async () => {
    const headers = { ...from('203.0.113.1'), Authorization: 'Bearer wrong' };
    const { unauthenticated, limited, last } = await statuses(50, headers);
    expect([unauthenticated, limited]).toEqual([20, 30]);
    expect(last?.headers).toMatchObject({ 'retry-after': expect.stringMatching(/^\d+$/) });
    expect(JSON.parse(last?.body ?? '')).toMatchObject({
      schemas: ['urn:ietf:params:scim:api:messages:2.0:Error'],
      status: '429',
    });
    const second = await app.beside({ wrongCredentials: 20 });
    expect((await get(users(), headers, second.url)).status).toBe(429);
    await second.stop();
  });

  test('are limited at /graphql in its format', async () => {
    const headers = { ...from('203.0.113.2'), Authorization: 'wrong' };
    const { last } = await statuses(30, headers, '/graphql?query={viewer{type}}');
    expect([last?.status, JSON.parse(last?.body ?? '').errors[0].extensions]).toEqual([
      429,
      expect.objectContaining({ code: 'RATE_LIMITED', retryAfterSeconds: expect.any(Number) }),
    ]);
  });

  test('lock out neither a valid key from there nor wrong ones from elsewhere', async () => {
    await statuses(30, { ...from('203.0.113.3'), Authorization: 'wrong' });
    const key = await app.key(workspace.workspaceId, ['SCIM']);
    const valid = await statuses(1, { ...from('203.0.113.3'), Authorization: key });
    expect(valid.last?.status).toBe(200);
    const elsewhere = await statuses(1, { ...from('203.0.113.4'), Authorization: 'wrong' });
    expect(elsewhere.unauthenticated).toBe(1);
  });

  test('a valid key is not limited', async () => {
    const headers = { ...from('203.0.113.5'), Authorization: workspace.apiKey };
    expect((await statuses(200, headers)).limited).toBe(0);
  });
});
