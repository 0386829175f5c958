import type { Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { smtpTransport } from '../../src/mail/smtp.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { done, nextAddress } from '../http/graphql/operations.js';
import { CLIENT, testEnvironment, verifyDomain } from '../http/sso/setting.js';
import { parts, startSmtpServer, type TestSmtpServer } from '../mail/smtp-server.js';
import { browserPerFile, expectAccessible, expectNoSideScroll, openPage, takePictures } from './dashboard.js';

/** The pages of sign-in in a real browser: the whole way, and how they look. */

browserPerFile();

let smtp: TestSmtpServer;
let app: TestApp;
let v1: TestWorkspace;
let v2: TestWorkspace;
/** A page that is not signed in; the test fails when the browser complains about it. */
let page: Page;

const seeded: string[] = [];

beforeAll(async () => {
  smtp = await startSmtpServer();
  app = await startTestApp({
    mailTransport: smtpTransport(smtp.url, 'Rollcall <rollcall@acme.test>'),
    seededWorkspaceIds: seeded,
    pagesUrl: 'http://rollcall.test',
    sso: testEnvironment(),
  });
  v1 = await app.workspace({ version: 'V1', ownerEmail: 'olivia@acme.test', seats: { pro: 2 } });
  v2 = await app.workspace({ version: 'V2', ownerEmail: 'olivia@acme.test' });
  await done(app, app.operatorToken, 'memberAdd', {
    workspaceId: v2.workspaceId,
    userName: 'ben@acme.test',
    profile: { name: { givenName: 'Ben', familyName: 'Ito' } },
  });
  seeded.push(v1.workspaceId, v2.workspaceId);
});

afterAll(async () => {
  await app.stop();
  await smtp.close();
});

beforeEach(async () => {
  page = await openPage(app, { path: '/sign-in' });
});

afterEach(() => {
  smtp.received.length = 0;
});

async function mailed(pattern: RegExp): Promise<string> {
  await expect.poll(() => smtp.received.length).toBe(1);
  const [mail] = smtp.received.splice(0);
  if (mail === undefined) throw new Error('no mail');
  const [link = ''] = pattern.exec(parts(mail).text) ?? [];
  return link;
}

const LINK = /http:\S+\/sign-in\/link\/\S+/;

async function requestLink(email: string): Promise<string> {
  await page.goto('/sign-in');
  await page.getByLabel('E-mail address').fill(email);
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByRole('heading', { name: 'Check your mailbox' }).waitFor();
  return mailed(LINK);
}

const heading = (name: string) => page.getByRole('heading', { level: 1, name, exact: true }).waitFor();

describe('signing in', () => {
  test('by a mail link, with the keyboard alone, opens the only workspace; signing out works too', async () => {
    await page.goto('/');
    await heading('Sign in');
    await page.locator('input:focus').waitFor();
    await page.keyboard.type('ben@acme.test');
    await page.keyboard.press('Enter');
    await heading('Check your mailbox');
    await page.goto(await mailed(LINK));
    await page.locator('button:focus').waitFor();
    await page.keyboard.press('Enter');
    await page.waitForURL(`/workspace/${v2.workspaceId}`);
    await page.getByRole('button', { name: 'Account: ben@acme.test' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Your account' }).press('Enter');
    await page.locator(`a[href$="${v2.workspaceId}"]`).waitFor();
    await page.getByRole('button', { name: 'Account: ben@acme.test' }).press('Enter');
    await page.getByRole('menuitem', { name: 'Sign out' }).press('Enter');
    await heading('You are signed out');
    expect(await page.context().cookies()).toEqual([]);
    await page.goto(`/workspace/${v2.workspaceId}`);
    await heading('Sign in');
  });

  test('keeps the cookie away from scripts and other sites', async () => {
    await page.goto(await requestLink('ben@acme.test'));
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`/workspace/${v2.workspaceId}`);
    const kept = { httpOnly: true, sameSite: 'Lax', path: '/', secure: false };
    expect(await page.context().cookies()).toEqual([
      expect.objectContaining({ name: 'rollcall-link', ...kept }),
      expect.objectContaining({ name: 'rollcall', ...kept }),
    ]);
    expect(await page.evaluate('document.cookie')).toBe('');
  });

  test('by the code that another browser shows', async () => {
    const link = await requestLink('ben@acme.test');
    const elsewhere = await openPage(app, { path: link });
    const shown = (await elsewhere.locator('main').textContent()) ?? '';
    const [code = ''] = /[B-Z2-9]{4}-[B-Z2-9]{4}/.exec(shown) ?? [];
    await page.getByLabel('Code').fill(code);
    await page.getByRole('button', { name: 'Sign in with the code' }).click();
    await page.waitForURL(`/workspace/${v2.workspaceId}`);
  });

  test('by a click, in development; the playground uses the same cookie', async () => {
    await page.goto('/sign-in');
    await page.getByRole('button', { name: 'Ben Ito' }).click();
    await page.waitForURL(`/workspace/${v2.workspaceId}`);
    const answer = await page.evaluate(`fetch('/graphql', {
      method: 'POST', headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { label method } }' }),
    }).then((response) => response.json())`);
    expect(answer).toEqual({ data: { viewer: { label: 'ben@acme.test', method: 'DEVELOPMENT' } } });
  });

  test('by the mail of an invitation opens the workspace', async () => {
    const email = nextAddress();
    await app.graphql(
      app.operatorToken,
      'mutation ($input: InvitationCreateInput!) { invitationCreate(input: $input) { invitation { id } } }',
      { input: { workspaceId: v2.workspaceId, email } },
    );
    await page.goto((await invitationPath()).pathname);
    await page.getByRole('button', { name: `Join as ${email}` }).click();
    await page.waitForURL(`/workspace/${v2.workspaceId}`);
    await page.getByRole('button', { name: `Account: ${email}` }).waitFor();
  });
});

/** Invitations lead to PUBLIC_URL, which tests do not have: the token stands in the mail. */
async function invitationPath(): Promise<URL> {
  await expect.poll(() => smtp.received.length).toBe(1);
  const [mail] = smtp.received.splice(0);
  if (mail === undefined) throw new Error('no mail');
  const [url = ''] = /http:\S+\/invitation\/\S+/.exec(parts(mail).text) ?? [];
  return new URL(url);
}

/** Every page, with the steps that lead to it. */
const PAGES: readonly (readonly [name: string, open: () => Promise<unknown>])[] = [
  ['sign-in', () => page.goto('/sign-in')],
  [
    'sign-in-by-mail',
    async () => {
      await page.goto('/sign-in');
      await page.getByRole('link', { name: 'get a link by mail' }).click();
      await page.getByRole('button', { name: 'Mail me a link' }).waitFor();
    },
  ],
  [
    'sign-in-refused',
    async () => {
      await page.goto('/sign-in');
      await page.evaluate('document.forms[0].noValidate = true');
      await page.getByLabel('E-mail address').fill('ben at acme');
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.getByRole('alert').waitFor();
    },
  ],
  ['link-sent', () => page.goto('/sign-in/link/sent')],
  ['link-here', async () => page.goto(await requestLink(await newMember()))],
  [
    'link-elsewhere',
    async () => {
      const link = await requestLink(await newMember());
      await page.context().clearCookies();
      await page.goto(link);
    },
  ],
  ['link-used', () => page.goto('/sign-in/link/rollcall_link_0')],
  [
    'link-closed-workspace',
    async () => {
      await page.goto('/sign-in?way=mail');
      await page.getByLabel('E-mail address').fill(await memberWhoMustUseProvider());
      await page.getByRole('button', { name: 'Mail me a link' }).click();
      await page.goto(await mailed(LINK));
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'Sign in to Acme' }).waitFor();
    },
  ],
  ['operator', () => page.goto('/sign-in/operator')],
  [
    'operator-refused',
    async () => {
      await page.goto('/sign-in/operator');
      await page.getByLabel('Operator token').fill('wrong');
      await page.keyboard.press('Enter');
      await page.getByRole('alert').waitFor();
    },
  ],
  [
    'operator-in-workspace',
    async () => {
      await page.goto('/sign-in/operator');
      await page.getByLabel('Operator token').fill(app.operatorToken);
      await page.keyboard.press('Enter');
      await heading('Workspaces');
      await page.goto(`/workspace/${v2.workspaceId}`);
      await page.getByText('You are looking at this workspace as an operator.').waitFor();
    },
  ],
  [
    'choose-workspace',
    async () => {
      await page.goto('/sign-in');
      await page.getByRole('button', { name: 'olivia@acme.test' }).first().click();
      await heading('Your workspaces');
      await page.locator('main a').first().waitFor();
    },
  ],
  ['refused', () => page.goto('/sign-in/refused?ref=0123-abcd')],
  ['nothing-here', () => page.goto('/sign-in/link/')],
  ['signed-out', () => page.goto('/signed-out')],
  ['invitation', async () => page.goto(`/invitation/${await invitationLink()}`)],
  ['invitation-unknown', () => page.goto('/invitation/rollcall_invitation_0')],
];

