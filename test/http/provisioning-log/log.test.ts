import { afterAll, beforeAll, expect, test } from 'vitest';
import { referenceOf, requestIdsOf } from '../../../src/domain/provisioning-log.js';
import { type ScimClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { ROLLCALL } from '../scim/resources.js';
import { logged } from './waiting.js';

/** The entries of the provisioning log (rules 49 to 53a). */

let app: TestApp;
let workspace: TestWorkspace;
let scim: ScimClient;

beforeAll(async () => {
  app = await startTestApp();
  workspace = await app.workspace({ version: 'V2' });
  scim = app.scim(workspace.workspaceId, workspace.apiKey);
});

afterAll(() => app.stop());

const entries = (condition: string, values: readonly unknown[], count = 1) =>
  logged(app, `${condition}`, values, count);

test('rule 50: an entry has exactly these columns', async () => {
  const columns = await app.sql<{ name: string }>(
    `select column_name as name from information_schema.columns where table_name = 'scim_request' order by 1`,
  );
  expect(columns.map(({ name }) => name)).toEqual([
    'api_key_id',
    'api_key_label',
    'at',
    'attribute',
    'batch_id',
    'client',
    'code',
    'detail',
    'duration_ms',
    'id',
    'method',
    'network',
    'notices',
    'operation',
    'request_id',
    'scim_type',
    'set_at',
    'set_last_at',
    'set_target_ids',
    'status',
    'target_id',
    'target_name',
    'target_type',
    'times',
    'value',
    'workspace_id',
  ]);
});

test('rules 49, 53: a refusal is in the log a second after its answer, with the attribute and value at fault', async () => {
  const { status, headers } = await scim.post('/Users', {
    userName: 'boss@acme.test',
    role: 'boss',
    password: 's3cret',
  });
  expect(status).toBe(400);
  const [entry] = await entries('request_id = $1', [headers.get('X-Request-Id')]);
  expect(entry).toMatchObject({
    workspace_id: workspace.workspaceId,
    client: 'OKTA',
    api_key_label: 'Test',
    method: 'POST',
    operation: 'USER_CREATE',
    target_type: 'member',
    target_id: null,
    target_name: 'boss@acme.test',
    status: 400,
    code: 'INVALID_INPUT',
    scim_type: 'invalidValue',
    detail: 'role must be admin, editor or viewer.',
    attribute: 'role',
    value: 'boss',
    notices: null,
    times: 1,
  });
  expect(JSON.stringify(entry)).not.toContain('s3cret');
});

test('rule 49: the operations of a member, with its id and name', async () => {
  const { body } = await scim.post('/Users', { userName: 'ann@acme.test', role: 'editor' });
  await scim.get(`/Users/${body.id}`);
  await scim.get(`/Users?filter=${encodeURIComponent('userName eq "ann@acme.test"')}`);
  await scim.patch(`/Users/${body.id}`, { Operations: [{ op: 'replace', value: { active: false } }] });
  await scim.patch(`/Users/${body.id}`, { Operations: [{ op: 'Replace', path: 'active', value: 'True' }] });
  await scim.delete(`/Users/${body.id}`);
  const rows = await entries(`target_name = 'ann@acme.test' or target_id = $1`, [body.id], 6);
  expect(
    rows.map(({ operation, target_id, target_name, status }) => [operation, target_id, target_name, status]),
  ).toEqual([
    ['USER_CREATE', body.id, 'ann@acme.test', 201],
    ['USER_READ', body.id, 'ann@acme.test', 200],
    ['USER_SEARCH', null, 'ann@acme.test', 200],
    ['USER_DEACTIVATE', body.id, 'ann@acme.test', 200],
    ['USER_REACTIVATE', body.id, 'ann@acme.test', 200],
    ['USER_DELETE', body.id, null, 204],
  ]);
});

test('rule 49: each operation of a bulk request has an entry of its own', async () => {
  const { headers } = await scim.post('/Bulk', {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
    Operations: [
      { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'bulk@acme.test' } },
      { method: 'POST', path: '/Users', bulkId: 'b', data: { userName: 'bulk2@acme.test', role: 'boss' } },
    ],
    failOnErrors: 2,
  });
  const rows = await entries('request_id = $1', [headers.get('X-Request-Id')], 3);
  expect(
    rows.map(({ operation, target_name, status, code }) => [operation, target_name, status, code]),
  ).toEqual([
    ['USER_CREATE', 'bulk@acme.test', 201, null],
    ['USER_CREATE', 'bulk2@acme.test', 400, 'INVALID_INPUT'],
    ['BULK', null, 200, null],
  ]);
});

