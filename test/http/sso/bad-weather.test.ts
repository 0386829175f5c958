import { Writable } from 'node:stream';
import { pino } from 'pino';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress, person, type TestPerson } from '../graphql/operations.js';
import { Browser, type ShownPage } from './browser.js';
import { type Behaviour, CLIENT_ID, CLIENT_SECRET, MisbehavingProvider } from './misbehaving-provider.js';
import { referenceOn, seen, sessionOf, signInLog, ssoUrl, testEnvironment, verifyDomain } from './setting.js';

/** A provider of our own that misbehaves ("Bad weather"). */
let app: TestApp;
let provider: MisbehavingProvider;
let workspace: TestWorkspace;
let ann: TestPerson;
let log = '';

beforeAll(async () => {
  const lines = new Writable({
    write(chunk, _encoding, done) {
      log += String(chunk);
      done();
    },
  });
  app = await startTestApp({ sso: testEnvironment(), logger: pino({ level: 'debug' }, lines) });
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  provider = await MisbehavingProvider.start();
  workspace = await app.workspace({ version: 'V2' });
  ann = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
  await connect(workspace.workspaceId);
  return () => provider.stop();
});

function connect(workspaceId: string, settings: object = {}) {
  return done(app, app.operatorToken, 'ssoConnectionSet', {
    workspaceId,
    provider: 'OTHER_OIDC',
    discoveryUrl: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    ...settings,
  });
}

/** Ann signs in, while the provider has this behaviour. */
async function signIn(behaviour: Partial<Behaviour>, browser = new Browser()): Promise<ShownPage> {
  const { claims = {}, ...others } = behaviour;
  const good = { sub: 'ann', email: ann.email, email_verified: true };
  Object.assign(provider.behaviour, others, { claims: { ...good, ...claims } });
  return browser.open(ssoUrl(app, workspace.workspaceId, 'start'));
}

/** The page of Ann's rehearsal, while the provider has this behaviour. */
async function rehearse(behaviour: Partial<Behaviour>): Promise<string> {
  const { claims = {}, ...others } = behaviour;
  const good = { sub: 'ann', email: ann.email, email_verified: true };
  Object.assign(provider.behaviour, others, { claims: { ...good, ...claims } });
  const { workspaceId } = workspace;
  const { url } = await done(app, app.operatorToken, 'ssoConnectionTest', { workspaceId });
  return (await new Browser().open(url)).text;
}

/** The provider ends sessions by back-channel logout. */
async function logOut(logoutToken: string | undefined, workspaceId = workspace.workspaceId) {
  const response = await fetch(ssoUrl(app, workspaceId, 'backchannel-logout'), {
    method: 'POST',
    body: new URLSearchParams(logoutToken === undefined ? {} : { logout_token: logoutToken }),
  });
  expect(response.headers.get('cache-control')).toBe('no-store');
  return { status: response.status, body: await response.text() };
}

/** The page has a sentence, the reference and the way on; the log has the same reference, what to change and where. */
async function expectRefused(page: ShownPage, browser: Browser, entry: object): Promise<void> {
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(page.status).not.toBe(500);
  expect(page.text).toContain('<h1>You are not signed in</h1>');
  expect(page.text).toMatch(/class="button" href="\/[^"]+"/);
  const [logged] = await signInLog(app, app.operatorToken, workspace.workspaceId);
  expect(logged).toMatchObject({
    ...entry,
    reference: referenceOn(page.text),
    message: expect.stringMatching(/./),
    remedy: expect.stringMatching(/./),
    screen: expect.stringMatching(/./),
  });
  expect(sessionOf(browser, app)).toBe(undefined);
}

const now = () => Math.floor(Date.now() / 1000);

const SID_FAULT = 'The claim sid is not a text of at most 500 characters without control characters.';

