import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { expectInvariants } from '../../invariants.js';
import { CORE, create, ERROR, errorOf, find, matching, PATCH_OP, ROLLCALL, read } from './resources.js';

/** RFC 7644 §3.7: many operations in one request. */

const BULK_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:BulkRequest';
const BULK_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:BulkResponse';

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;
let baseUrl: string;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
  baseUrl = `${app.url}/scim/v2/organizations/${workspace.workspaceId}`;
});

afterAll(async () => {
  await expectInvariants(app);
  await app.stop();
});

function bulk(Operations: readonly unknown[], more: object = {}) {
  return scim.post('/Bulk', { schemas: [BULK_REQUEST], ...more, Operations });
}

async function total(filter: string): Promise<number> {
  return (await scim.get(`${matching(filter)}&count=0`)).body.totalResults;
}

test('creates, replaces, patches and deletes, in order', async () => {
  const gone = await create(scim, { userName: 'gone@acme.test' });
  const kept = await create(scim, { userName: 'kept@acme.test' });
  const { status, headers, body } = await bulk([
    {
      method: 'POST',
      path: '/Users',
      bulkId: 'qwerty',
      data: { schemas: [CORE], userName: 'ann@acme.test', [ROLLCALL]: { role: 'editor' } },
    },
    {
      method: 'PUT',
      path: '/Users/bulkId:qwerty',
      version: 'W/"1"',
      data: { userName: 'ann@acme.test', title: 'Dr.' },
    },
    {
      method: 'PATCH',
      path: `/Users/${kept.id}`,
      version: kept.meta.version,
      data: { schemas: [PATCH_OP], Operations: [{ op: 'replace', path: 'active', value: false }] },
    },
    { method: 'DELETE', path: `/Users/${gone.id}` },
  ]);
  const ann = await find(scim, 'ann@acme.test');
  expect([status, headers.get('content-type')]).toEqual([200, 'application/scim+json; charset=utf-8']);
  expect(body).toEqual({
    schemas: [BULK_RESPONSE],
    Operations: [
      { method: 'POST', bulkId: 'qwerty', location: ann.meta.location, version: 'W/"1"', status: '201' },
      { method: 'PUT', location: ann.meta.location, version: 'W/"2"', status: '200' },
      { method: 'PATCH', location: kept.meta.location, version: 'W/"2"', status: '200' },
      { method: 'DELETE', location: gone.meta.location, status: '204' },
    ],
  });
  expect(ann).toMatchObject({ title: 'Dr.', [ROLLCALL]: { role: 'editor' }, meta: { version: 'W/"2"' } });
  expect(await read(scim, kept.id)).toMatchObject({ active: false });
  expect(await scim.get(`/Users/${gone.id}`)).toMatchObject({ status: 404 });
});

test('a refused operation has the answer that it would have alone, and does not stop the others', async () => {
  const dan = await create(scim, { userName: 'dan@acme.test' });
  const nobody = '00000000-0000-4000-8000-000000000000';
  const { status, body } = await bulk([
    { method: 'POST', path: '/Users', bulkId: '1', data: { userName: 'DAN@acme.test' } },
    { method: 'PUT', path: `/Users/${dan.id}`, version: 'W/"9"', data: { userName: 'dan@acme.test' } },
    { method: 'DELETE', path: `/Users/${nobody}` },
    {
      method: 'POST',
      path: '/Users',
      bulkId: '2',
      data: { userName: 'eve@acme.test', [ROLLCALL]: { role: 'king' } },
    },
    { method: 'POST', path: '/Me', bulkId: '3', data: {} },
    { method: 'POST', path: '/Users', bulkId: '4', data: { userName: 'fay@acme.test' } },
  ]);
  expect(status).toBe(200);
  expect(body.Operations).toEqual([
    {
      method: 'POST',
      bulkId: '1',
      status: '409',
      response: expect.objectContaining({
        schemas: [ERROR],
        status: '409',
        scimType: 'uniqueness',
      }),
    },
    {
      method: 'PUT',
      location: dan.meta.location,
      status: '412',
      response: expect.objectContaining({ schemas: [ERROR], status: '412' }),
    },
    {
      method: 'DELETE',
      location: `${baseUrl}/Users/${nobody}`,
      status: '404',
      response: expect.objectContaining({ schemas: [ERROR], status: '404' }),
    },
    {
      method: 'POST',
      bulkId: '2',
      status: '400',
      response: expect.objectContaining({ schemas: [ERROR], status: '400', scimType: 'invalidValue' }),
    },
    { method: 'POST', bulkId: '3', status: '501', response: expect.objectContaining({ status: '501' }) },
    { method: 'POST', bulkId: '4', location: expect.any(String), version: 'W/"1"', status: '201' },
  ]);
  expect(await read(scim, dan.id)).toEqual(dan);
});

