import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { Mail } from '../../../src/mail/transport.js';
import type { ProviderPerson } from '../../../src/server/identity-provider/person.js';
import type { IdentityProvider } from '../../../src/server/identity-provider/provider.js';
import { graphqlClient, startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress, type TestPerson } from '../graphql/operations.js';
import { Visitor } from '../sign-in/visitor.js';
import { Browser } from './browser.js';
import {
  connectToProvider,
  seen,
  sessionOf,
  signInLog,
  ssoScene,
  ssoUrl,
  testEnvironment,
  verifyDomain,
} from './setting.js';

/** Ways in and out: the sign-in page, invitations, removal, signing out, two processes. */
const sso = testEnvironment();
const mails: Mail[] = [];
let app: TestApp;
let provider: IdentityProvider;
let workspace: TestWorkspace;
let ann: TestPerson;
let people: ProviderPerson[];

beforeAll(async () => {
  const mailTransport = { send: async (mail: Mail) => void mails.push(mail), close: () => undefined };
  app = await startTestApp({ sso, mailTransport });
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  ({ workspace, ann, provider, people } = await ssoScene(app));
  return () => provider.stop();
});

async function signIn(subject: string, browser = new Browser(), start = startUrl()): Promise<Browser> {
  const chooser = await browser.open(start);
  await browser.submit(chooser, 'subject', subject);
  return browser;
}

function startUrl(query = ''): string {
  return ssoUrl(app, workspace.workspaceId, `start${query}`);
}

describe('rule 48: the sign-in page', () => {
  test('an address of a verified domain leads to the provider, whether known or not', async () => {
    const domain = `${workspace.workspaceId}.test`;
    await verifyDomain(app, workspace.workspaceId, domain);
    const email = `anybody@${domain}`;
    const page = await new Visitor(app.url).post('/sign-in', { email, returnTo: '/workspace/x' });
    const query = new URLSearchParams({ returnTo: '/workspace/x', login_hint: email });
    const path = `/api/workspaces/${workspace.workspaceId}/auth/sso/start?${query}`;
    expect(page.text).toContain(`href="${path.replaceAll('&', '&amp;')}"`);
    const started = await new Browser().openOnce(`${app.url}${path}`);
    expect(new URL(started.headers.get('location') ?? '').searchParams.get('login_hint')).toBe(email);
  });

  test('a domain that is not verified leads nowhere', async () => {
    const domain = `${workspace.workspaceId}.test`;
    await done(app, app.operatorToken, 'ssoDomainAdd', { workspaceId: workspace.workspaceId, domain });
    const page = await new Visitor(app.url).post('/sign-in', { email: `a@${domain}`, returnTo: '/' });
    expect(page.text).not.toContain('/auth/sso/start');
  });
});

describe('invitations', () => {
  const invite = async (email: string) => {
    const input = { workspaceId: workspace.workspaceId, email, access: { roleAccess: { role: 'EDITOR' } } };
    const { token } = await done(app, app.operatorToken, 'invitationCreate', input);
    return token as string;
  };

  test('an invited person signs in through the provider, and becomes a member', async () => {
    const email = nextAddress();
    people.push({ subject: 'bo', email, name: 'Bo' });
    const token = await invite(email);
    const browser = await signIn('bo', new Browser(), startUrl(`?returnTo=/invitation/${token}`));
    expect(browser.visited.at(-1)?.pathname).toBe(`/workspace/${workspace.workspaceId}`);
    const query = 'query ($id: ID!) { workspace(id: $id) { viewerMember { userName role } } }';
    const { data } = await app.graphql(sessionOf(browser, app), query, { id: workspace.workspaceId });
    expect(data.workspace.viewerMember).toEqual({ userName: email, role: 'EDITOR' });
  });

  test('an invitation of another person or workspace has no effect', async () => {
    people.push({ subject: 'eve', email: nextAddress(), name: 'Eve' });
    const token = await invite(nextAddress());
    const eve = await signIn('eve', new Browser(), startUrl(`?returnTo=/invitation/${token}`));
    expect(sessionOf(eve, app)).toBe(undefined);
    expect((await signInLog(app, app.operatorToken, workspace.workspaceId))[0]).toMatchObject({
      reason: 'NOT_A_MEMBER',
      detail: 'This invitation is for another e-mail address than yours.',
    });
    const other = await app.workspace({ version: 'V2' });
    const elsewhere = await done(app, app.operatorToken, 'invitationLinkCreate', {
      workspaceId: other.workspaceId,
    });
    const again = await signIn('eve', new Browser(), startUrl(`?returnTo=/invitation/${elsewhere.token}`));
    expect(sessionOf(again, app)).toBe(undefined);
  });
});

