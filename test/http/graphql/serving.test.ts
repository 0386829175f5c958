import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { pino } from 'pino';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import { createApp } from '../../../src/server/app.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { createTestDatabase } from '../../database.js';
import { REQUEST_ID, UUID } from './operations.js';

/** GraphQL over HTTP: https://graphql.github.io/graphql-over-http/draft/ */

let app: TestApp;
let workspace: TestWorkspace;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
});

afterAll(async () => {
  await app.stop();
});

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly body: unknown;
}

async function send(init: RequestInit, path = '/graphql', url = app.url): Promise<Answer> {
  const response = await fetch(`${url}${path}`, init);
  const text = await response.text();
  expect(text).not.toMatch(/<html/i);
  expect(response.headers.get('x-request-id')).toEqual(REQUEST_ID);
  return {
    status: response.status,
    type: response.headers.get('content-type'),
    body: text === '' ? undefined : JSON.parse(text),
  };
}

function post(body: unknown, headers: Record<string, string> = {}, url = app.url): Promise<Answer> {
  return send(
    {
      method: 'POST',
      headers: { 'Content-Type': 'application/json', Authorization: app.operatorToken, ...headers },
      body: typeof body === 'string' ? body : JSON.stringify(body),
    },
    '/graphql',
    url,
  );
}

const JSON_TYPE = 'application/json; charset=utf-8';
const GRAPHQL_TYPE = 'application/graphql-response+json; charset=utf-8';
const OPERATOR = { data: { viewer: { type: 'OPERATOR' } } };

/** Apollo refuses requests that are not GraphQL. */
function badRequest(message: unknown, more: object = {}): object {
  return { errors: [{ message, extensions: { code: 'BAD_REQUEST', ...more } }] };
}

describe('POST', () => {
  test('is answered', async () => {
    expect(await post({ query: '{ viewer { type } }' })).toEqual({
      status: 200,
      type: JSON_TYPE,
      body: OPERATOR,
    });
  });

  test('is answered with the media type of Accept', async () => {
    const accept = { Accept: 'application/graphql-response+json' };
    expect(await post({ query: '{ viewer { type } }' }, accept)).toEqual({
      status: 200,
      type: GRAPHQL_TYPE,
      body: OPERATOR,
    });
  });

  test('executes the named operation', async () => {
    const query = 'query One { viewer { type } } query Two { viewer { label } }';
    expect(await post({ query, operationName: 'Two' })).toEqual({
      status: 200,
      type: JSON_TYPE,
      body: { data: { viewer: { label: 'operator' } } },
    });
    expect(await post({ query })).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'OPERATION_RESOLUTION_FAILURE', requestId: REQUEST_ID } }] },
    });
  });

  test.each(['{"query":', 'viewer', '{ viewer { type } }'])(
    'with a body that is not JSON is refused: %s',
    async (body) => {
      expect(await post(body)).toEqual({
        status: 400,
        type: JSON_TYPE,
        body: badRequest('The body cannot be read as JSON.', { requestId: REQUEST_ID }),
      });
    },
  );

  const NO_BODY = 'POST body missing, invalid Content-Type, or JSON object has no keys.';

  test.each<[unknown, unknown]>([
    ['', NO_BODY],
    [{}, NO_BODY],
    [{ query: '' }, expect.stringContaining('non-empty `query`')],
    [{ query: 7 }, 'GraphQL queries must be strings.'],
    [{ query: '{ viewer { type } }', variables: 'x' }, expect.stringContaining('`variables`')],
  ])('with a body that is not a GraphQL request is refused: %j', async (body, message) => {
    expect(await post(body)).toMatchObject({ status: 400, type: JSON_TYPE, body: badRequest(message) });
  });

  test('with a body of another media type is refused', async () => {
    const answer = await post('{ viewer { type } }', { 'Content-Type': 'text/plain' });
    expect(answer).toEqual({
      status: 400,
      type: JSON_TYPE,
      body: badRequest(NO_BODY, { requestId: REQUEST_ID }),
    });
  });

  test('with a body over 1 MB is refused', async () => {
    const query = `{ viewer { type } } # ${'x'.repeat(1_100_000)}`;
    expect(await post({ query })).toEqual({
      status: 413,
      type: JSON_TYPE,
      body: badRequest('The body is larger than 1 MB.', { requestId: REQUEST_ID }),
    });
  });

  test('with a batch is refused', async () => {
    const one = { query: '{ viewer { type } }' };
    expect(await post([one, one])).toEqual({
      status: 400,
      type: JSON_TYPE,
      body: badRequest('Operation batching disabled.', { requestId: REQUEST_ID }),
    });
  });

  test('with a document that cannot be parsed is refused', async () => {
    expect(await post({ query: '{ viewer {' })).toEqual({
      status: 400,
      type: JSON_TYPE,
      body: {
        errors: [
          {
            message: 'Syntax Error: Expected Name, found <EOF>.',
            locations: [{ line: 1, column: 11 }],
            extensions: { code: 'GRAPHQL_PARSE_FAILED', requestId: REQUEST_ID },
          },
        ],
      },
    });
  });

  test('with a field that the schema does not have is refused', async () => {
    expect(await post({ query: '{ viewer { shoeSize } }' })).toEqual({
      status: 400,
      type: JSON_TYPE,
      body: {
        errors: [
          {
            message: 'Cannot query field "shoeSize" on type "Viewer".',
            locations: [{ line: 1, column: 12 }],
            extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: REQUEST_ID },
          },
        ],
      },
    });
  });
});

