import { createRequire } from 'node:module';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Mail } from '../../../src/mail/transport.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { logged } from './waiting.js';

/** Dry runs of SCIM requests (rules 60 to 62). */

/** Terraform's own parser. Its types bring those of browsers along, which are others than Node's. */
const { parse }: { parse(name: string, text: string): Promise<unknown> } = createRequire(import.meta.url)(
  '@cdktf/hcl2json',
);

let app: TestApp;
const mails: Mail[] = [];

beforeAll(async () => {
  app = await startTestApp({
    mailTransport: {
      send: async (mail) => {
        mails.push(mail);
      },
      close: () => undefined,
    },
    invitationUrl: 'https://app.test/join/{token}',
  });
});

afterAll(() => app.stop());

const EXPLAIN = `query ($workspaceId: ID!, $method: String!, $path: String!, $body: JSONObject) {
  scimExplain(workspaceId: $workspaceId, method: $method, path: $path, body: $body) {
    status body code detail attribute notices { code attribute closest } fix { summary } changes { action targetLabel changes }
  }
}`;

async function owner(workspace: TestWorkspace): Promise<string> {
  return app.session(workspace.ownerEmail);
}

interface Tried {
  readonly method: string;
  readonly path: string;
  readonly body?: object;
}

async function explain(credential: string, workspaceId: string, request: Tried) {
  const { data, errors } = await app.graphql(credential, EXPLAIN, { workspaceId, ...request });
  expect(errors).toBeUndefined();
  return data.scimExplain;
}

/** Every row of every table, but for when credentials were last used. */
async function everything(): Promise<Record<string, unknown>> {
  const tables = await app.sql<{ name: string }>(
    `select c.relname::text as name from pg_class c join pg_namespace n on n.oid = c.relnamespace
     where n.nspname = 'public' and c.relkind = 'r' and not c.relispartition order by 1`,
  );
  const contents = await Promise.all(
    tables.map(async ({ name }) => {
      const rows = await app.sql<{ row: string }>(
        `select (to_jsonb(t) - 'last_used_at' - 'last_used_from')::text as row from "${name}" t order by 1`,
      );
      return [name, rows] as const;
    }),
  );
  const requests = await app.sql('select id from scim_request order by id');
  const sequences = await app.sql('select sequencename, last_value from pg_sequences order by 1');
  return { ...Object.fromEntries(contents), requests, sequences };
}