test('rule 32: a session of another workspace is led to sign in, and back to its invitation', async () => {
  const other = await app.workspace({ version: 'V2' });
  const input = { workspaceId: other.workspaceId, email: ann.email };
  const { token } = await done(app, app.operatorToken, 'invitationCreate', input);
  const browser = await signIn('ann');
  const page = await browser.open(`${app.url}/invitation/${token}`);
  const refused = await browser.submit(page, 'join', '');
  const query = new URLSearchParams({ returnTo: `/invitation/${token}` });
  expect(refused).toMatchObject({ status: 403, text: expect.stringContaining(`href="/sign-in?${query}"`) });
  expect(refused.text).not.toContain('signInUrl');
});

test('V1: joining takes a seat of the default type; without a free one the page names the seat type', async () => {
  const { workspaceId } = await app.workspace({ version: 'V1', scim: false, seats: { builder: 1 } });
  await done(app, app.operatorToken, 'workspaceUpdate', { workspaceId, defaultSeatType: 'BUILDER' });
  const domain = `${workspaceId}.test`;
  for (const name of ['one', 'two']) people.push({ subject: name, email: `${name}@${domain}`, name });
  const second = await connectToProvider(app, workspaceId, people);
  try {
    await verifyDomain(app, workspaceId, domain);
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, joinOnSignIn: true });
    const start = ssoUrl(app, workspaceId, 'start');
    const one = await signIn('one', new Browser(), start);
    expect(await seen(app, sessionOf(one, app) ?? '', workspaceId)).toBe(workspaceId);
    const browser = new Browser();
    const page = await browser.submit(await browser.open(start), 'subject', 'two');
    expect(page.text).toContain('No seat is free in this workspace. The seat type is builder.');
    expect((await signInLog(app, app.operatorToken, workspaceId))[0]).toMatchObject({
      reason: 'SEAT_UNAVAILABLE',
      detail: 'The seat type is builder.',
    });
    const members = await app.sql('select 1 from member where workspace_id = $1', [workspaceId]);
    expect(members).toHaveLength(2);
  } finally {
    await second.stop();
  }
});

