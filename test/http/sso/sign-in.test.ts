import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { ProviderPerson } from '../../../src/server/identity-provider/person.js';
import type { IdentityProvider } from '../../../src/server/identity-provider/provider.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress, person, type TestPerson } from '../graphql/operations.js';
import { Browser, type ShownPage } from './browser.js';
import {
  CLIENT,
  connectionOf,
  referenceOn,
  seen,
  sessionOf,
  signInLog,
  ssoScene,
  ssoUrl,
  testEnvironment,
  verifyDomain,
} from './setting.js';

/** A real provider (oidc-provider) over real HTTP. */
let app: TestApp;
let provider: IdentityProvider;
let workspace: TestWorkspace;
let ann: TestPerson;

let people: ProviderPerson[];

beforeAll(async () => {
  app = await startTestApp({ sso: testEnvironment() });
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  ({ workspace, ann, provider, people } = await ssoScene(app));
  return () => provider.stop();
});

/** Signs in from the start to the end, as that person of the provider; an empty subject declines. */
async function signIn(subject: string, { browser = new Browser(), query = '' } = {}) {
  const chooser = await browser.open(ssoUrl(app, workspace.workspaceId, `start${query}`));
  expect(chooser.text).toContain('Who are you?');
  return { browser, page: await browser.submit(chooser, 'subject', subject) };
}

async function expectRefused(page: ShownPage, reason: string) {
  const [entry] = await signInLog(app, app.operatorToken, workspace.workspaceId);
  expect(entry).toMatchObject({ reason, reference: referenceOn(page.text) });
  expect(page.status).toBeGreaterThanOrEqual(400);
  expect(page.status).not.toBe(500);
  return entry;
}