const FAULTS: readonly [name: string, behaviour: () => Partial<Behaviour>, entry: object][] = [
  ['another issuer', () => ({ claims: { iss: 'https://evil.example' } }), { reason: 'WRONG_ISSUER' }],
  [
    'another audience',
    () => ({ claims: { aud: 'somebody-else' } }),
    { reason: 'TOKEN_INVALID', detail: 'The claim aud of the ID token is wrong.' },
  ],
  [
    'another nonce',
    () => ({ claims: { nonce: 'replayed' } }),
    { reason: 'TOKEN_INVALID', detail: 'The claim nonce of the ID token is wrong.' },
  ],
  ['an expired token', () => ({ claims: { exp: now() - 61 } }), { reason: 'CLOCK_SKEW' }],
  [
    'a clock that is two hours behind',
    () => ({ claims: { iat: now() - 7200, exp: now() - 6900 } }),
    { reason: 'CLOCK_SKEW' },
  ],
  [
    'a clock that is two hours ahead',
    () => ({ claims: { iat: now() + 7200, exp: now() + 7500 } }),
    { reason: 'CLOCK_SKEW', detail: 'The claim iat is in the future.' },
  ],
  ['an unsigned token', () => ({ signature: 'NONE' }), { reason: 'TOKEN_INVALID' }],
  ['a token signed with another key', () => ({ signature: 'OTHER_KEY' }), { reason: 'TOKEN_INVALID' }],
  ['a token signed with the client secret', () => ({ signature: 'HS256' }), { reason: 'TOKEN_INVALID' }],
  ['no subject', () => ({ claims: { sub: undefined } }), { reason: 'TOKEN_INVALID' }],
  ['a subject with NUL', () => ({ claims: { sub: 'a\0b' } }), { reason: 'TOKEN_INVALID' }],
  ...['x'.repeat(9000), 'a\0b', '', 5, {}].map((sid): (typeof FAULTS)[number] => [
    `the sid ${JSON.stringify(sid).slice(0, 20)} (rule 44)`,
    () => ({ claims: { sid } }),
    { reason: 'TOKEN_INVALID', detail: SID_FAULT },
  ]),
  ['no address', () => ({ claims: { email: undefined } }), { reason: 'ADDRESS_MISSING', subject: 'ann' }],
  [
    'an address that is none',
    () => ({ claims: { email: 'ann' } }),
    { reason: 'ADDRESS_MISSING', detail: 'The claim email is not an e-mail address.' },
  ],
  [
    'an address of nobody knows which domain, with email_verified absent',
    () => ({ claims: { email_verified: undefined } }),
    { reason: 'ADDRESS_NOT_VERIFIED' },
  ],
  [
    'email_verified: "false"',
    () => ({ claims: { email_verified: 'false' } }),
    { reason: 'ADDRESS_NOT_VERIFIED' },
  ],
  [
    'another subject of UserInfo',
    () => ({
      claims: { email: undefined },
      userInfo: { sub: 'other', email: ann.email, email_verified: true },
    }),
    { reason: 'ADDRESS_MISSING', detail: expect.stringContaining('UserInfo cannot be read') },
  ],
  [
    'wrong client secret',
    () => ({ tokenError: { status: 401, body: { error: 'invalid_client' } } }),
    { reason: 'CLIENT_REJECTED', detail: 'invalid_client' },
  ],
  [
    'a code that was used',
    () => ({ tokenError: { status: 400, body: { error: 'invalid_grant', error_description: 'Used.' } } }),
    { reason: 'CODE_REJECTED', detail: 'invalid_grant: Used.' },
  ],
  [
    'another error of the token endpoint',
    () => ({ tokenError: { status: 400, body: { error: 'invalid_scope' } } }),
    { reason: 'PROVIDER_ERROR' },
  ],
  [
    'a token endpoint with a fault',
    () => ({ tokenError: { status: 503, body: 'away' } }),
    { reason: 'PROVIDER_UNREACHABLE' },
  ],
  [
    'consent denied',
    () => ({ authorizationError: { error: 'access_denied', error_description: 'No.' } }),
    { reason: 'ACCESS_DENIED', detail: 'access_denied: No.' },
  ],
  [
    'another error of the authorization endpoint',
    () => ({ authorizationError: { error: 'server_error' } }),
    { reason: 'PROVIDER_ERROR', detail: 'server_error' },
  ],
  [
    'discovery of another issuer',
    () => ({ discovery: { issuer: 'https://evil.example' } }),
    {
      reason: 'PROVIDER_MISCONFIGURED',
      detail: 'The discovery document is of another issuer: https://evil.example.',
    },
  ],
  [
    'no discovery',
    () => ({ discoveryStatus: 404 }),
    { reason: 'PROVIDER_MISCONFIGURED', detail: 'The discovery URL answers 404.' },
  ],
  ['discovery with a fault', () => ({ discoveryStatus: 500 }), { reason: 'PROVIDER_UNREACHABLE' }],
  [
    'answers without end',
    () => ({ padding: 2_000_000 }),
    { reason: 'PROVIDER_UNREACHABLE', detail: 'The answer is larger than 1 MB.' },
  ],
];