describe('rule 43: mail links where single sign-on is required', () => {
  test('are recorded in the sign-in log for members, and open the workspace for owners', async () => {
    const { workspaceId } = workspace;
    const domain = `${workspaceId}.test`;
    const [member, owner] = [`member@${domain}`, `owner@${domain}`];
    for (const userName of [member, owner])
      await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName });
    const query =
      'query ($id: ID!, $name: String!) { workspace(id: $id) { member(userName: $name) { id } } }';
    const found = await app.graphql(app.operatorToken, query, { id: workspaceId, name: owner });
    const { id: memberId } = found.data.workspace.member;
    await done(app, app.operatorToken, 'ownerPromote', { workspaceId, memberId });
    await verifyDomain(app, workspaceId, domain);
    await signIn('ann');
    await done(app, app.operatorToken, 'ssoConnectionSet', { workspaceId, ssoRequired: true });
    const refused = await mailLinkSession(member);
    expect(refused.opened).toBe('FORBIDDEN');
    expect(await mailLinkSession(owner)).toMatchObject({ opened: workspaceId });
    const log = await signInLog(app, app.operatorToken, workspaceId);
    expect(log).toEqual([
      expect.objectContaining({ reason: 'SSO_REQUIRED', address: member, remedy: expect.any(String) }),
    ]);
    // Rule 45: a sentence, the way on, and a reference that finds the entry.
    expect(refused.text).toContain('This workspace is opened by your identity provider only.');
    expect(refused.text).toContain(
      `href="/api/workspaces/${workspaceId}/auth/sso/start?returnTo=%2Fworkspace%2F${workspaceId}"`,
    );
    expect(refused.text).toContain(`<code>${log[0]?.reference}</code>`);
  });

  test('are offered to owners by the page that refuses a sign-in, and lead to the page to open', async () => {
    await provider.stop();
    const returnTo = `/workspace/${workspace.workspaceId}/settings/members?search=a`;
    const start = `/api/workspaces/${workspace.workspaceId}/auth/sso/start?${new URLSearchParams({ returnTo })}`;
    const form = `/sign-in?${new URLSearchParams({ way: 'mail', returnTo })}`;
    const link = `<a href="${form.replaceAll('&', '&amp;')}">get a link by mail</a>`;
    const visitor = new Visitor(app.url);
    const refused = await visitor.get(start);
    expect(refused).toMatchObject({ status: 502, text: expect.stringContaining(link) });
    expect(refused.text).toContain(`<a class="button" href="${start}">Sign in again</a>`);
    const { text } = await visitor.get(form);
    const fields = Object.fromEntries(
      [...text.matchAll(/<input type="hidden" name="(\w+)" value="([^"]*)"/g)].map(([, name, value]) => [
        name,
        value,
      ]),
    );
    expect(fields).toEqual({ returnTo, way: 'mail' });
    await visitor.post('/sign-in', { email: workspace.ownerEmail, ...fields });
    await expect.poll(() => mails.at(-1)).toMatchObject({ to: workspace.ownerEmail });
    const [, path = ''] = /(\/sign-in\/link\/\S+)/.exec(mails.at(-1)?.text ?? '') ?? [];
    expect(await visitor.post(path)).toMatchObject({ status: 303, location: returnTo });
  });

  test('are not offered by a server that sends no mail', async () => {
    await provider.stop();
    const silent = await app.beside({ sso });
    try {
      const refused = await new Visitor(silent.url).get(new URL(startUrl()).pathname);
      expect(refused.text).not.toContain('by mail');
      const { text } = await new Visitor(silent.url).get('/sign-in?way=mail');
      expect(text).not.toContain('Mail me a link');
    } finally {
      await silent.stop();
    }
  });

  /** Signs in with the link in a mail. @returns the page after that, and the workspace as the session sees it */
  async function mailLinkSession(email: string) {
    const visitor = new Visitor(app.url);
    await visitor.post('/sign-in', { email, returnTo: '/', way: 'mail' });
    await expect.poll(() => mails.at(-1)).toMatchObject({ to: email });
    const [, path = ''] = /(\/sign-in\/link\/\S+)/.exec(mails.at(-1)?.text ?? '') ?? [];
    const { location } = await visitor.post(path);
    const { text } = await visitor.get(location ?? '');
    return { text, opened: await seen(app, visitor.session ?? '', workspace.workspaceId) };
  }
});

describe('rules 16 and 34: a removed person with an open tab', () => {
  test('has no access at once, in every process', async () => {
    const { workspaceId } = workspace;
    const browser = await signIn('ann');
    const token = sessionOf(browser, app) ?? '';
    const other = await app.beside({ sso });
    try {
      const asked = async (url: string) => {
        const { data, errors } = await graphqlClient(url)(
          token,
          `{ workspace(id: "${workspaceId}") { id } }`,
        );
        return errors?.[0].extensions.code ?? data.workspace?.id ?? null;
      };
      expect(await asked(other.url)).toBe(workspaceId);
      await app.scim(workspaceId, workspace.apiKey).patch(`/Users/${ann.memberId}`, {
        schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
        Operations: [{ op: 'replace', value: { active: false } }],
      });
      expect([await asked(app.url), await asked(other.url)]).toEqual([null, null]);
      const shown = async (visitor: Browser) =>
        (await visitor.open(`${app.url}/workspace/${workspaceId}`)).text;
      // The dashboard's page holds nothing of the workspace, and its data comes from GraphQL, which has refused.
      expect(await shown(browser)).toBe(await shown(new Browser()));
    } finally {
      await other.stop();
    }
  });
});