describe('rules 32 and 40: finding the person', () => {
  test('a person with the verified address is signed in, to this workspace alone', async () => {
    const elsewhere = await app.workspace({ version: 'V2' });
    await done(app, app.operatorToken, 'memberAdd', {
      workspaceId: elsewhere.workspaceId,
      userName: ann.email,
    });
    const { browser, page } = await signIn('ann', { query: '?returnTo=/healthz' });
    expect(page).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    const token = sessionOf(browser, app) ?? '';
    expect(await seen(app, token, workspace.workspaceId)).toBe(workspace.workspaceId);
    expect(await seen(app, token, elsewhere.workspaceId)).toBe(null);
    expect(browser.visited.map(({ pathname }) => pathname)).toContain('/auth');
  });

  test('the subject is stored: a person whose address has changed is still signed in', async () => {
    await signIn('ann');
    people[0] = {
      subject: 'ann',
      email: 'married@elsewhere.test',
      name: 'Ann',
      emailVerified: false,
    };
    const { browser } = await signIn('ann');
    expect(await seen(app, sessionOf(browser, app) ?? '', workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('SCIM’s externalId is compared with the subject, and no address is needed', async () => {
    const { workspaceId } = workspace;
    await done(app, app.operatorToken, 'memberUpdate', {
      workspaceId,
      memberId: ann.memberId,
      externalId: '00u-okta',
    });
    people.push({ subject: '00u-okta', email: 'someone@else.test', name: 'X', emailVerified: false });
    const { browser } = await signIn('00u-okta');
    const viewer = await app.graphql(sessionOf(browser, app), '{ viewer { account { email } } }');
    expect(viewer.data.viewer.account.email).toBe(ann.email);
  });

  test('an externalId that two members had before it became unique matches nobody', async () => {
    const other = await person(app, workspace, { roleAccess: { role: 'EDITOR' } });
    for (const [rank, { memberId }] of [ann, other].entries())
      await app.sql("update member set external_id = 'twin', external_id_rank = $2 where id = $1", [
        memberId,
        rank,
      ]);
    people.push({ subject: 'twin', email: nextAddress(), name: 'X' });
    await expectRefused((await signIn('twin')).page, 'NOT_PROVISIONED');
  });

  test('the address is compared without case', async () => {
    people.push({ subject: 'loud', email: ann.email.toUpperCase(), name: 'Ann' });
    const { browser } = await signIn('loud');
    expect(await seen(app, sessionOf(browser, app) ?? '', workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('an unverified address is ignored', async () => {
    people.push({ subject: 'claimant', email: ann.email, name: 'Eve', emailVerified: false });
    const { browser, page } = await signIn('claimant');
    const entry = await expectRefused(page, 'ADDRESS_NOT_VERIFIED');
    expect(entry).toMatchObject({ subject: 'claimant', address: ann.email });
    expect(sessionOf(browser, app)).toBe(undefined);
  });

  test('each sign-in is a new session, and ends the one that the browser had', async () => {
    const { browser } = await signIn('ann');
    const first = sessionOf(browser, app) ?? '';
    await browser.open(ssoUrl(app, workspace.workspaceId, 'start'));
    expect(sessionOf(browser, app)).not.toBe(first);
    expect(await seen(app, first, workspace.workspaceId)).toBe('UNAUTHENTICATED');
  });

  test('audit: who signed in, the method, and that the subject was stored', async () => {
    await signIn('ann');
    const query = `query ($id: ID!) { workspace(id: $id) { auditLog(first: 2) {
      nodes { action actorLabel targetLabel changes } } } }`;
    const { data } = await app.graphql(app.operatorToken, query, { id: workspace.workspaceId });
    expect(data.workspace.auditLog.nodes).toEqual([
      {
        action: 'session.create',
        actorLabel: ann.email,
        targetLabel: ann.email,
        changes: {
          method: { before: null, after: 'PROVIDER' },
          expiresAt: { before: null, after: expect.any(String) },
        },
      },
      {
        action: 'ssoSubject.remember',
        actorLabel: ann.email,
        targetLabel: ann.email,
        changes: {
          issuer: { before: null, after: provider.issuer },
          subject: { before: null, after: 'ann' },
          recognizedBy: { before: null, after: 'ADDRESS' },
        },
      },
    ]);
  });
});

describe('rule 41: provisioned people only', () => {
  test('with SCIM: a person who is assigned to the SSO app but not to the SCIM app is refused', async () => {
    const email = nextAddress();
    people.push({ subject: 'stranger', email, name: 'S' });
    const { browser, page } = await signIn('stranger');
    const entry = await expectRefused(page, 'NOT_PROVISIONED');
    expect(entry).toMatchObject({ address: email, subject: 'stranger' });
    expect(page.text).toContain(email);
    expect(page.text).toContain('not to its SCIM app');
    expect(sessionOf(browser, app)).toBe(undefined);
  });

  test('a removed person is refused', async () => {
    await signIn('ann');
    const target = { workspaceId: workspace.workspaceId, memberId: ann.memberId };
    await done(app, app.operatorToken, 'memberRemove', target);
    const { page } = await signIn('ann');
    expect(await expectRefused(page, 'INACTIVE')).toMatchObject({ detail: `The member is ${ann.email}.` });
  });

  test('without SCIM and joinOnSignIn: a person who is not a member is refused', async () => {
    await done(app, app.operatorToken, 'workspaceUpdate', {
      workspaceId: workspace.workspaceId,
      scimEnabled: false,
    });
    people.push({ subject: 'stranger', email: nextAddress(), name: 'S' });
    await expectRefused((await signIn('stranger')).page, 'NOT_A_MEMBER');
  });
});

describe('joining on sign-in', () => {
  const domain = () => `${workspace.workspaceId}.test`;

  beforeEach(async () => {
    const { workspaceId } = workspace;
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, scimEnabled: false });
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, joinOnSignIn: true });
    await verifyDomain(app, workspaceId, domain());
    people.push({ subject: 'newcomer', email: `new@${domain()}`, name: 'N' });
  });

  test('people of a verified domain become members with the default role', async () => {
    const { browser } = await signIn('newcomer');
    const query = 'query ($id: ID!) { workspace(id: $id) { viewerMember { userName role active } } }';
    const { data } = await app.graphql(sessionOf(browser, app), query, { id: workspace.workspaceId });
    expect(data.workspace.viewerMember).toEqual({
      userName: `new@${domain()}`,
      role: 'VIEWER',
      active: true,
    });
  });

  test('other people do not', async () => {
    people.push({ subject: 'other', email: nextAddress(), name: 'O' });
    expect(await expectRefused((await signIn('other')).page, 'NOT_A_MEMBER')).toMatchObject({
      detail: 'The address is not in a verified domain of the connection.',
    });
  });

  test('a removed person does not', async () => {
    const { browser } = await signIn('newcomer');
    const { workspaceId } = workspace;
    const query = 'query ($id: ID!) { workspace(id: $id) { viewerMember { id } } }';
    const { data } = await app.graphql(sessionOf(browser, app), query, { id: workspaceId });
    const memberId = data.workspace.viewerMember.id;
    await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
    await expectRefused((await signIn('newcomer')).page, 'INACTIVE');
  });
});

describe('rule 43: single sign-on required', () => {
  test('cannot be enabled before an owner or admin has signed in through the provider', async () => {
    const { workspaceId } = workspace;
    const requiring = () =>
      app.graphql(
        app.operatorToken,
        'mutation ($input: SsoConnectionSetInput!) { ssoConnectionSet(input: $input) { connection { ssoRequired } } }',
        { input: { workspaceId, ssoRequired: true } },
      );
    expect((await requiring()).errors?.[0]).toMatchObject({
      message: 'Single sign-on cannot be required before an owner or admin has signed in with it.',
      extensions: { code: 'INVALID_INPUT', path: ['ssoRequired'] },
    });
    const viewer = await person(app, workspace, { roleAccess: { role: 'VIEWER' } });
    people.push({ subject: 'viewer', email: viewer.email, name: 'V' });
    await signIn('viewer');
    expect((await requiring()).errors).toBeDefined();
    await signIn('ann');
    expect((await requiring()).data.ssoConnectionSet.connection).toEqual({ ssoRequired: true });
  });

  test('other sessions stop opening the workspace at once, except those of owners and other domains', async () => {
    const { workspaceId, ownerEmail } = workspace;
    const domain = `${workspaceId}.test`;
    const email = `inside@${domain}`;
    await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: email });
    const inside = await app.session(email);
    const outside = await app.session(ann.email);
    const owner = await app.session(ownerEmail);
    await signIn('ann');
    await verifyDomain(app, workspaceId, domain);
    expect(await seen(app, inside, workspaceId)).toBe(workspaceId);
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, ssoRequired: true });
    expect(await seen(app, inside, workspaceId)).toBe('FORBIDDEN');
    expect(await seen(app, outside, workspaceId)).toBe(workspaceId);
    expect(await seen(app, owner, workspaceId)).toBe(workspaceId);
    people.push({ subject: 'inside', email, name: 'I' });
    const { browser } = await signIn('inside');
    expect(await seen(app, sessionOf(browser, app) ?? '', workspaceId)).toBe(workspaceId);
  });

  test('after a change of provider, somebody must sign in through it first', async () => {
    const { workspaceId } = workspace;
    await signIn('ann');
    expect(await connectionOf(app, app.operatorToken, workspaceId)).toMatchObject({
      lastSignInAt: expect.any(String),
      managerSignedInAt: expect.any(String),
    });
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, clientId: 'another' });
    expect(await connectionOf(app, app.operatorToken, workspaceId)).toMatchObject({
      lastSignInAt: null,
      managerSignedInAt: null,
    });
  });
});

