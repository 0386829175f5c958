import { request as httpRequest } from 'node:http';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';

/** What anybody can send to /graphql without a credential is refused before it costs anything. */

let app: TestApp;

beforeAll(async () => {
  app = await startTestApp();
});

afterAll(async () => {
  await app.stop();
});

async function post(query: string, authorization?: string) {
  const response = await fetch(`${app.url}/graphql`, {
    method: 'POST',
    headers: {
      'Content-Type': 'application/json',
      ...(authorization === undefined ? {} : { Authorization: authorization }),
    },
    body: JSON.stringify({ query }),
  });
  const [error] = JSON.parse(await response.text()).errors;
  return { status: response.status, message: error.message, code: error.extensions.code };
}

const repeated = (text: string, times: number) => text.repeat(times);
const numbered = (count: number, text: (index: number) => string) =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');

const DOCUMENTS: readonly (readonly [name: string, query: string])[] = [
  ['60,000 fields with selections', `{ ${repeated('viewer{label}', 60_000)} }`],
  ['40,000 unused variables', `query(${numbered(40_000, (index) => `$v${index}:ID`)}){viewer{type}}`],
  ['490,000 fields', `{ ${repeated('a ', 490_000)} }`],
  ['58,000 directives', `{ viewer { type ${repeated('@include(if:1) ', 58_000)} } }`],
];

test.each(DOCUMENTS)('%s: the body is too large without a credential', async (_name, query) => {
  expect(await post(query)).toEqual({
    status: 413,
    message: 'The body is larger than 16 kB. Send a credential to send more.',
    code: 'BAD_REQUEST',
  });
});

test.each(DOCUMENTS)('%s: the parser stops at 10,000 tokens', async (_name, query) => {
  expect(await post(query, app.operatorToken)).toEqual({
    status: 400,
    message: expect.stringMatching(/10000 tokens/),
    code: 'GRAPHQL_PARSE_FAILED',
  });
});

describe('what the parser lets pass is counted before it is validated', () => {
  test.each([
    [
      '51 aliases of __typename',
      `{ ${numbered(51, (index) => `a${index}:__typename`)} }`,
      '51 aliases, and 50',
    ],
    ['1,001 fields', `{ ${numbered(1001, (index) => `f${index}`)} }`, '1001 fields, and 1000'],
    [
      '201 variables',
      `query(${numbered(201, (index) => `$v${index}:ID`)}){viewer{type}}`,
      '201 variables, and 200',
    ],
    ['201 directives', `{ viewer { type ${repeated('@skip(if:false) ', 201)} } }`, '201 directives, and 200'],
    [
      '101 fragments',
      `{ viewer { type } } ${numbered(101, (index) => `fragment F${index} on Viewer { type }`)}`,
      '101 fragments, and 100',
    ],
    [
      'introspection with several aliases',
      `{ ${numbered(3, (index) => `a${index}:__schema{types{name}}`)} }`,
      '6 introspections, and 2',
    ],
    [
      'all types with several aliases',
      `{ __schema { ${numbered(2, (index) => `a${index}:types{name}`)} } }`,
      '3 introspections, and 2',
    ],
    ['a field 26 times', `{ ${repeated('viewer{label} ', 26)} }`, 'viewer more than 25 times'],
  ])('%s', async (_name, query, excess) => {
    expect(await post(query)).toEqual({
      status: 400,
      message: expect.stringContaining(excess),
      code: 'QUERY_TOO_EXPENSIVE',
    });
  });
});

describe('a body that is too large is refused before it is sent, and the connection is closed', () => {
  test('with its length announced: 300 MB', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      `POST /graphql HTTP/1.1\r\nHost: ${hostname}\r\nContent-Type: application/json\r\nContent-Length: 300000000\r\n\r\n{`,
    );
    let answer = '';
    for await (const chunk of socket) answer += chunk;
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toMatch(/\r\nConnection: close\r\n/);
  });

  test.each([
    ['without a credential', {}, 20_000],
    ['with one', { Authorization: 'operator-token-of-the-tests' }, 1_100_000],
  ])('in chunks without end, %s', async (_name, headers, enough) => {
    const { hostname, port } = new URL(app.url);
    const request = httpRequest({
      host: hostname,
      port,
      path: '/graphql',
      method: 'POST',
      headers: { 'Content-Type': 'application/json', ...headers },
    });
    request.on('error', () => undefined);
    const answered = new Promise<number | undefined>((resolve) => {
      request.on('response', (response) => {
        response.resume();
        resolve(response.statusCode);
      });
    });
    const closed = new Promise<void>((resolve) => request.on('close', () => resolve()));
    request.write(`{"query":"${' '.repeat(enough)}`);
    expect(await answered).toBe(413);
    await closed;
  });
});

test('answers of GraphQL, SCIM and exports are kept by nobody, and are what they say', async () => {
  const { workspaceId, apiKey } = await app.workspace({ version: 'V2' });
  const paths = [
    '/graphql?query={viewer{type}}',
    `/scim/v2/organizations/${workspaceId}/Users`,
    `/scim/v2/organizations/${workspaceId}/Nothing`,
    '/scim/nothing',
    `/exports/workspaces/${workspaceId}/members.csv`,
    '/exports/nothing',
    '/nothing',
  ];
  for (const path of paths) {
    for (const headers of [{}, { Authorization: apiKey }]) {
      const response = await fetch(app.url + path, { headers });
      await response.text();
      expect([
        path,
        response.headers.get('cache-control'),
        response.headers.get('x-content-type-options'),
      ]).toEqual([path, 'no-store', 'nosniff']);
    }
  }
});
