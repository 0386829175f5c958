import type { Page } from 'playwright-core';
import { afterAll, beforeAll, beforeEach, describe, expect, onTestFinished, test } from 'vitest';
import type { IdentityProvider } from '../../src/server/identity-provider/provider.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, nextAddress } from '../http/graphql/operations.js';
import { CLIENT_ID, CLIENT_SECRET, MisbehavingProvider } from '../http/sso/misbehaving-provider.js';
import { connectToProvider, referenceOn, testEnvironment, verifyDomain } from '../http/sso/setting.js';
import { browserPerFile, expectAccessible, expectNoSideScroll, openPage, reloadLive } from './dashboard.js';

/** Single sign-on in a real browser, with a real provider (oidc-provider). */
const DOMAIN = 'sso-browser.test';
const STRANGER = `stranger@${DOMAIN}`;

let app: TestApp;
let provider: IdentityProvider;
let workspace: TestWorkspace;
const people: { subject: string; email: string; name: string }[] = [
  { subject: 'stranger', email: STRANGER, name: 'Stranger' },
];

browserPerFile();

beforeAll(async () => {
  app = await startTestApp({ sso: testEnvironment() });
  workspace = await app.workspace({ version: 'V2' });
  provider = await connectToProvider(app, workspace.workspaceId, people);
  await verifyDomain(app, workspace.workspaceId, DOMAIN);
});

afterAll(async () => {
  await provider.stop();
  await app.stop();
});

const heading = (page: Page, name: string | RegExp) =>
  page.getByRole('heading', { level: 1, name }).waitFor();

const membersShown = (page: Page) => page.getByRole('grid', { name: 'Members' }).waitFor();

/**
 * Adds a member who can sign in at the provider. @returns the address, which is the subject too, and the member's id
 */
async function provisioned(): Promise<{ readonly email: string; readonly memberId: string }> {
  const [name = ''] = nextAddress().split('@');
  const email = `${name}@${DOMAIN}`;
  const { workspaceId } = workspace;
  const { member } = await done(app, app.operatorToken, 'memberAdd', {
    workspaceId,
    userName: email,
    access: { roleAccess: { role: 'ADMIN' } },
  });
  people.push({ subject: email, email, name });
  return { email, memberId: member.id };
}

/** Types the address at /sign-in, and chooses that person at the provider, to which the browser is led. */
async function typeAddress(page: Page, email: string): Promise<void> {
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.waitForURL((url) => url.origin === provider.issuer);
  await page.getByRole('button', { name: email }).click();
}

async function signedIn(): Promise<{ page: Page; email: string; memberId: string }> {
  const person = await provisioned();
  const page = await openPage(app, { path: `/workspace/${workspace.workspaceId}/settings/members` });
  await heading(page, 'Sign in');
  await typeAddress(page, person.email);
  return { page, ...person };
}

describe('single sign-on', () => {
  test('leads from a page of the dashboard to the provider, and back to the page (rules 38, 48)', async () => {
    const { page, email } = await signedIn();
    await page.waitForURL(`${app.url}/workspace/${workspace.workspaceId}/settings/members`);
    await page.getByRole('button', { name: `Account: ${email}` }).waitFor();
    await membersShown(page);
  });

  test('signs out at the provider too, and returns (rule 44)', async () => {
    const { page, email } = await signedIn();
    await page.getByRole('button', { name: `Account: ${email}` }).click();
    await page.getByRole('menuitem', { name: 'Sign out' }).click();
    await heading(page, 'Sign out of the development identity provider?');
    await page.getByRole('button', { name: 'Sign out' }).click();
    await page.waitForURL(`${app.url}/signed-out`);
    await heading(page, 'You are signed out');
    await page.goto(`/workspace/${workspace.workspaceId}/settings/members`);
    await heading(page, 'Sign in');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'Who are you?');
  });

  test('tells a removed person on the open screen, and refuses the next sign-in (rules 34, 41)', async () => {
    const { page, email, memberId } = await signedIn();
    await membersShown(page);
    const { workspaceId, apiKey } = workspace;
    await app.scim(workspaceId, apiKey).patch(`/Users/${memberId}`, {
      schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
      Operations: [{ op: 'replace', value: { active: false } }],
    });
    await heading(page, 'Your access has ended');
    await page.getByRole('link', { name: 'Your workspaces' }).waitFor();
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Sign in' }).click();
    await heading(page, 'Sign in');
    await page.getByLabel('E-mail address').fill(email);
    await page.getByRole('button', { name: 'Continue' }).click();
    await heading(page, 'You are not signed in');
  });
});