describe('rule 60: scimExplain', () => {
  test('answers as the adapter does, with the changes of each field', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const explained = await explain(await owner(workspace), workspace.workspaceId, {
      method: 'post',
      path: '/Users',
      body: { userName: 'ann@acme.test', role: 'editor' },
    });
    expect(explained).toMatchObject({
      status: 201,
      body: { userName: 'ann@acme.test', active: true },
      code: null,
      detail: null,
      notices: [],
      fix: null,
      changes: [
        {
          action: 'member.add',
          targetLabel: 'ann@acme.test',
          changes: { role: { before: null, after: 'EDITOR' }, active: { before: null, after: true } },
        },
      ],
    });
  });

  test('shows the members that a group would have, and forgets them', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const scim = app.scim(workspace.workspaceId, workspace.apiKey);
    const { body: ann } = await scim.post('/Users', { userName: 'ann@acme.test' });
    const { body: group } = await scim.post('/Groups', { displayName: 'Builders' });
    const explained = await explain(await owner(workspace), workspace.workspaceId, {
      method: 'PATCH',
      path: `/Groups/${group.id}`,
      body: { Operations: [{ op: 'add', path: 'members', value: [{ value: ann.id }] }] },
    });
    const members = [expect.objectContaining({ value: ann.id, display: 'ann@acme.test', type: 'User' })];
    expect(explained).toMatchObject({ status: 200, body: { displayName: 'Builders', members } });
    const renamed = await scim.put(`/Groups/${group.id}`, { displayName: 'Makers' });
    expect(renamed.body).toMatchObject({ meta: { version: 'W/"2"' }, members: [] });
  });

  test('returns the refusal with its fix, and what would be ignored', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const session = await owner(workspace);
    expect(
      await explain(session, workspace.workspaceId, {
        method: 'POST',
        path: '/Users',
        body: { userName: 'ann@acme.test', seatType: 'builder' },
      }),
    ).toMatchObject({
      status: 400,
      code: 'WRONG_WORKSPACE_VERSION',
      attribute: 'seatType',
      fix: { summary: 'Remove seatType and add role instead.' },
      changes: [],
    });
    expect(
      await explain(session, workspace.workspaceId, {
        method: 'POST',
        path: '/Users',
        body: {
          userName: 'ann@acme.test',
          'urn:base44:params:scim:schemas:extension:users:2.0': { role: 'admin' },
        },
      }),
    ).toMatchObject({ status: 201, notices: [{ code: 'EXTENSION_IGNORED' }] });
  });

  test('says that SCIM is off', async () => {
    const workspace = await app.workspace({ version: 'V2', scim: false });
    expect(
      await explain(app.operatorToken, workspace.workspaceId, { method: 'GET', path: '/Users' }),
    ).toMatchObject({ status: 403, code: 'SCIM_DISABLED' });
  });

  test('is for owners, admins and operators, and for requests below the base URL', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    const request = { workspaceId: workspace.workspaceId, method: 'GET', path: '/Users' };
    const codeFor = async (credential: string, variables: object) =>
      (await app.graphql(credential, EXPLAIN, { ...variables })).errors?.[0].extensions.code;
    expect(await codeFor(await owner(workspace), request)).toBeUndefined();
    expect(await codeFor(workspace.apiKey, request)).toBe('FORBIDDEN');
    const other = await app.workspace({ version: 'V2' });
    expect(await codeFor(await owner(other), request)).toBe('NOT_FOUND');
    expect(await codeFor(app.operatorToken, { ...request, method: 'TRACE' })).toBe('INVALID_INPUT');
    expect(await codeFor(app.operatorToken, { ...request, path: 'https://evil.test/Users' })).toBe(
      'INVALID_INPUT',
    );
  });

  test('writes nothing: no row, no sequence, no mail, for any request', async () => {
    const seats = await app.workspace({ version: 'V1', seats: { builder: 2 } });
    const credits = await app.workspace({ version: 'V2' });
    const scim = app.scim(credits.workspaceId, credits.apiKey);
    const { body: ann } = await scim.post('/Users', { userName: 'ann@acme.test', role: 'editor' });
    const { body: group } = await scim.post('/Groups', {
      displayName: 'Sales',
      members: [{ value: ann.id }],
    });
    const sessions = { [seats.workspaceId]: await owner(seats), [credits.workspaceId]: await owner(credits) };
    await logged(app, 'workspace_id = $1', [credits.workspaceId], 2);
    const before = await everything();
    const patch = (value: object) => ({ Operations: [{ op: 'replace', value }] });
    const requests: readonly (readonly [TestWorkspace, Tried])[] = [
      [seats, { method: 'POST', path: '/Users', body: { userName: 'new@acme.test', seatType: 'builder' } }],
      [seats, { method: 'POST', path: '/Users', body: { userName: 'new@acme.test', seatType: 'pro' } }],
      [credits, { method: 'POST', path: '/Users', body: { userName: 'new@acme.test', role: 'editor' } }],
      [credits, { method: 'POST', path: '/Users', body: { userName: 'ann@acme.test' } }],
      [
        credits,
        { method: 'PUT', path: `/Users/${ann.id}`, body: { userName: 'other@acme.test', role: 'admin' } },
      ],
      [credits, { method: 'PATCH', path: `/Users/${ann.id}`, body: patch({ active: false }) }],
      [credits, { method: 'PATCH', path: `/Users/${ann.id}`, body: patch({ title: 'x' }) }],
      [credits, { method: 'DELETE', path: `/Users/${ann.id}` }],
      [credits, { method: 'PATCH', path: `/Groups/${group.id}`, body: patch({ displayName: 'Other' }) }],
      [credits, { method: 'DELETE', path: `/Groups/${group.id}` }],
      [
        credits,
        {
          method: 'POST',
          path: '/Bulk',
          body: {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:BulkRequest'],
            Operations: [
              { method: 'POST', path: '/Users', bulkId: 'a', data: { userName: 'bulk@acme.test' } },
              { method: 'DELETE', path: `/Users/${ann.id}` },
            ],
          },
        },
      ],
      [credits, { method: 'GET', path: '/Users' }],
      [credits, { method: 'GET', path: '/Nothing' }],
    ];
    for (const [{ workspaceId }, request] of requests)
      await explain(sessions[workspaceId] ?? '', workspaceId, request);
    for (const { workspaceId } of [seats, credits]) {
      await app.graphql(sessions[workspaceId], `{ scimSelfTest(workspaceId: "${workspaceId}") { passed } }`);
    }
    // A request that is really sent shows that the log has been written since.
    const marker = await scim.get('/Schemas');
    await logged(app, 'request_id = $1', [marker.headers.get('X-Request-Id')], 1);
    const after = await everything();
    const ofMarker = ['requests', 'scim_request_count', 'scim_connection'];
    for (const name of Object.keys(before).filter((table) => !ofMarker.includes(table)))
      expect(after[name], name).toEqual(before[name]);
    expect((after.requests as unknown[]).length).toBe((before.requests as unknown[]).length + 1);
    expect(mails).toEqual([]);
    // No cache has changed either: the request can still be executed.
    expect((await scim.get(`/Users/${ann.id}`)).body).toMatchObject({
      userName: 'ann@acme.test',
      active: true,
    });
    expect((await scim.patch(`/Users/${ann.id}`, patch({ active: false }))).body).toMatchObject({
      active: false,
    });
  });
});