describe('GET', () => {
  function get(parameters: Record<string, string>, headers: Record<string, string>): Promise<Answer> {
    return send({ headers }, `/graphql?${new URLSearchParams(parameters)}`);
  }

  test('executes queries, for key holders', async () => {
    const query = 'query ($id: ID!) { workspace(id: $id) { id } }';
    const variables = JSON.stringify({ id: workspace.workspaceId });
    expect(await get({ query, variables }, { Authorization: workspace.apiKey })).toEqual({
      status: 200,
      type: JSON_TYPE,
      body: { data: { workspace: { id: workspace.workspaceId } } },
    });
  });

  test('executes no mutations', async () => {
    const query = 'mutation { sessionEnd(input: {}) { sessionId } }';
    const answer = await get({ query }, { Authorization: workspace.apiKey });
    expect(answer).toMatchObject({ status: 405, type: JSON_TYPE, body: { errors: [{}] } });
  });

  test('is refused for a page of another origin', async () => {
    expect(await get({ query: '{ viewer { type } }' }, {})).toMatchObject({
      status: 400,
      type: JSON_TYPE,
      body: { errors: [{ extensions: { code: 'BAD_REQUEST' } }] },
    });
  });
});

describe('the caller', () => {
  test.each([{}, { Authorization: '' }, { Authorization: 'Bearer' }, { Authorization: 'wrong' }])(
    'of %j is unknown: the answer has an error and the status 200',
    async (headers) => {
      const answer = await post({ query: '{ viewer { type } }' }, { Authorization: '', ...headers });
      expect(answer).toEqual({
        status: 200,
        type: JSON_TYPE,
        body: {
          data: null,
          errors: [
            {
              message: 'The credential is missing, wrong, expired or revoked.',
              locations: [{ line: 1, column: 3 }],
              path: ['viewer'],
              extensions: {
                code: 'UNAUTHENTICATED',
                hint: 'Send an API key, a session token or the operator token in the Authorization header.',
                requestId: REQUEST_ID,
              },
            },
          ],
        },
      });
    },
  );

  test('gets the id of the request in every answer', async () => {
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { type } }' }),
    });
    expect(await response.json()).toMatchObject({
      errors: [{ extensions: { requestId: response.headers.get('x-request-id') } }],
    });
  });
});

test('any other path is answered in JSON, not HTML', async () => {
  expect(await send({}, '/nothing')).toEqual({
    status: 404,
    type: JSON_TYPE,
    body: {
      errors: [
        {
          message: 'There is nothing here. Try /graphql or /playground.',
          extensions: { code: 'NOT_FOUND', requestId: REQUEST_ID },
        },
      ],
    },
  });
});

describe('introspection and the playground', () => {
  let server: Server;
  let url: string;
  let close: () => Promise<void>;

  beforeAll(async () => {
    const testDatabase = await createTestDatabase();
    const orm = await connect(testDatabase.address, 2);
    const quiet = await createApp({
      database: await Database.over(orm),
      logger: pino({ level: 'silent' }),
      operatorToken: app.operatorToken,
      publicUrl: 'https://rollcall.acme.test',
      playground: false,
    });
    server = createServer(quiet.handler);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    url = `http://127.0.0.1:${port}`;
    close = async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await quiet.stop();
      await orm.close();
      await testDatabase.drop();
    };
  });

  afterAll(async () => {
    await close();
  });

  const INTROSPECTION = '{ __schema { queryType { name } } }';

  test('are on where the configuration enables them', async () => {
    expect(await post({ query: INTROSPECTION })).toEqual({
      status: 200,
      type: JSON_TYPE,
      body: { data: { __schema: { queryType: { name: 'Query' } } } },
    });
    expect((await fetch(`${app.url}/playground`)).headers.get('content-type')).toMatch(/^text\//);
  });

  test.each([INTROSPECTION, '{ __type(name: "Query") { name } }'])('are off otherwise: %s', async (query) => {
    expect(await post({ query }, {}, url)).toMatchObject({
      status: 400,
      body: { errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED', requestId: REQUEST_ID } }] },
    });
    expect(await send({}, '/playground', url)).toMatchObject({ status: 404 });
  });

  test('are not needed for queries and __typename; errors suggest no names of the schema', async () => {
    expect(await post({ query: '{ viewer { __typename type } }' }, {}, url)).toEqual({
      status: 200,
      type: JSON_TYPE,
      body: { data: { viewer: { __typename: 'Viewer', type: 'OPERATOR' } } },
    });
    const { body } = await post({ query: '{ viewerr { type } }' }, {}, url);
    expect(JSON.stringify(body)).not.toContain('Did you mean');
  });

  test('the public URL begins absolute URLs', async () => {
    const input = { name: 'Acme', accessModel: 'V2', ownerEmail: 'o@acme.test' };
    const query = `mutation ($input: WorkspaceCreateInput!) {
      workspaceCreate(input: $input) { workspace { id scim { baseUrl } } }
    }`;
    const { body } = await post({ query, variables: { input } }, {}, url);
    expect(body).toEqual({
      data: { workspaceCreate: { workspace: { id: UUID, scim: { baseUrl: expect.any(String) } } } },
    });
    const text = JSON.stringify(body);
    const [, id] = /"id":"([^"]+)"/.exec(text) ?? [];
    expect(text).toContain(`"baseUrl":"https://rollcall.acme.test/scim/v2/organizations/${id}"`);
  });
});