describe('rule 38: start', () => {
  test('returnTo accepts only paths of this server', async () => {
    const asked = ['https://evil.example/', '//evil.example', '/\\evil.example', 'javascript:alert(1)'];
    for (const returnTo of asked) {
      const { browser } = await signIn('ann', {
        query: `?returnTo=${encodeURIComponent(returnTo)}`,
      });
      expect(browser.visited.at(-1)?.href).toBe(`${app.url}/`);
    }
  });

  test('initiate-login: the issuer is checked', async () => {
    const browser = new Browser();
    const start = (iss: string) =>
      browser.open(ssoUrl(app, workspace.workspaceId, `start?iss=${encodeURIComponent(iss)}`));
    expect((await start(provider.issuer)).text).toContain('Who are you?');
    await expectRefused(await start('https://evil.example'), 'WRONG_ISSUER');
  });

  test('sends login_hint on to the provider', async () => {
    const start = ssoUrl(app, workspace.workspaceId, `start?login_hint=${encodeURIComponent(ann.email)}`);
    const page = await new Browser().openOnce(start);
    expect(new URL(page.headers.get('location') ?? '').searchParams.get('login_hint')).toBe(ann.email);
  });

  test('sends PKCE, state and nonce, and its answer is not cached', async () => {
    const page = await new Browser().openOnce(ssoUrl(app, workspace.workspaceId, 'start'));
    const { searchParams } = new URL(page.headers.get('location') ?? '');
    expect(Object.fromEntries(searchParams)).toEqual({
      client_id: CLIENT.id,
      redirect_uri: ssoUrl(app, workspace.workspaceId, 'callback'),
      response_type: 'code',
      scope: 'openid email profile',
      state: expect.stringMatching(/^[\w-]{43}$/),
      nonce: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge: expect.stringMatching(/^[\w-]{43}$/),
      code_challenge_method: 'S256',
    });
    expect(page.headers.get('cache-control')).toBe('no-store');
    expect(page.headers.getSetCookie()).toEqual([
      expect.stringMatching(
        /^rollcall-sso-[0-9a-f]{12}=v1\.[^;]+; Path=\/; Expires=[^;]+; HttpOnly; SameSite=Lax$/,
      ),
    ]);
  });
});