test('rule 50: a credential in the wrong field and a filter by another attribute are not stored', async () => {
  const pasted = await scim.post('/Users', { userName: workspace.apiKey });
  const filtered = await scim.get(`/Users?filter=${encodeURIComponent('password eq "hunter22"')}`);
  const ids = [pasted, filtered].map(({ headers }) => headers.get('X-Request-Id'));
  const rows = await entries('request_id = any($1)', [ids], 2);
  expect(JSON.stringify(rows)).not.toContain(workspace.apiKey);
  expect(JSON.stringify(rows)).not.toContain('hunter22');
});

test.each(['\ud800', 'a\0b'])(
  'rule 53: a value that PostgreSQL cannot store (%j) does not stop the log',
  async (role) => {
    const userName = `odd${role.length}@acme.test`;
    expect((await scim.post('/Users', { userName, role })).status).toBe(400);
    expect((await scim.post('/Users', { userName, role: 'boss' })).status).toBe(400);
    const [odd, next] = await entries('target_name = $1', [userName], 2);
    expect(odd).toMatchObject({ attribute: 'role', value: role.replace(/[\ud800\0]/, '\ufffd') });
    expect(next).toMatchObject({ attribute: 'role', value: 'boss' });
  },
);

test('rule 50: a value at fault is cut at 100 characters', async () => {
  const { headers } = await scim.post('/Users', { userName: 'long@acme.test', role: 'x'.repeat(300) });
  const [entry] = await entries('request_id = $1', [headers.get('X-Request-Id')]);
  expect(entry?.value).toBe('x'.repeat(100));
});

test.each([
  [
    'an extension with one letter too many',
    { 'urn:base44:params:scim:schemas:extension:users:2.0': { role: 'admin' } },
    {
      code: 'EXTENSION_IGNORED',
      attribute: 'urn:base44:params:scim:schemas:extension:users:2.0',
      closest: ROLLCALL,
    },
  ],
  ['an empty role', { role: '' }, { code: 'EMPTY_VALUE_IGNORED', attribute: 'role', closest: 'role' }],
  [
    'an empty role in the extension',
    { [ROLLCALL]: { role: '' } },
    { code: 'EMPTY_VALUE_IGNORED', attribute: 'role', closest: 'role' },
  ],
  [
    "Entra's roles",
    { roles: [{ value: 'admin' }] },
    { code: 'ROLES_IGNORED', attribute: 'roles', closest: 'role' },
  ],
  [
    'a misspelt attribute',
    { credit_limit: 5, role: 'editor' },
    { code: 'ATTRIBUTE_IGNORED', attribute: 'credit_limit', closest: 'creditLimit' },
  ],
])('rule 53a: %s leaves a notice', async (name, attributes, notice) => {
  const userName = `${name.replace(/\W/g, '')}@acme.test`;
  const { status, headers } = await scim.post('/Users', { userName, ...attributes });
  expect(status).toBe(201);
  const [entry] = await entries('request_id = $1', [headers.get('X-Request-Id')]);
  expect(entry).toMatchObject({ code: null, notices: [notice] });
});