describe('rule 61: scimSelfTest', () => {
  const SELF_TEST = `query ($id: ID!) { scimSelfTest(workspaceId: $id) { passed steps { step outcome status detail fix { summary } } } }`;

  async function run(workspace: TestWorkspace) {
    const { data, errors } = await app.graphql(await owner(workspace), SELF_TEST, {
      id: workspace.workspaceId,
    });
    expect(errors).toBeUndefined();
    return data.scimSelfTest;
  }

  test.each(['V1', 'V2'] as const)('passes on a %s workspace that is ready', async (version) => {
    const { passed, steps } = await run(
      await app.workspace({ version, seats: version === 'V1' ? { pro: 1 } : {} }),
    );
    expect(steps.filter(({ outcome }: { outcome: string }) => outcome !== 'PASSED')).toEqual([]);
    expect(passed).toBe(true);
    expect(steps.map(({ step, status }: { step: string; status: number }) => [step, status])).toEqual([
      ['TEST_CREDENTIALS', 200],
      ['SEARCH', 200],
      ['CREATE', 201],
      ['READ', 200],
      ['UPDATE', 200],
      ['DEACTIVATE', 200],
      ['REACTIVATE', 200],
      ['GROUP_PUSH', 201],
      ['GROUP_DELETE', 204],
      ['DELETE', 204],
    ]);
  });

  test('fails without seats, with the fix, and skips the steps that need the member', async () => {
    const { passed, steps } = await run(await app.workspace({ version: 'V1' }));
    expect(passed).toBe(false);
    expect(steps[2]).toMatchObject({
      step: 'CREATE',
      outcome: 'FAILED',
      status: 403,
      fix: { summary: 'Free a seat, buy more, or map another seat type.' },
    });
    expect(steps.slice(3).map(({ outcome }: { outcome: string }) => outcome)).toEqual(
      Array(7).fill('SKIPPED'),
    );
  });
});

describe('rule 62: scim.setup', () => {
  const SETUP = `query ($id: ID!, $provider: ScimClient!) { workspace(id: $id) { scim { baseUrl setup(provider: $provider) {
    baseUrl keyScreen attributes { variableName externalName externalNamespace dataType values } mappings { attribute value }
    unmapped terraform
  } } } }`;

  async function setup(workspace: TestWorkspace, provider: string) {
    const { data, errors } = await app.graphql(await owner(workspace), SETUP, {
      id: workspace.workspaceId,
      provider,
    });
    expect(errors).toBeUndefined();
    return data.workspace.scim;
  }

  test('has the attributes of the workspace version', async () => {
    const { baseUrl, setup: v2 } = await setup(await app.workspace({ version: 'V2' }), 'ENTRA');
    expect(v2).toMatchObject({
      baseUrl,
      attributes: [
        {
          variableName: 'role',
          externalNamespace: 'urn:base44:params:scim:schemas:extension:user:2.0',
          values: ['admin', 'editor', 'viewer'],
        },
        { variableName: 'creditLimit', dataType: 'Integer', values: [] },
      ],
      unmapped: ['seatType'],
      terraform: null,
    });
    const { setup: v1 } = await setup(await app.workspace({ version: 'V1' }), 'OKTA');
    expect(v1).toMatchObject({
      keyScreen: 'Applications → your SCIM app → Provisioning → Integration',
      attributes: [
        {
          variableName: 'seatType',
          externalNamespace: '',
          values: ['starter', 'builder', 'pro', 'elite', 'elite_2', 'elite_3'],
        },
      ],
      mappings: [
        { attribute: 'userName', value: 'user.email' },
        { attribute: 'seatType', value: '"builder"' },
      ],
      unmapped: ['role', 'creditLimit'],
    });
  });

  test('makes a well-formed Terraform file for Okta, for any name of the workspace', async () => {
    const workspace = await app.workspace({ version: 'V2' });
    await app.sql('update workspace set name = $2 where id = $1', [
      workspace.workspaceId,
      `A "b" ${'$'}{c} %{d} \\`,
    ]);
    const { setup: made } = await setup(workspace, 'OKTA');
    const file = await parse('main.tf', made.terraform);
    expect(file).toMatchObject({
      terraform: [{ required_providers: [{ okta: { source: 'okta/okta' } }] }],
      resource: {
        okta_app_auto_login: { rollcall: [{ preconfigured_app: 'scim2headerauth' }] },
        okta_app_user_schema_property: {
          role: [
            {
              external_name: 'role',
              external_namespace: 'urn:base44:params:scim:schemas:extension:user:2.0',
              enum: ['admin', 'editor', 'viewer'],
              type: 'string',
            },
          ],
          creditLimit: [{ type: 'integer' }],
        },
        okta_profile_mapping: {
          rollcall: [
            {
              mappings: [
                { id: 'userName', expression: 'user.email' },
                { id: 'role', expression: '"editor"' },
              ],
            },
          ],
        },
      },
    });
    expect(made.terraform).not.toContain(workspace.apiKey);
  });
});