describe('the authorization response', () => {
  test('two tabs do not disturb each other', async () => {
    const browser = new Browser();
    const start = ssoUrl(app, workspace.workspaceId, 'start');
    const one = await browser.open(start);
    const other = await browser.open(start);
    await browser.submit(one, 'subject', 'ann');
    const first = sessionOf(browser, app);
    expect(first).toBeDefined();
    await browser.submit(other, 'subject', 'ann');
    expect(await seen(app, sessionOf(browser, app) ?? '', workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('in another browser, or with blocked cookies', async () => {
    const browser = new Browser();
    const chooser = await browser.open(ssoUrl(app, workspace.workspaceId, 'start'));
    const host = new URL(app.url).hostname;
    for (const name of [...browser.cookies(host).keys()].filter((one) => one.startsWith('rollcall')))
      browser.setCookie(host, name, 'x');
    const page = await browser.submit(chooser, 'subject', 'ann');
    await expectRefused(page, 'STATE_LOST');
    expect(page.text).toContain('Sign in again');
  });

  test('used a second time', async () => {
    const { browser } = await signIn('ann');
    const callback = browser.visited.find(({ pathname }) => pathname.endsWith('/callback'));
    await expectRefused(await browser.open(callback ?? ''), 'STATE_REPLAYED');
    await expectRefused(await new Browser().open(callback ?? ''), 'STATE_REPLAYED');
  });

  test('consent denied', async () => {
    const { browser, page } = await signIn('');
    expect(await expectRefused(page, 'ACCESS_DENIED')).toMatchObject({
      detail: 'access_denied: The person has declined to sign in.',
    });
    expect(sessionOf(browser, app)).toBe(undefined);
  });

  test('wrong client secret', async () => {
    const { workspaceId } = workspace;
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, clientSecret: 'wrong' });
    const { page } = await signIn('ann');
    await expectRefused(page, 'CLIENT_REJECTED');
  });

  test('redirect URI not registered', async () => {
    await done(app, app.operatorToken, 'ssoConnectionSet', {
      workspaceId: (await app.workspace({ version: 'V2' })).workspaceId,
      provider: 'OTHER_OIDC',
      discoveryUrl: provider.issuer,
      clientId: CLIENT.id,
      clientSecret: CLIENT.secret,
    }).then(async ({ connection }) => {
      const [{ workspaceId }] = (await app.sql<{ workspaceId: string }>(
        'select workspace_id as "workspaceId" from sso_connection where id = $1',
        [connection.id],
      )) as [{ workspaceId: string }];
      const page = await new Browser().open(ssoUrl(app, workspaceId, 'start'));
      expect(page.text).toContain('does not accept the sign-in request');
      const [entry] = await signInLog(app, app.operatorToken, workspaceId);
      expect(entry).toMatchObject({ reason: 'REQUEST_REJECTED', reference: referenceOn(page.text) });
    });
  });

  test('the workspace is not ENTERPRISE, has no connection, or does not exist: the same page', async () => {
    const { workspaceId } = workspace;
    const without = await app.workspace({ version: 'V2' });
    await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, plan: 'TEAM' });
    const pages = await Promise.all(
      [workspaceId, without.workspaceId, '01900000-0000-7000-8000-000000000000', 'nonsense'].map((id) =>
        new Browser().open(ssoUrl(app, id, 'start')),
      ),
    );
    const texts = pages.map(({ status, text }) => `${status} ${text.replace(/<code>.*<\/code>/, '')}`);
    const masked = texts.map((text) => text.replaceAll(/[0-9a-f]{8}-[0-9a-f-]{27}|nonsense/g, 'ID'));
    expect(new Set(masked).size).toBe(1);
    await expectRefused(pages[0] as ShownPage, 'NOT_ENTERPRISE');
  });
});