test('rules 21a, 53a: access for somebody who remains inactive leaves a notice', async () => {
  const { body } = await scim.post('/Users', { userName: 'left@acme.test', active: false });
  const role = { Operations: [{ op: 'replace', path: `${ROLLCALL}:role`, value: 'admin' }] };
  const { status, headers } = await scim.patch(`/Users/${body.id}`, role);
  expect(status).toBe(200);
  const [entry] = await entries('request_id = $1', [headers.get('X-Request-Id')]);
  expect(entry).toMatchObject({
    code: null,
    notices: [{ code: 'INACTIVE_ACCESS_IGNORED', attribute: 'role', closest: 'role' }],
  });
});

test('rule 53a: a deactivation that repeats the role leaves no notice', async () => {
  const userName = 'leaving@acme.test';
  const { body } = await scim.post('/Users', { userName, role: 'editor' });
  const { headers } = await scim.put(`/Users/${body.id}`, { userName, role: 'editor', active: false });
  const [entry] = await entries('request_id = $1', [headers.get('X-Request-Id')]);
  expect(entry).toMatchObject({ notices: null });
});

test.each([
  [
    'a complete profile',
    { name: { givenName: 'A', familyName: 'B' }, title: 'x', locale: 'en', role: 'editor' },
  ],
  ['roles beside role', { role: 'editor', roles: [{ value: 'x' }] }],
  ['an unknown attribute that resembles nothing', { favouriteColour: 'blue' }],
  ['an empty creditLimit', { role: 'editor', creditLimit: '' }],
])('rule 53a: %s leaves no notice', async (name, attributes) => {
  const userName = `${name.replace(/\W/g, '')}@acme.test`;
  const { status, headers } = await scim.post('/Users', { userName, ...attributes });
  expect(status).toBe(201);
  const [entry] = await entries('request_id = $1', [headers.get('X-Request-Id')]);
  expect(entry?.notices).toBe(null);
});

test('rule 51: keys that no longer work have one entry per minute and network', async () => {
  const other = await app.workspace({ version: 'V2' });
  const disabled = await app.key(other.workspaceId, ['SCIM']);
  const weak = await app.key(other.workspaceId, ['MEMBERS_READ']);
  const deleted = await app.key(other.workspaceId, ['SCIM']);
  const keys = await app.sql<{ id: string; prefix: string }>(
    `select id, prefix from api_key where workspace_id = $1`,
    [other.workspaceId],
  );
  const idOf = (key: string) => keys.find(({ prefix }) => key.startsWith(prefix))?.id;
  const mutate = (text: string) => app.graphql(app.operatorToken, text);
  const target = (key: string) => `workspaceId: "${other.workspaceId}", apiKeyId: "${idOf(key)}"`;
  await mutate(`mutation { apiKeyUpdate(input: { ${target(disabled)}, enabled: false }) { apiKey { id } } }`);
  await mutate(`mutation { apiKeyDelete(input: { ${target(deleted)} }) { apiKeyId } }`);
  for (const key of [disabled, disabled, weak, deleted]) await app.scim(other.workspaceId, key).get('/Users');
  // Told to the workspace of the key, and not to the one in the address.
  await app.scim(workspace.workspaceId, other.apiKey).get('/Users');
  const rows = await entries('workspace_id = $1', [other.workspaceId], 4);
  expect(
    rows
      .map(({ operation, code, status, times, network, api_key_id }) => [
        operation,
        code,
        status,
        times,
        network,
        api_key_id,
      ])
      .sort(),
  ).toEqual(
    [
      ['AUTHENTICATE', 'KEY_DELETED', 401, 1, '127.0.0.0/24', idOf(deleted)],
      ['AUTHENTICATE', 'KEY_DISABLED', 401, 2, '127.0.0.0/24', idOf(disabled)],
      ['AUTHENTICATE', 'KEY_OF_OTHER_WORKSPACE', 401, 1, '127.0.0.0/24', idOf(other.apiKey)],
      ['AUTHENTICATE', 'KEY_WITHOUT_SCOPE', 403, 1, '127.0.0.0/24', idOf(weak)],
    ].sort(),
  );
  expect(
    await app.sql(`select 1 from scim_request where workspace_id = $1 and code like 'KEY_%'`, [
      workspace.workspaceId,
    ]),
  ).toEqual([]);
});

