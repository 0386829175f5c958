import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { Encryption, newEncryptionKey } from '../../../src/auth/encryption.js';
import type { SsoEnvironment } from '../../../src/services/context/sso-environment.js';
import { txtResolver } from '../../../src/services/context/sso-environment.js';
import { localContext } from '../../../src/services/context/system.js';
import { rotate } from '../../../src/services/sso/secret.js';
import { settingsForSignIn } from '../../../src/services/sso/settings.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, type MutationName, mutate, person, type TestPerson } from '../graphql/operations.js';
import { DnsServer } from './dns-server.js';
import { connectionOf, signInLog, testEnvironment } from './setting.js';

let app: TestApp;
let dns: DnsServer;
let environment: SsoEnvironment;
let workspace: TestWorkspace;
let admin: TestPerson;

beforeAll(async () => {
  dns = await DnsServer.start();
  environment = testEnvironment({ resolveTxt: txtResolver([dns.address]) });
  app = await startTestApp({ sso: environment });
});

afterAll(async () => {
  await app.stop();
  await dns.stop();
});

beforeEach(async () => {
  dns.records.clear();
  dns.isBroken = false;
  workspace = await app.workspace({ version: 'V2' });
  admin = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
});

const OKTA = { provider: 'OKTA', oktaDomain: 'acme.okta.com', clientId: '0oa1', clientSecret: 'S3CRET' };

const set = (settings: object, credential = admin.token) =>
  mutate(app, credential, 'ssoConnectionSet', { workspaceId: workspace.workspaceId, ...settings });

function refusedWith(answer: Awaited<ReturnType<typeof set>>): unknown {
  const [error] = answer.errors ?? [];
  return { code: error?.extensions.code, attribute: error?.extensions.path?.join('.') };
}