describe('each fault of a provider has a page', () => {
  test.each(FAULTS)('%s', async (_name, behaviour, entry) => {
    const browser = new Browser();
    await expectRefused(await signIn(behaviour(), browser), browser, entry);
  });

  test('a slow provider: after five seconds', async () => {
    const browser = new Browser();
    const started = performance.now();
    const page = await signIn({ delayMs: 20_000 }, browser);
    expect(performance.now() - started).toBeLessThan(8000);
    await expectRefused(page, browser, { reason: 'PROVIDER_UNREACHABLE' });
    expect(page.text).toContain('Sign in again');
  });

  test('an unreachable provider', async () => {
    await provider.stop();
    const browser = new Browser();
    await expectRefused(await signIn({}, browser), browser, {
      reason: 'PROVIDER_UNREACHABLE',
      detail: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('no page reveals whether the address is known', async () => {
    const known = await signIn({ claims: { email_verified: false } });
    const unknown = await signIn({ claims: { email_verified: false, email: nextAddress() } });
    const masked = ({ text }: ShownPage) =>
      text.replace(/<code>.*<\/code>/, '').replace(/signed you in as \S+@[\w.]+/, '');
    expect(masked(known)).toBe(masked(unknown));
  });
});

/** What cannot be used of a discovery document, and how the refusal names it. */
const ODD_METADATA: readonly [name: string, value: unknown, detail: string][] = [
  ...['authorization_endpoint', 'token_endpoint', 'jwks_uri'].flatMap((name) =>
    [undefined, null, 5, 'login', 'javascript:alert(1)'].map((value): [string, unknown, string] => [
      name,
      value,
      `Its ${name} is missing or not an https:// URL.`,
    ]),
  ),
  ...[null, 5, {}].map((value): [string, unknown, string] => [
    'token_endpoint_auth_methods_supported',
    value,
    'Its token_endpoint_auth_methods_supported is not a list.',
  ]),
];

describe('a discovery document that cannot be used is named (rules 39 and 45)', () => {
  test.each(ODD_METADATA)('%s: %j', async (name, value, detail) => {
    const discovery = { [name]: value };
    const browser = new Browser();
    await expectRefused(await signIn({ discovery }, browser), browser, {
      reason: 'PROVIDER_MISCONFIGURED',
      detail,
    });
    expect(await rehearse({ discovery })).toContain(detail);
    expect(await logOut(await provider.logoutToken({ sub: 'ann' }))).toEqual({
      status: 400,
      body: '{"error":"invalid_request","error_description":"The token cannot be checked."}',
    });
  });
});

test('rule 44: a logout token is refused while the keys cannot be fetched', async () => {
  provider.behaviour.discovery = { jwks_uri: 'http://127.0.0.1:1/jwks' };
  expect((await logOut(await provider.logoutToken({ sub: 'ann' }))).status).toBe(400);
});

describe('these are accepted', () => {
  test('a sid of 500 characters, whatever they are', async () => {
    const sid = String.fromCodePoint(...Array.from({ length: 500 }, (_, place) => 0x4e00 + 37 * place));
    const browser = new Browser();
    await signIn({ claims: { sid } }, browser);
    const token = sessionOf(browser, app) ?? '';
    expect(await seen(app, token, workspace.workspaceId)).toBe(workspace.workspaceId);
    expect((await logOut(await provider.logoutToken({ sid }))).status).toBe(200);
    expect(await seen(app, token, workspace.workspaceId)).toBe('UNAUTHENTICATED');
  });

  test('claims that only UserInfo has, and email_verified as text', async () => {
    const browser = new Browser();
    await signIn(
      {
        claims: { email: undefined, email_verified: undefined },
        userInfo: { sub: 'ann', email: ann.email, email_verified: 'true' },
      },
      browser,
    );
    expect(await seen(app, sessionOf(browser, app) ?? '', workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('clocks that differ by less than a minute', async () => {
    const browser = new Browser();
    await signIn({ claims: { iat: now() + 50, exp: now() - 50 } }, browser);
    expect(sessionOf(browser, app)).toBeDefined();
  });

  test('email_verified is absent, and the domain is verified', async () => {
    const { workspaceId } = workspace;
    const domain = `${workspaceId}.test`;
    const email = `inside@${domain}`;
    await verifyDomain(app, workspaceId, domain);
    await app.graphql(
      app.operatorToken,
      'mutation ($input: MemberAddInput!) { memberAdd(input: $input) { changed } }',
      { input: { workspaceId, userName: email } },
    );
    const browser = new Browser();
    await signIn({ claims: { email, email_verified: undefined } }, browser);
    expect(await seen(app, sessionOf(browser, app) ?? '', workspaceId)).toBe(workspaceId);
  });

  test('a new signing key of the provider: only its keys are fetched again', async () => {
    await signIn({});
    await provider.rotateKey();
    const browser = new Browser();
    await signIn({}, browser);
    expect(sessionOf(browser, app)).toBeDefined();
    expect(provider.asked.get('/jwks')).toBe(2);
    await signIn({});
    expect(provider.asked.get('/jwks')).toBe(2);
    expect(provider.asked.get('/.well-known/openid-configuration')).toBe(1);
  });

  test('Entra: the oid is compared with externalId', async () => {
    const { workspaceId } = workspace;
    const input = { workspaceId, memberId: ann.memberId, externalId: 'object-id' };
    await app.graphql(
      app.operatorToken,
      'mutation ($input: MemberUpdateInput!) { memberUpdate(input: $input) { changed } }',
      { input },
    );
    await connect(workspaceId, { provider: 'MICROSOFT_ENTRA_ID' });
    const browser = new Browser();
    await signIn({ claims: { sub: 'pairwise', oid: 'object-id', email: undefined } }, browser);
    expect(await seen(app, sessionOf(browser, app) ?? '', workspaceId)).toBe(workspaceId);
  });

  test.each([
    [{}, false],
    [{ hd: 'gmail.example' }, true],
  ])('Google: only an account of an organization (%j)', async (claims, comesIn) => {
    await connect(workspace.workspaceId, { provider: 'GOOGLE_WORKSPACE' });
    const browser = new Browser();
    const page = await signIn({ claims }, browser);
    if (comesIn) expect(sessionOf(browser, app)).toBeDefined();
    else
      await expectRefused(page, browser, {
        reason: 'OUTSIDE_ORGANIZATION',
        detail: 'The claim hd is missing.',
      });
  });
});

describe('a hostile provider that claims every address', () => {
  test('opens its own workspace only, and learns nothing of others', async () => {
    const victim = await app.workspace({ version: 'V2' });
    const { ownerEmail } = victim;
    const { workspaceId } = workspace;
    // Anybody may add any address.
    await app.graphql(
      app.operatorToken,
      'mutation ($input: MemberAddInput!) { memberAdd(input: $input) { changed } }',
      { input: { workspaceId, userName: ownerEmail } },
    );
    const ownSession = await app.session(ownerEmail);
    const browser = new Browser();
    await signIn({ claims: { sub: 'victim', email: ownerEmail, email_verified: true } }, browser);
    const token = sessionOf(browser, app) ?? '';
    expect(await seen(app, token, workspaceId)).toBe(workspaceId);
    expect(await seen(app, token, victim.workspaceId)).toBe(null);
    const { data } = await app.graphql(
      token,
      'query ($id: ID!, $member: ID!) { workspaces { totalCount nodes { id } } node(id: $id) { id } member: node(id: $member) { id } }',
      { id: victim.workspaceId, member: victim.ownerMemberId },
    );
    expect(data).toEqual({
      workspaces: { totalCount: 1, nodes: [{ id: workspaceId }] },
      node: null,
      member: null,
    });
    const renaming = await app.graphql(
      token,
      'mutation ($input: WorkspaceUpdateInput!) { workspaceUpdate(input: $input) { workspace { id } } }',
      { input: { workspaceId: victim.workspaceId, name: 'Taken' } },
    );
    expect(renaming.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    const ending = await app.graphql(
      token,
      'mutation ($input: SessionEndInput!) { sessionEnd(input: $input) { sessionId } }',
      { input: { sessionId: await sessionIdOf(ownerEmail) } },
    );
    expect(ending.errors?.[0]).toMatchObject({ extensions: { code: 'NOT_FOUND' } });
    expect(await seen(app, ownSession, victim.workspaceId)).toBe(victim.workspaceId);
  });

  test('the subject of one workspace is unknown in another', async () => {
    const other = await app.workspace({ version: 'V2' });
    await connect(other.workspaceId);
    await signIn({});
    const browser = new Browser();
    const page = await browser.open(ssoUrl(app, other.workspaceId, 'start'));
    expect(page.status).toBe(403);
    expect(sessionOf(browser, app)).toBe(undefined);
  });

  test('the authorization response for one workspace is refused for another', async () => {
    const other = await app.workspace({ version: 'V2' });
    await connect(other.workspaceId);
    const browser = new Browser();
    const started = await browser.openOnce(ssoUrl(app, workspace.workspaceId, 'start'));
    const state = new URL(started.headers.get('location') ?? '').searchParams.get('state') ?? '';
    const page = await browser.open(ssoUrl(app, other.workspaceId, `callback?code=code&state=${state}`));
    expect(page.status).toBe(400);
    expect((await signInLog(app, app.operatorToken, other.workspaceId))[0]).toMatchObject({
      reason: 'STATE_LOST',
    });
  });
});

async function sessionIdOf(email: string): Promise<string | undefined> {
  const [session] = await app.sql<{ id: string }>(
    `select s.id from session s join account a on a.id = s.account_id
     where a.email = $1 and s.method = 'OPERATOR'`,
    [email],
  );
  return session?.id;
}

describe('rule 44: logout tokens', () => {
  let token: string;

  beforeEach(async () => {
    const browser = new Browser();
    await signIn({ claims: { sid: 'sid-1' } }, browser);
    token = sessionOf(browser, app) ?? '';
  });

  test('end the sessions of the subject', async () => {
    expect(await logOut(await provider.logoutToken({ sub: 'ann' }))).toEqual({ status: 200, body: '' });
    expect(await seen(app, token, workspace.workspaceId)).toBe('UNAUTHENTICATED');
    const [ended] = await app.sql(
      `select actor_label, changes from audit_entry where workspace_id = $1 and action = 'session.end'`,
      [workspace.workspaceId],
    );
    expect(ended).toEqual({
      actor_label: 'system',
      changes: { method: { before: 'PROVIDER', after: null } },
    });
  });

  test('end the sessions of the sid, also with the type logout+jwt', async () => {
    const logoutToken = await provider.logoutToken({ sid: 'sid-1' }, { typ: 'logout+jwt' });
    expect((await logOut(logoutToken)).status).toBe(200);
    expect(await seen(app, token, workspace.workspaceId)).toBe('UNAUTHENTICATED');
  });

  test('of another sid end nothing', async () => {
    expect((await logOut(await provider.logoutToken({ sub: 'ann', sid: 'sid-2' }))).status).toBe(200);
    expect(await seen(app, token, workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('of the subject and a sid end a session whose sid is unknown', async () => {
    const browser = new Browser();
    await signIn({ claims: { sid: undefined } }, browser);
    const withoutSid = sessionOf(browser, app) ?? '';
    expect((await logOut(await provider.logoutToken({ sub: 'bob', sid: 'sid-2' }))).status).toBe(200);
    expect((await logOut(await provider.logoutToken({ sid: 'sid-2' }))).status).toBe(200);
    expect(await seen(app, withoutSid, workspace.workspaceId)).toBe(workspace.workspaceId);
    expect((await logOut(await provider.logoutToken({ sub: 'ann', sid: 'sid-2' }))).status).toBe(200);
    expect(await seen(app, withoutSid, workspace.workspaceId)).toBe('UNAUTHENTICATED');
    expect(await seen(app, token, workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('for several audiences that were issued to this client are accepted', async () => {
    const logoutToken = await provider.logoutToken({ sub: 'ann', aud: [CLIENT_ID, 'other'], azp: CLIENT_ID });
    expect((await logOut(logoutToken)).status).toBe(200);
    expect(await seen(app, token, workspace.workspaceId)).toBe('UNAUTHENTICATED');
  });

  test('are refused a second time', async () => {
    const logoutToken = await provider.logoutToken({ sid: 'sid-2' });
    expect((await logOut(logoutToken)).status).toBe(200);
    expect(await logOut(logoutToken)).toEqual({
      status: 400,
      body: '{"error":"invalid_request","error_description":"The logout token was used before."}',
    });
  });

  const LOGOUT_EVENT = 'http://schemas.openid.net/event/backchannel-logout';
  const INVALID: readonly [string, () => Promise<string> | string | undefined][] = [
    ['nothing', () => undefined],
    ['no token', () => 'nonsense'],
    ['another issuer', () => provider.logoutToken({ sub: 'ann', iss: 'https://evil.example' })],
    ['another audience', () => provider.logoutToken({ sub: 'ann', aud: 'other' })],
    [
      'several audiences, issued to another client',
      () => provider.logoutToken({ sub: 'ann', aud: [CLIENT_ID, 'other'], azp: 'other' }),
    ],
    [
      'several audiences, issued to nobody',
      () => provider.logoutToken({ sub: 'ann', aud: [CLIENT_ID, 'other'] }),
    ],
    ['issued in the future', () => provider.logoutToken({ sub: 'ann', iat: now() + 120 })],
    ['valid for longer than the calendar', () => provider.logoutToken({ sub: 'ann', exp: 1e13 })],
    ['valid for longer than 30 days', () => provider.logoutToken({ sub: 'ann', exp: now() + 31 * 86_400 })],
    ['expired', () => provider.logoutToken({ sub: 'ann', exp: now() - 61 })],
    ['without exp', () => provider.logoutToken({ sub: 'ann', exp: undefined })],
    ['without jti', () => provider.logoutToken({ sub: 'ann', jti: undefined })],
    ['without the event', () => provider.logoutToken({ sub: 'ann', events: {} })],
    [
      'an event that is no object',
      () => provider.logoutToken({ sub: 'ann', events: { [LOGOUT_EVENT]: 'yes' } }),
    ],
    ...[123, { a: 1 }, ['ann'], '', 'a\0b'].map((sub): [string, () => Promise<string>] => [
      `the sub ${JSON.stringify(sub)}`,
      () => provider.logoutToken({ sub, sid: 'sid-1' }),
    ]),
    ['a sid that is no text', () => provider.logoutToken({ sub: 'ann', sid: 123 })],
    ['with a nonce', () => provider.logoutToken({ sub: 'ann', nonce: 'n' })],
    ['of nobody', () => provider.logoutToken({})],
    ['another type', () => provider.logoutToken({ sub: 'ann' }, { typ: 'at+jwt' })],
    ['an unknown key', () => provider.logoutToken({ sub: 'ann' }, { kid: 'made-up' })],
    [
      'another signature',
      () => {
        provider.behaviour.signature = 'OTHER_KEY';
        return provider.logoutToken({ sub: 'ann' });
      },
    ],
    [
      'signed with the client secret',
      () => {
        provider.behaviour.signature = 'HS256';
        return provider.logoutToken({ sub: 'ann' });
      },
    ],
  ];

  test.each(INVALID)('with %s are refused, and end nothing', async (_name, made) => {
    expect(await logOut(await made())).toMatchObject({
      status: 400,
      body: expect.stringContaining('invalid_request'),
    });
    expect(await seen(app, token, workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('are answered alike for a workspace without a connection and for an unknown one', async () => {
    const without = await app.workspace({ version: 'V2' });
    const logoutToken = await provider.logoutToken({ sub: 'ann' });
    const answer = await logOut(logoutToken, without.workspaceId);
    expect(answer.status).toBe(400);
    expect(await logOut(logoutToken, '01900000-0000-7000-8000-000000000000')).toEqual(answer);
  });
});

describe('ssoConnectionTest signs in, and shows the administrator every detail', () => {
  test.each<[string, () => Partial<Behaviour>, string[]]>([
    [
      'no claim email',
      () => ({ claims: { email: undefined } }),
      ['<dt><code>email</code></dt>\n<dd><strong>missing</strong></dd>', 'Add the claim email to the app'],
    ],
    [
      'no discovery',
      () => ({ discoveryStatus: 404 }),
      ['The discovery URL answers 404.', 'Correct the discovery URL'],
    ],
    [
      'wrong client secret',
      () => ({ tokenError: { status: 401, body: { error: 'invalid_client' } } }),
      ['invalid_client', 'Create a new client secret at the identity provider'],
    ],
    ['a sid that cannot be stored', () => ({ claims: { sid: 'a\0b' } }), [SID_FAULT]],
    ['a wrong nonce', () => ({ claims: { nonce: 'x' } }), ['The claim nonce of the ID token is wrong.']],
    [
      'consent denied',
      () => ({ authorizationError: { error: 'access_denied' } }),
      ['has declined the sign-in. access_denied'],
    ],
  ])('%s', async (_name, behaviour, texts) => {
    const page = await rehearse(behaviour());
    expect(page).toContain('The sign-in would be refused.');
    for (const text of texts) expect(page).toContain(text);
    expect(await signInLog(app, app.operatorToken, workspace.workspaceId)).toEqual([]);
  });
});

test('the client secret is in no table, log, answer or page', async () => {
  const echo = { error: 'invalid_client', error_description: `wrong secret ${CLIENT_SECRET}` };
  const pages = [
    await signIn({}),
    await signIn({ tokenError: { status: 401, body: echo } }),
    await signIn({ tokenError: { status: 500, body: CLIENT_SECRET } }),
  ];
  const tables = await app.sql<{ name: string }>(
    `select table_name as name from information_schema.tables where table_schema = 'public' and table_type = 'BASE TABLE'`,
  );
  for (const { name } of tables) {
    const rows = await app.sql(`select t::text from "${name}" t where t::text like $1`, [
      `%${CLIENT_SECRET}%`,
    ]);
    expect({ name, rows }).toEqual({ name, rows: [] });
  }
  const everything = await app.graphql(
    app.operatorToken,
    `query ($id: ID!) { workspace(id: $id) { auditLog { nodes { action changes } } ssoConnection { id clientId }
      signInLog { nodes { detail } } } }`,
    { id: workspace.workspaceId },
  );
  for (const text of [log, JSON.stringify(everything), ...pages.map((page) => page.text)])
    expect(text).not.toContain(CLIENT_SECRET);
  expect(log).toContain('/auth/sso/callback');
});