async function newMember(): Promise<string> {
  const userName = nextAddress();
  await done(app, app.operatorToken, 'memberAdd', { workspaceId: v2.workspaceId, userName });
  return userName;
}

/** A member of a workspace that requires its provider, as after an admin has signed in there. */
async function memberWhoMustUseProvider(): Promise<string> {
  const { workspaceId } = await app.workspace({ version: 'V2' });
  const domain = `${workspaceId}.test`;
  await done(app, app.operatorToken, 'ssoConnectionSet', {
    workspaceId,
    provider: 'GOOGLE_WORKSPACE',
    clientId: CLIENT.id,
    clientSecret: CLIENT.secret,
  });
  await verifyDomain(app, workspaceId, domain);
  await app.sql(
    'update sso_connection set sso_required = true, manager_signed_in_at = now() where workspace_id = $1',
    [workspaceId],
  );
  const userName = `mia@${domain}`;
  await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName });
  return userName;
}

async function invitationLink(): Promise<string> {
  const { token } = await done(app, app.operatorToken, 'invitationLinkCreate', {
    workspaceId: v1.workspaceId,
  });
  return token;
}

test.each(PAGES)(
  '%s passes axe, blocks no resource, and fits into 320 pixels, in both themes',
  async (name, open) => {
    await open();
    await takePictures(page, `sign-in/${name}`, { fullPage: true });
    await expectAccessible(page);
    await page.setViewportSize({ width: 320, height: 640 });
    await takePictures(page, `sign-in/${name}`, { fullPage: true });
    await expectNoSideScroll(page);
  },
);