test('rule 51: a key that is deleted in the minute of its last use has an entry for each reason', async () => {
  const other = await app.workspace({ version: 'V2' });
  const key = await app.key(other.workspaceId, ['SCIM']);
  const [{ id } = { id: '' }] = await app.sql<{ id: string }>(
    `select id from api_key where workspace_id = $1 and $2 like prefix || '%'`,
    [other.workspaceId, key],
  );
  const target = `workspaceId: "${other.workspaceId}", apiKeyId: "${id}"`;
  const change = (text: string) => app.graphql(app.operatorToken, `mutation { ${text} }`);
  await change(`apiKeyUpdate(input: { ${target}, enabled: false }) { apiKey { id } }`);
  await app.scim(other.workspaceId, key).get('/Users');
  const codes = async (count: number) =>
    (await entries('workspace_id = $1', [other.workspaceId], count)).map(({ code }) => code).sort();
  expect(await codes(1)).toEqual(['KEY_DISABLED']);
  await change(`apiKeyDelete(input: { ${target} }) { apiKeyId }`);
  await app.scim(other.workspaceId, key).get('/Users');
  expect(await codes(2)).toEqual(['KEY_DELETED', 'KEY_DISABLED']);
});

test('rule 51: unknown keys are counted, without a row each, and never for a workspace that does not exist', async () => {
  const off = await app.workspace({ version: 'V2', scim: false });
  const stranger = app.scim(off.workspaceId, 'no-key');
  for (let time = 0; time < 20; time += 1) await stranger.get('/Users');
  await app.scim('018f0000-0000-7000-8000-000000000000', 'no-key').get('/Users');
  await app.scim(off.workspaceId, off.apiKey).get('/Users');
  const rows = await entries(
    `workspace_id = $1 and (times = 20 or code = 'SCIM_DISABLED')`,
    [off.workspaceId],
    2,
  );
  expect(rows.map(({ code, times }) => [code, times]).sort()).toEqual([
    ['KEY_UNKNOWN', 20],
    ['SCIM_DISABLED', 1],
  ]);
  expect(
    await app.sql(`select 1 from scim_request where workspace_id = '018f0000-0000-7000-8000-000000000000'`),
  ).toEqual([]);
});

test('rule 52: there is a partition for each day', async () => {
  await scim.get('/Users');
  await entries('workspace_id = $1', [workspace.workspaceId], 1);
  const [{ name } = { name: '' }] = await app.sql<{ name: string }>(
    `select tableoid::regclass::text as name from scim_request_set limit 1`,
  );
  expect(name).toBe(`scim_request_set_${new Date().toISOString().slice(0, 10).replaceAll('-', '')}`);
});

test('rule 58: a reference finds the ids that begin with the same 40 bits', () => {
  const requestId = '01234567-89ab-4def-8123-456789abcdef';
  const reference = referenceOf(requestId);
  expect(reference).toBe('04HM-ASW9');
  const ids = requestIdsOf(`(ref ${reference.toLowerCase()})`);
  expect(ids).toEqual({
    first: '01234567-8900-0000-0000-000000000000',
    last: '01234567-89ff-ffff-ffff-ffffffffffff',
  });
  expect(requestIdsOf('nothing')).toBeUndefined();
});

test.each(['REFA-CE12', '(ref REFA-CE12)', 'refa ce12', 'REFACE12'])(
  'rule 58: the letters REF of a reference are no prefix: %s',
  (reference) => {
    expect(requestIdsOf(reference)?.first).toBe('c39ea638-2200-0000-0000-000000000000');
  },
);