describe('rule 32: a workspace that the session does not open', () => {
  const path = () => `/workspace/${workspace.workspaceId}/settings/members?search=nobody`;

  beforeEach(async () => {
    // An admin must have signed in through the provider before (rule 43).
    const { page } = await signedIn();
    await membersShown(page);
  });

  const requireSso = async (ssoRequired: boolean) => {
    const { workspaceId } = workspace;
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, ssoRequired });
    if (ssoRequired) onTestFinished(() => requireSso(false));
  };

  test('has a button inside the frame, which leads to the provider and back to the wanted page', async () => {
    await requireSso(true);
    const { email } = await provisioned();
    const page = await openPage(app, { path: path(), email });
    await heading(page, 'Sign in to open this workspace');
    await page.getByRole('button', { name: `Account: ${email}` }).waitFor();
    expect(await page.getByRole('main').innerText()).not.toContain('signInUrl');
    await expectAccessible(page);
    await page.getByRole('link', { name: 'Sign in to this workspace' }).click();
    await page.getByRole('button', { name: email }).click();
    await page.waitForURL(`${app.url}${path()}`);
    await page.getByRole('heading', { name: 'No member matches' }).waitFor();
  });

  test('says so on the next action when single sign-on is required while a screen is open', async () => {
    const { email } = await provisioned();
    // A screen that is not live.
    const review = `/workspace/${workspace.workspaceId}/settings/access-review`;
    const page = await openPage(app, { path: review, email });
    await heading(page, 'Access review');
    await requireSso(true);
    await page.getByRole('link', { name: 'Members', exact: true }).click();
    await heading(page, 'Sign in to open this workspace');
    await page.getByRole('button', { name: `Account: ${email}` }).waitFor();
  });

  test('keeps what is typed into a dialog when single sign-on is required meanwhile', async () => {
    const { email } = await provisioned();
    const page = await openPage(app, { path: path(), email });
    await reloadLive(page);
    await page.getByRole('button', { name: 'Add member' }).click();
    const address = page.getByRole('dialog').getByRole('textbox', { name: 'E-mail address' });
    await address.fill('zoe@example.com');
    await requireSso(true);
    await page.getByRole('button', { name: 'Sign in', exact: true }).waitFor();
    expect(await address.inputValue()).toBe('zoe@example.com');
    await page.keyboard.press('Escape');
    await page.getByRole('link', { name: 'Groups', exact: true }).click();
    await heading(page, 'Sign in to open this workspace');
  });
});

test('rule 34: a removed person who opens another screen is told, and finds the other workspaces', async () => {
  const { page, memberId } = await signedIn();
  await membersShown(page);
  await page.getByRole('link', { name: 'Access review', exact: true }).click();
  await heading(page, 'Access review');
  const { workspaceId } = workspace;
  await done(app, app.operatorToken, 'memberRemove', { workspaceId, memberId });
  await page.getByRole('link', { name: 'Groups', exact: true }).click();
  await heading(page, 'Your access has ended');
  await page.reload();
  await heading(page, 'There is nothing here');
  await page.getByRole('link', { name: 'Your workspaces' }).click();
  await page.getByRole('heading', { name: 'You are in no workspace yet' }).waitFor();
});

/** Each page of single sign-on, with the steps that lead to it. */
const PAGES: readonly (readonly [name: string, open: () => Promise<Page>])[] = [
  [
    'a person who is in the SSO app but not in the SCIM app (rule 41)',
    async () => {
      const page = await openPage(app, { path: '/sign-in' });
      await typeAddress(page, STRANGER);
      await heading(page, 'You are not signed in');
      await expectText(page, 'SCIM app', STRANGER);
      expect(referenceOn(await page.content())).toBeDefined();
      return page;
    },
  ],
  [
    'the rehearsal of a sign-in',
    async () => {
      const { email } = await provisioned();
      const page = await openPage(app, { path: await rehearsalUrl() });
      await page.getByRole('button', { name: email }).click();
      await heading(page, 'Rehearsed sign-in');
      await expectText(page, `${email} would be signed in`, 'email_verified');
      return page;
    },
  ],
  [
    'the rehearsal of a refused sign-in',
    async () => {
      const page = await openPage(app, { path: await rehearsalUrl() });
      await page.getByRole('button', { name: STRANGER }).click();
      await heading(page, 'Rehearsed sign-in');
      await expectText(page, 'The sign-in would be refused.', 'What to change:');
      return page;
    },
  ],
  [
    'the question before the session of another person is replaced',
    async () => {
      const { email } = await provisioned();
      const { workspaceId, ownerEmail } = workspace;
      const path = `/api/workspaces/${workspaceId}/auth/sso/start?returnTo=/`;
      const page = await openPage(app, { path, email: ownerEmail });
      await page.getByRole('button', { name: email }).click();
      await heading(page, 'Sign in as somebody else?');
      await expectText(page, email, ownerEmail);
      return page;
    },
  ],
  [
    'a provider that is down',
    async () => {
      const page = await openPage(app, { path: await startAtDownProvider() });
      await heading(page, 'You are not signed in');
      await page.getByRole('link', { name: 'Sign in again' }).waitFor();
      return page;
    },
  ],
];

async function expectText(page: Page, ...texts: readonly string[]): Promise<void> {
  const text = await page.locator('main').innerText();
  for (const one of texts) expect(text).toContain(one);
}

async function rehearsalUrl(): Promise<string> {
  const { workspaceId } = workspace;
  return (await done(app, app.operatorToken, 'ssoConnectionTest', { workspaceId })).url;
}

async function startAtDownProvider(): Promise<string> {
  const down = await MisbehavingProvider.start();
  const { workspaceId } = await app.workspace({ version: 'V2' });
  await done(app, app.operatorToken, 'ssoConnectionSet', {
    workspaceId,
    provider: 'OTHER_OIDC',
    discoveryUrl: down.issuer,
    clientId: CLIENT_ID,
    clientSecret: CLIENT_SECRET,
  });
  await down.stop();
  return `/api/workspaces/${workspaceId}/auth/sso/start`;
}

test.each(PAGES)(
  '%s passes axe, blocks no resource, and fits into 320 pixels, in both themes',
  async (_name, open) => {
    const page = await open();
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 640 });
    await expectNoSideScroll(page);
  },
);