describe('rule 37: ssoConnectionSet', () => {
  test('sets all attributes, and then changes those that are sent', async () => {
    expect(await set(OKTA)).toEqual({
      data: {
        ssoConnectionSet: {
          connection: {
            id: expect.any(String),
            provider: 'OKTA',
            discoveryUrl: 'https://acme.okta.com/.well-known/openid-configuration',
            clientId: '0oa1',
            clientSecretSetAt: expect.any(String),
            ssoRequired: false,
            joinOnSignIn: false,
            lastSignInAt: null,
            managerSignedInAt: null,
            domains: [],
          },
        },
      },
    });
    const before = await connectionOf(app, admin.token, workspace.workspaceId);
    await set({ joinOnSignIn: true, clientId: '0oa2' });
    expect(await connectionOf(app, admin.token, workspace.workspaceId)).toEqual({
      ...before,
      joinOnSignIn: true,
      clientId: '0oa2',
    });
  });

  test.each([
    [{}, 'provider'],
    [{ ...OKTA, oktaDomain: null }, 'oktaDomain'],
    [{ ...OKTA, clientId: ' ' }, 'clientId'],
    [{ ...OKTA, clientSecret: null }, 'clientSecret'],
    [{ ...OKTA, clientSecret: 'a\nb' }, 'clientSecret'],
    [{ ...OKTA, ssoRequired: true }, 'ssoRequired'],
  ])('refuses %j the first time', async (settings, attribute) => {
    expect(refusedWith(await set(settings))).toEqual({ code: 'INVALID_INPUT', attribute });
    expect(await connectionOf(app, admin.token, workspace.workspaceId)).toBe(null);
  });

  test('sends the stored secret to no other provider', async () => {
    await set(OKTA);
    const elsewhere = { provider: 'OTHER_OIDC', discoveryUrl: 'https://evil.example' };
    expect(refusedWith(await set(elsewhere))).toEqual({ code: 'INVALID_INPUT', attribute: 'clientSecret' });
    expect((await set({ ...elsewhere, clientSecret: 'anew' })).errors).toBe(undefined);
  });

  test('audits what changed, and never the secret', async () => {
    await set(OKTA);
    await set({ clientSecret: 'T0PSECRET' });
    await done(app, admin.token, 'ssoConnectionDelete', { workspaceId: workspace.workspaceId });
    const query = `query ($id: ID!) { workspace(id: $id) { auditLog(first: 3) {
      nodes { action actorLabel targetType targetLabel changes } } } }`;
    const { data } = await app.graphql(admin.token, query, { id: workspace.workspaceId });
    const nodes = data.workspace.auditLog.nodes;
    expect(nodes.map(({ action }: { action: string }) => action)).toEqual([
      'ssoConnection.delete',
      'ssoConnection.set',
      'ssoConnection.set',
    ]);
    expect(nodes[1]).toEqual({
      action: 'ssoConnection.set',
      actorLabel: admin.email,
      targetType: 'ssoConnection',
      targetLabel: 'acme.okta.com',
      changes: { clientSecretSetAt: { before: expect.any(String), after: expect.any(String) } },
    });
    expect(JSON.stringify(data)).not.toMatch(/S3CRET|T0PSECRET/);
    expect(await connectionOf(app, admin.token, workspace.workspaceId)).toBe(null);
  });

  test('is refused in production without SECRETS_KEY', async () => {
    const bare = await startTestApp({ sso: { ...environment, encryption: null } });
    try {
      const { workspaceId } = await bare.workspace({ version: 'V2' });
      const answer = await mutate(bare, bare.operatorToken, 'ssoConnectionSet', { workspaceId, ...OKTA });
      expect(answer.errors?.[0]).toMatchObject({
        message: 'This server cannot store secrets: SECRETS_KEY is not set.',
        extensions: { code: 'FORBIDDEN' },
      });
    } finally {
      await bare.stop();
    }
  });

  test('returns what to enter at the provider', async () => {
    const query =
      'query ($id: ID!) { workspace(id: $id) { sso { redirectUri initiateLoginUri backchannelLogoutUri signOutRedirectUri } } }';
    const { data } = await app.graphql(admin.token, query, { id: workspace.workspaceId });
    const base = `${app.url}/api/workspaces/${workspace.workspaceId}/auth/sso`;
    expect(data.workspace.sso).toEqual({
      redirectUri: `${base}/callback`,
      initiateLoginUri: `${base}/start`,
      backchannelLogoutUri: `${base}/backchannel-logout`,
      signOutRedirectUri: `${app.url}/signed-out`,
    });
  });
});

