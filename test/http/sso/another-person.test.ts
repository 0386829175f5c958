import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, person, type TestPerson } from '../graphql/operations.js';
import { Browser, type ShownPage } from './browser.js';
import { CLIENT_ID, CLIENT_SECRET, MisbehavingProvider } from './misbehaving-provider.js';
import { seen, sessionOf, signInLog, ssoUrl, testEnvironment } from './setting.js';

/** A link leads a signed-in person to a provider that at once signs them in as another one (rules 32 and 36). */
const MINUTE_MS = 60_000;
let app: TestApp;
let provider: MisbehavingProvider;
let workspace: TestWorkspace;
/** Ann is signed in by a mail link; Bob is a member of the workspace whose provider the link leads to. */
let ann: TestPerson;
let bob: TestPerson;
let home: TestWorkspace;
let passedMs = 0;

beforeAll(async () => {
  const clock = () => new Date(Date.now() + passedMs);
  app = await startTestApp({ sso: testEnvironment(), clock });
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  passedMs = 0;
  provider = await MisbehavingProvider.start();
  home = await app.workspace({ version: 'V2' });
  ann = await person(app, home, { roleAccess: { role: 'ADMIN' } });
  workspace = await app.workspace({ version: 'V2' });
  bob = await person(app, workspace, { roleAccess: { role: 'ADMIN' } });
  await connect();
  provider.behaviour.claims = { sub: 'bob', email: bob.email, email_verified: true };
  return () => provider.stop();
});

function connect(settings: object = {}) {
  return done(app, app.operatorToken, 'ssoConnectionSet', {
    workspaceId: workspace.workspaceId,
    provider: 'OTHER_OIDC',
    discoveryUrl: provider.issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
    ...settings,
  });
}

/** A browser with a session of a person. */
async function browserOf(email: string): Promise<{ browser: Browser; token: string }> {
  const token = await app.mailSession(email, null);
  const browser = new Browser();
  browser.setCookie(new URL(app.url).hostname, 'rollcall', token);
  return { browser, token };
}

function follow(browser: Browser): Promise<ShownPage> {
  return browser.open(ssoUrl(app, workspace.workspaceId, 'start?returnTo=/healthz'));
}

function sessionsInWorkspace() {
  return app.sql('select 1 from session where workspace_id = $1', [workspace.workspaceId]);
}

async function expectStateLost(page: ShownPage): Promise<void> {
  expect(page.status).toBe(400);
  const [entry] = await signInLog(app, app.operatorToken, workspace.workspaceId);
  expect(entry).toMatchObject({ reason: 'STATE_LOST' });
  expect(await sessionsInWorkspace()).toEqual([]);
}

describe('a person who is signed in as somebody else', () => {
  test('keeps the session until they agree', async () => {
    const { browser, token } = await browserOf(ann.email);
    const page = await follow(browser);
    expect(page.status).toBe(200);
    expect(page.text).toContain('<h1>Sign in as somebody else?</h1>');
    expect(page.text).toContain(`You are signed in as <strong>${ann.email}</strong>.`);
    expect(page.text).toContain(`<button>Continue as ${bob.email}</button>`);
    // Browsers send `Origin: null` with the forms of a page that has no-referrer.
    expect(page.headers.get('referrer-policy')).toBe('same-origin');
    expect(page.headers.get('content-security-policy')).toContain("frame-ancestors 'none'");
    expect(sessionOf(browser, app)).toBe(token);
    expect(await seen(app, token, home.workspaceId)).toBe(home.workspaceId);
    expect(await sessionsInWorkspace()).toEqual([]);
  });

  test('gets the new session by the click, and the former one ends', async () => {
    const { browser, token } = await browserOf(ann.email);
    const page = await browser.submit(await follow(browser), 'x', '');
    expect(page).toMatchObject({ status: 200, text: '{"status":"ok"}' });
    expect(await seen(app, token, home.workspaceId)).toBe('UNAUTHENTICATED');
    expect(await seen(app, sessionOf(browser, app) ?? '', workspace.workspaceId)).toBe(workspace.workspaceId);
  });

  test('may be an operator', async () => {
    const browser = new Browser();
    const operator = await browser.open(`${app.url}/sign-in/operator`);
    await browser.submit(operator, 'token', app.operatorToken);
    const token = sessionOf(browser, app);
    const page = await follow(browser);
    expect(page.text).toContain('You are signed in as <strong>an operator</strong>.');
    expect(sessionOf(browser, app)).toBe(token);
  });
});

test('the same person is signed in without a question', async () => {
  const { browser, token } = await browserOf(bob.email);
  expect(await follow(browser)).toMatchObject({ status: 200, text: '{"status":"ok"}' });
  expect(await seen(app, token, workspace.workspaceId)).toBe('UNAUTHENTICATED');
  expect(await seen(app, sessionOf(browser, app) ?? '', workspace.workspaceId)).toBe(workspace.workspaceId);
});

describe('the form that agrees', () => {
  test('is refused from another site', async () => {
    const { browser, token } = await browserOf(ann.email);
    const page = await follow(browser);
    const [, confirmation = ''] = /name="confirmation" value="([^"]+)"/.exec(page.text) ?? [];
    const response = await fetch(ssoUrl(app, workspace.workspaceId, 'continue'), {
      method: 'POST',
      headers: { cookie: `rollcall=${token}`, origin: 'https://evil.example' },
      body: new URLSearchParams({ confirmation }),
    });
    expect(response.status).toBe(403);
    expect(await seen(app, token, home.workspaceId)).toBe(home.workspaceId);
  });

  test('works only with the session that it replaces', async () => {
    const { browser } = await browserOf(ann.email);
    const page = await follow(browser);
    await expectStateLost(await new Browser().submit(page, 'x', ''));
    const { browser: other, token } = await browserOf(ann.email);
    await expectStateLost(await other.submit(page, 'x', ''));
    expect(await seen(app, token, home.workspaceId)).toBe(home.workspaceId);
  });

  test('works once', async () => {
    const { browser } = await browserOf(ann.email);
    const page = await follow(browser);
    const pages = await Promise.all([browser.submit(page, 'x', ''), browser.submit(page, 'x', '')]);
    expect(pages.map(({ status }) => status).sort()).toEqual([200, 400]);
    expect(await sessionsInWorkspace()).toHaveLength(1);
  });

  test('works for ten minutes', async () => {
    const { browser } = await browserOf(ann.email);
    const page = await follow(browser);
    passedMs = 11 * MINUTE_MS;
    await expectStateLost(await browser.submit(page, 'x', ''));
  });

  test('does not outlive the connection that has proven the person', async () => {
    const { browser } = await browserOf(ann.email);
    const page = await follow(browser);
    await connect({ clientId: 'other' });
    await expectStateLost(await browser.submit(page, 'x', ''));
  });
});