describe('rule 44: signing out', () => {
  test('also signs out at the provider, and returns', async () => {
    const browser = await signIn('ann');
    const token = sessionOf(browser, app) ?? '';
    const [stored] = await app.sql<{ sealed: string }>(
      'select sealed_id_token as sealed from session where workspace_id = $1',
      [workspace.workspaceId],
    );
    expect(stored?.sealed).toMatch(/^v1\./);
    const home = await browser.open(`${app.url}/`);
    const out = await browser.submit({ ...home, text: '<form action="/sign-out">' }, 'x', '');
    expect(await seen(app, token, workspace.workspaceId)).toBe('UNAUTHENTICATED');
    expect(sessionOf(browser, app)).toBe(undefined);
    const [, encoded = ''] = /http-equiv="refresh" content="0; url=([^"]+)"/.exec(out.text) ?? [];
    const url = new URL(encoded.replaceAll('&amp;', '&'));
    expect(`${url.origin}${url.pathname}`).toBe(`${provider.issuer}/session/end`);
    expect(url.searchParams.get('id_token_hint')).toMatch(/^eyJ/);
    const asked = await browser.open(url);
    const back = await browser.submit(asked, 'logout', 'yes');
    expect(back).toMatchObject({ status: 200, url: new URL(`${app.url}/signed-out`) });
    expect((await browser.open(startUrl())).text).toContain('Who are you?');
  });

  test('works while the provider is unreachable', async () => {
    const browser = await signIn('ann');
    await done(app, app.operatorToken, 'ssoConnectionDelete', { workspaceId: workspace.workspaceId });
    const home = await browser.open(`${app.url}/`);
    const out = await browser.submit({ ...home, text: '<form action="/sign-out">' }, 'x', '');
    expect(out.url.pathname).toBe('/signed-out');
  });

  test('by back-channel logout at one process ends the session in another', async () => {
    const browser = await signIn('ann');
    const token = sessionOf(browser, app) ?? '';
    const other = await app.beside({ sso });
    try {
      const asked = async () => {
        const { errors } = await graphqlClient(other.url)(token, '{ viewer { label } }');
        return errors?.[0].extensions.code ?? 'OPEN';
      };
      expect(await asked()).toBe('OPEN');
      const asking = await browser.open(`${provider.issuer}/session/end?client_id=rollcall`);
      await browser.submit(asking, 'logout', 'yes');
      await expect.poll(asked).toBe('UNAUTHENTICATED');
    } finally {
      await other.stop();
    }
  });
});

describe('rule 32: what a session from a provider shows of the person’s other workspaces', () => {
  const listed = async (token: string) => {
    const { data } = await app.graphql(token, '{ viewer { workspaces { workspaceId opened signInUrl } } }');
    return data.viewer.workspaces;
  };

  test('is nothing, when the customer does not control the mailbox', async () => {
    const other = await app.workspace({ version: 'V2' });
    await done(app, app.operatorToken, 'memberAdd', { workspaceId: other.workspaceId, userName: ann.email });
    const browser = await signIn('ann');
    expect(await listed(sessionOf(browser, app) ?? '')).toEqual([
      { workspaceId: workspace.workspaceId, opened: true, signInUrl: null },
    ]);
  });

  test('is how to open them, when the domain is verified', async () => {
    const domain = `${workspace.workspaceId}.test`;
    const email = `in@${domain}`;
    const other = await app.workspace({ version: 'V2' });
    for (const { workspaceId } of [workspace, other])
      await done(app, app.operatorToken, 'memberAdd', { workspaceId, userName: email });
    await verifyDomain(app, workspace.workspaceId, domain);
    people.push({ subject: 'in', email, name: 'In' });
    const browser = await signIn('in');
    const token = sessionOf(browser, app) ?? '';
    expect(await listed(token)).toEqual(
      expect.arrayContaining([
        { workspaceId: workspace.workspaceId, opened: true, signInUrl: null },
        { workspaceId: other.workspaceId, opened: false, signInUrl: '/sign-in?returnTo=/' },
      ]),
    );
    expect(await seen(app, token, other.workspaceId)).toBe('FORBIDDEN');
  });
});

test('a browser keeps at most five sign-in attempts', async () => {
  const browser = new Browser();
  for (let tab = 0; tab < 7; tab += 1) await browser.openOnce(startUrl());
  const names = [...browser.cookies(new URL(app.url).hostname).keys()];
  expect(names.filter((name) => name.startsWith('rollcall-sso-'))).toHaveLength(5);
});

test('over HTTPS the cookies are __Host- and Secure, and Strict-Transport-Security is sent', async () => {
  const secure = await app.beside({ sso, publicUrl: 'https://rollcall.test' });
  try {
    const start = `${secure.url}/api/workspaces/${workspace.workspaceId}/auth/sso/start`;
    // After a sign-in the connection is proven, so that the provider is not probed with an unknown redirect URI.
    await signIn('ann');
    const { headers } = await new Browser().openOnce(start);
    expect(headers.get('strict-transport-security')).toBe('max-age=31536000');
    const [cookie] = headers.getSetCookie();
    expect(cookie).toMatch(
      /^__Host-rollcall-sso-[0-9a-f]{12}=[^;]+; Path=\/; Expires=[^;]+; HttpOnly; Secure; SameSite=Lax$/,
    );
  } finally {
    await secure.stop();
  }
});