test('every operation has its own transaction and audit entry, all with the id of the request', async () => {
  const { headers, body } = await bulk([
    { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'audit1@acme.test' } },
    { method: 'POST', path: '/Users', bulkId: 'b', data: { userName: 'audit2@acme.test' } },
    {
      method: 'PATCH',
      path: '/Users/bulkId:a',
      data: { Operations: [{ op: 'add', value: { title: 'Dr.' } }] },
    },
    { method: 'DELETE', path: '/Users/bulkId:none' },
  ]);
  expect(body.Operations.map(({ status }: { status: string }) => status)).toEqual([
    '201',
    '201',
    '200',
    '400',
  ]);
  const entries = await app.sql(
    `select action, count(*)::integer as entries, count(distinct xmin::text)::integer as transactions
     from audit_entry where request_id = $1 group by action order by action`,
    [headers.get('x-request-id')],
  );
  expect(entries).toEqual([
    { action: 'member.add', entries: 2, transactions: 2 },
    { action: 'member.update', entries: 1, transactions: 1 },
  ]);
});

test('failOnErrors stops the request: later operations are neither executed nor answered', async () => {
  const { status, body } = await bulk(
    [
      { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'stop1@acme.test' } },
      { method: 'POST', path: '/Users', bulkId: 'b', data: { userName: 'stop1@acme.test' } },
      { method: 'POST', path: '/Users', bulkId: 'c', data: { userName: 'stop2@acme.test' } },
    ],
    { failOnErrors: 1 },
  );
  expect([status, body.Operations.map((entry: { status: string }) => entry.status)]).toEqual([
    200,
    ['201', '409'],
  ]);
  expect(await total('userName sw "stop"')).toBe(1);
});

const FAIL_ON_ERRORS = 'failOnErrors must be a whole number of at least 0.';

describe('the whole request', () => {
  test('with more than 1000 operations: 413, and nothing is executed', async () => {
    const operation = { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'many@acme.test' } };
    const { status, body } = await bulk(Array(1001).fill(operation));
    expect({ status, body }).toEqual({
      status: 413,
      body: errorOf(413, 'A bulk request has at most 1000 operations (maxOperations); this one has 1001.'),
    });
    expect(await total('userName sw "many"')).toBe(0);
  });

  test('over 1 MB: 413', async () => {
    const { status, body } = await bulk([{ data: 'x'.repeat(2 ** 20) }]);
    expect({ status, body }).toEqual({ status: 413, body: errorOf(413, 'The body is larger than 1 MB.') });
  });

  test.each([
    [{ Operations: {} }, 'The body must have a list Operations.', 'invalidSyntax'],
    [{}, 'The body must have a list Operations.', 'invalidSyntax'],
    [
      { schemas: [PATCH_OP], Operations: [] },
      `The body's schemas must name ${BULK_REQUEST}.`,
      'invalidSyntax',
    ],
    [{ failOnErrors: -1, Operations: [] }, FAIL_ON_ERRORS, 'invalidValue'],
    [{ failOnErrors: 1.5, Operations: [] }, FAIL_ON_ERRORS, 'invalidValue'],
    [{ failOnErrors: 'one', Operations: [] }, FAIL_ON_ERRORS, 'invalidValue'],
  ])('%j: 400', async (sent, detail, scimType) => {
    const { status, body } = await scim.post('/Bulk', sent);
    expect({ status, body }).toEqual({ status: 400, body: errorOf(400, detail, scimType) });
  });

  test('without operations is accepted', async () => {
    const { status, body } = await scim.post('/Bulk', { Operations: [] });
    expect({ status, body }).toEqual({ status: 200, body: { schemas: [BULK_RESPONSE], Operations: [] } });
  });
});