describe('rule 44: signing out', () => {
  test('back-channel logout ends the sessions of the sid, and no others', async () => {
    const { browser } = await signIn('ann');
    const other = await signIn('ann');
    const token = sessionOf(browser, app) ?? '';
    const elsewhere = sessionOf(other.browser, app) ?? '';
    const mailed = await app.session(ann.email);
    const signOut = await browser.open(
      `${provider.issuer}/session/end?client_id=${CLIENT.id}&post_logout_redirect_uri=${encodeURIComponent(`${app.url}/signed-out`)}`,
    );
    await browser.submit(signOut, 'logout', 'yes');
    await expect.poll(() => seen(app, token, workspace.workspaceId)).toBe('UNAUTHENTICATED');
    expect(await seen(app, elsewhere, workspace.workspaceId)).toBe(workspace.workspaceId);
    expect(await seen(app, mailed, workspace.workspaceId)).toBe(workspace.workspaceId);
  });
});

describe('ssoConnectionTest', () => {
  const rehearse = async (subject: string) => {
    const { url } = await done(app, app.operatorToken, 'ssoConnectionTest', {
      workspaceId: workspace.workspaceId,
    });
    const browser = new Browser();
    const chooser = await browser.open(url);
    return { browser, page: await browser.submit(chooser, 'subject', subject) };
  };

  test('shows the claims and the person who would be signed in; opens no session and stores nothing', async () => {
    const { browser, page } = await rehearse('ann');
    expect(page.status).toBe(200);
    expect(page.text).toContain(
      `${ann.email} would be signed in, recognized by the verified e-mail address.`,
    );
    expect(page.text).toContain('<dt><code>email_verified</code></dt>\n<dd>true</dd>');
    expect(sessionOf(browser, app)).toBe(undefined);
    expect(
      await app.sql('select 1 from sso_subject where workspace_id = $1', [workspace.workspaceId]),
    ).toEqual([]);
    expect(await app.sql('select 1 from session where workspace_id = $1', [workspace.workspaceId])).toEqual(
      [],
    );
    expect(await connectionOf(app, app.operatorToken, workspace.workspaceId)).toMatchObject({
      lastSignInAt: null,
      managerSignedInAt: null,
    });
  });

  test('shows what would be refused, and what to change', async () => {
    people.push({ subject: 'stranger', email: nextAddress(), name: 'S' });
    const { page } = await rehearse('stranger');
    expect(page.text).toContain('The sign-in would be refused.');
    expect(page.text).toContain('Assign the person to the SCIM app too');
  });

  test('needs a ticket', async () => {
    const page = await new Browser().open(ssoUrl(app, workspace.workspaceId, 'test?ticket=v1.x.y.z'));
    await expectRefused(page, 'STATE_LOST');
  });
});