describe('permissions', () => {
  const MUTATIONS: readonly (readonly [MutationName, object])[] = [
    ['ssoConnectionSet', OKTA],
    ['ssoConnectionTest', {}],
    ['ssoConnectionDelete', {}],
    ['ssoDomainAdd', { domain: 'acme.com' }],
    ['ssoDomainVerify', { domainId: '01900000-0000-7000-8000-000000000000' }],
    ['ssoDomainRemove', { domainId: '01900000-0000-7000-8000-000000000000' }],
  ];

  test.each(MUTATIONS)(
    '%s: owners, admins and operators; other members are refused, and for strangers the workspace does not exist',
    async (name, input) => {
      const { workspaceId, apiKey } = workspace;
      const editor = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
      const other = await app.workspace({ version: 'V2' });
      const stranger = await app.session(other.ownerEmail);
      const codeFor = async (credential: string | undefined) =>
        (await mutate(app, credential, name, { workspaceId, ...input })).errors?.[0].extensions.code;
      expect(await codeFor(undefined)).toBe('UNAUTHENTICATED');
      expect(await codeFor(editor.token)).toBe('FORBIDDEN');
      expect(await codeFor(apiKey)).toBe('FORBIDDEN');
      expect(await codeFor(stranger)).toBe('NOT_FOUND');
      for (const credential of [admin.token, await app.session(workspace.ownerEmail), app.operatorToken])
        expect(await codeFor(credential)).not.toBe('FORBIDDEN');
    },
  );

  test('reading has the same permissions, and abilities agree', async () => {
    const editor = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
    const query = `query ($id: ID!) { workspace(id: $id) {
      viewerCan { manageSso { allowed refusal { code } } readSignInLog { allowed refusal { code } } } } }`;
    const abilities = async (token: string) =>
      (await app.graphql(token, query, { id: workspace.workspaceId })).data.workspace.viewerCan;
    expect(await abilities(admin.token)).toEqual({
      manageSso: { allowed: true, refusal: null },
      readSignInLog: { allowed: true, refusal: null },
    });
    expect(await abilities(editor.token)).toEqual({
      manageSso: { allowed: false, refusal: { code: 'FORBIDDEN' } },
      readSignInLog: { allowed: false, refusal: { code: 'FORBIDDEN' } },
    });
    for (const field of ['ssoConnection { id }', 'signInLog { totalCount }']) {
      const answer = await app.graphql(editor.token, `query ($id: ID!) { workspace(id: $id) { ${field} } }`, {
        id: workspace.workspaceId,
      });
      expect(answer.errors?.[0].extensions.code).toBe('FORBIDDEN');
    }
  });

  test('without ENTERPRISE, an existing connection can be read and deleted, and none can be set', async () => {
    const { workspaceId, ownerEmail } = workspace;
    const owner = await app.session(ownerEmail);
    await set(OKTA, owner);
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' });
    expect((await set({ joinOnSignIn: true }, owner)).errors?.[0]).toMatchObject({
      message: 'Single sign-on is available on ENTERPRISE workspaces only.',
      extensions: { code: 'FORBIDDEN' },
    });
    expect(await connectionOf(app, owner, workspaceId)).toMatchObject({ clientId: '0oa1' });
    await done(app, owner, 'ssoConnectionDelete', { workspaceId });
  });

  test('a domain of another workspace looks like an unknown one', async () => {
    const other = await app.workspace({ version: 'V2' });
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId: other.workspaceId, ...OKTA });
    const added = await done(app, app.operatorToken, 'ssoDomainAdd', {
      workspaceId: other.workspaceId,
      domain: 'other.test',
    });
    await set(OKTA);
    const input = { workspaceId: workspace.workspaceId, domainId: added.domain.id };
    for (const name of ['ssoDomainVerify', 'ssoDomainRemove'] as const) {
      const foreign = await mutate(app, admin.token, name, input);
      const unknown = await mutate(app, admin.token, name, { ...input, domainId: workspace.workspaceId });
      expect(foreign.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
      expect(foreign.errors?.[0].message).toBe(unknown.errors?.[0].message);
    }
  });
});

describe('rule 42: domains', () => {
  let domainId: string;
  let record: { name: string; value: string };
  let domain: string;

  beforeEach(async () => {
    await set(OKTA);
    domain = `${workspace.workspaceId}.test`;
    const added = await done(app, admin.token, 'ssoDomainAdd', {
      workspaceId: workspace.workspaceId,
      domain: domain.toUpperCase(),
    });
    ({ id: domainId, record } = added.domain);
    expect(added.domain).toEqual({
      id: expect.any(String),
      domain,
      verifiedAt: null,
      verifiedBy: null,
      record: { name: domain, value: expect.stringMatching(/^rollcall-domain-verification=[0-9a-f]{40}$/) },
    });
  });

  const verify = (credential = admin.token, proof = 'DNS') =>
    mutate(app, credential, 'ssoDomainVerify', { workspaceId: workspace.workspaceId, domainId, proof });

  test('are verified by the TXT record, among others and in several parts', async () => {
    dns.records.set(domain, ['v=spf1 -all', record.value]);
    expect((await verify()).data.ssoDomainVerify.domain).toMatchObject({ domain, verifiedBy: 'DNS' });
    expect((await verify()).data.ssoDomainVerify.domain).toMatchObject({ domain, verifiedBy: 'DNS' });
  });

  test.each<[string, () => void, RegExp]>([
    ['no such name', () => undefined, /has no TXT record/],
    ['no record', () => dns.records.set(domain, []), /has no TXT record/],
    [
      'the record of another connection',
      () => dns.records.set(domain, [`rollcall-domain-verification=${'0'.repeat(40)}`]),
      /has no TXT record/,
    ],
    [
      'DNS is broken',
      () => {
        dns.isBroken = true;
      },
      /DNS does not answer .* \(ESERVFAIL\)/,
    ],
  ])('are not verified with: %s', async (_name, prepare, message) => {
    prepare();
    expect((await verify()).errors?.[0]).toMatchObject({
      message: expect.stringMatching(message),
      extensions: { code: 'INVALID_INPUT', path: ['domainId'], hint: expect.any(String) },
    });
  });

  test('are verified without DNS by operators only', async () => {
    expect((await verify(admin.token, 'OPERATOR')).errors?.[0]).toMatchObject({
      extensions: { code: 'FORBIDDEN' },
    });
    expect((await verify(app.operatorToken, 'OPERATOR')).data.ssoDomainVerify.domain).toMatchObject({
      verifiedBy: 'OPERATOR',
    });
  });

  test('are verified for one connection at a time', async () => {
    const other = await app.workspace({ version: 'V2' });
    const { workspaceId } = other;
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, ...OKTA });
    const added = await done(app, app.operatorToken, 'ssoDomainAdd', { workspaceId, domain });
    dns.records.set(domain, [record.value, added.domain.record.value]);
    await verify();
    const input = { workspaceId, domainId: added.domain.id };
    expect((await mutate(app, app.operatorToken, 'ssoDomainVerify', input)).errors?.[0]).toMatchObject({
      message: 'The domain is verified for the single sign-on of another workspace.',
    });
    await done(app, admin.token, 'ssoDomainRemove', { workspaceId: workspace.workspaceId, domainId });
    expect((await done(app, app.operatorToken, 'ssoDomainVerify', input)).domain).toMatchObject({
      verifiedBy: 'DNS',
    });
  });

  test('are verified for one of two connections at once', async () => {
    const { workspaceId } = await app.workspace({ version: 'V2' });
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, ...OKTA });
    const added = await done(app, app.operatorToken, 'ssoDomainAdd', { workspaceId, domain });
    dns.records.set(domain, [record.value, added.domain.record.value]);
    const answers = await Promise.all([
      verify(),
      mutate(app, app.operatorToken, 'ssoDomainVerify', { workspaceId, domainId: added.domain.id }),
    ]);
    expect(answers.filter(({ errors }) => errors === undefined)).toHaveLength(1);
  });

  test.each(['gmail.com', 'outlook.com', 'GMX.de', 'proton.me', 'hey.com'])(
    'cannot be the public mail domain %s',
    async (name) => {
      const answer = await mutate(app, admin.token, 'ssoDomainAdd', {
        workspaceId: workspace.workspaceId,
        domain: name,
      });
      expect(answer.errors?.[0]).toMatchObject({
        message: `${name.toLowerCase()} is a public mail domain: it belongs to no workspace.`,
        extensions: { code: 'INVALID_INPUT', path: ['domain'] },
      });
    },
  );

  test('exist once when added twice', async () => {
    const again = await done(app, admin.token, 'ssoDomainAdd', {
      workspaceId: workspace.workspaceId,
      domain,
    });
    expect(again.domain.id).toBe(domainId);
  });
});

describe('rotation of SECRETS_KEY', () => {
  test('rollcall secrets rotate encrypts all secrets again; afterwards the old key can be removed', async () => {
    const [old, anew] = [newEncryptionKey(), newEncryptionKey()];
    const rotating = await startTestApp({
      sso: { ...environment, encryption: Encryption.withKeys([old]) ?? null },
    });
    try {
      const { workspaceId } = await rotating.workspace({ version: 'V2' });
      await done(rotating, rotating.operatorToken, 'ssoConnectionSet', { workspaceId, ...OKTA });
      const contextWith = (...keys: string[]) =>
        localContext(rotating.database, 'CLI', undefined, {
          ...environment,
          encryption: Encryption.withKeys(keys) ?? null,
        });
      const secretWith = async (...keys: string[]) =>
        (await settingsForSignIn(contextWith(...keys), workspaceId)).clientSecret;
      expect(await rotate(contextWith(anew))).toEqual({ rotated: 0, current: 0, unreadable: [workspaceId] });
      expect(await rotate(contextWith(anew, old))).toEqual({ rotated: 1, current: 0, unreadable: [] });
      expect(await rotate(contextWith(anew, old))).toEqual({ rotated: 0, current: 1, unreadable: [] });
      expect(await secretWith(anew)).toBe('S3CRET');
      await expect(secretWith(old)).rejects.toMatchObject({ reason: 'SECRET_UNREADABLE' });
      const [row] = await rotating.sql('select client_secret from sso_connection');
      expect(JSON.stringify(row)).not.toContain('S3CRET');
    } finally {
      await rotating.stop();
    }
  });

  test('a secret can be decrypted only in its own row', async () => {
    await set(OKTA);
    const other = await app.workspace({ version: 'V2' });
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId: other.workspaceId, ...OKTA });
    await app.sql(
      `update sso_connection set client_secret = (select client_secret from sso_connection where workspace_id = $1)
       where workspace_id = $2`,
      [workspace.workspaceId, other.workspaceId],
    );
    const context = localContext(app.database, 'CLI', undefined, environment);
    await expect(settingsForSignIn(context, other.workspaceId)).rejects.toMatchObject({
      reason: 'SECRET_UNREADABLE',
    });
  });
});

describe('rule 45: the sign-in log', () => {
  test('is searched by the reference that a person reads out, and by node', async () => {
    const start = `${app.url}/api/workspaces/${workspace.workspaceId}/auth/sso/start`;
    await fetch(start);
    await fetch(start);
    const [, older] = await signInLog(app, admin.token, workspace.workspaceId);
    expect(older).toEqual({
      id: expect.any(String),
      reference: expect.stringMatching(/^[2-9A-HJ-NP-Z]{5}-[2-9A-HJ-NP-Z]{5}$/),
      at: expect.any(String),
      reason: 'NOT_CONFIGURED',
      address: null,
      subject: null,
      detail: null,
      networkAddress: '127.0.0.1',
      message: 'The workspace has no single sign-on configuration.',
      remedy: 'Configure single sign-on, or remove the tile of the app.',
      screen: 'Rollcall: Settings → Auth and security → Single Sign-On Configuration',
    });
    const query = `query ($id: ID!, $reference: String, $node: ID!) {
      workspace(id: $id) { signInLog(reference: $reference) { totalCount nodes { id } } }
      node(id: $node) { __typename id } }`;
    const spoken = older.reference.toLowerCase().replace('-', ' ');
    const variables = { id: workspace.workspaceId, reference: spoken, node: older.id };
    const { data } = await app.graphql(admin.token, query, variables);
    expect(data).toEqual({
      workspace: { signInLog: { totalCount: 1, nodes: [{ id: older.id }] } },
      node: { __typename: 'SignInLogEntry', id: older.id },
    });
  });

  test('of another workspace is not found', async () => {
    await fetch(`${app.url}/api/workspaces/${workspace.workspaceId}/auth/sso/start`);
    const [entry] = await signInLog(app, admin.token, workspace.workspaceId);
    const other = await app.workspace({ version: 'V2' });
    const stranger = await app.session(other.ownerEmail);
    const { data } = await app.graphql(stranger, 'query ($id: ID!) { node(id: $id) { id } }', {
      id: entry.id,
    });
    expect(data).toEqual({ node: null });
    expect(await signInLog(app, stranger, other.workspaceId)).toEqual([]);
  });
});
