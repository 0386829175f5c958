import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Mail } from '../../../src/mail/transport.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { done, nextAddress } from '../graphql/operations.js';
import { textOf, Visitor } from './visitor.js';

/** Rule 31: the places of tokens; rule 46: the sign-in methods of development and production. */
let app: TestApp;
let acme: TestWorkspace;
const logged: string[] = [];
const mails: Mail[] = [];
const seeded: string[] = [];

beforeAll(async () => {
  app = await startTestApp({
    logger: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
    mailTransport: {
      send: async (mail) => {
        mails.push(mail);
      },
      close: () => undefined,
    },
    pagesUrl: 'https://rollcall.test',
    seededWorkspaceIds: seeded,
  });
  acme = await app.workspace({ version: 'V2' });
  seeded.push(acme.workspaceId);
});

afterAll(async () => {
  await app.stop();
});

test('no token is in a URL, the server log, the audit log or the database', async () => {
  const email = nextAddress();
  const secrets = new Set<string>();
  const urls: (string | null)[] = [];
  const keep = (browser: Visitor) => {
    for (const value of browser.cookies.values()) secrets.add(value);
  };
  const browser = new Visitor(app.url);
  await done(app, app.operatorToken, 'invitationCreate', { workspaceId: acme.workspaceId, email });
  await expect.poll(() => mails.length).toBe(1);
  const [, mailed = ''] = /(rollcall_mailed_\w+[\w-]+)/.exec(mails[0]?.text ?? '') ?? [];
  secrets.add(mailed);
  await browser.get(`/invitation/${mailed}`);
  urls.push((await browser.post(`/invitation/${mailed}`)).location);
  keep(browser);
  urls.push((await browser.post('/sign-in', { email })).location);
  keep(browser);
  await expect.poll(() => mails.length).toBe(2);
  const [link = ''] = /rollcall_link_\w+[\w-]+/.exec(mails[1]?.text ?? '') ?? [];
  secrets.add(link);
  await browser.get(`/sign-in/link/${link}`);
  await new Visitor(app.url).get(`/sign-in/link/${link}`);
  urls.push((await browser.post(`/sign-in/link/${link}`)).location);
  keep(browser);
  await browser.graphql('{ mySessions { id } }');
  await browser.get(`/sign-in/link/${link}`);
  urls.push((await browser.post('/sign-out')).location);

  const tables = await app.sql<{ name: string }>(
    "select tablename as name from pg_tables where schemaname = 'public'",
  );
  const rows = await Promise.all(tables.map(({ name }) => app.sql(`select t::text as row from "${name}" t`)));
  const everything = `${logged.join('')}${JSON.stringify(rows)}${urls.join(' ')}`;
  expect(secrets.size).toBe(5);
  expect(everything).toContain('/sign-in/link/:token');
  for (const secret of secrets) {
    const random = secret.slice(-43);
    expect(random).toHaveLength(43);
    expect(everything).not.toContain(random);
  }
});

test('development offers exactly the people of the seeded workspaces', async () => {
  const browser = new Visitor(app.url);
  expect(textOf(await browser.get('/sign-in'))).toContain(acme.ownerEmail);
  const other = await app.workspace({ version: 'V2' });
  expect((await browser.post('/sign-in/development', { email: other.ownerEmail })).status).toBe(403);
  expect(browser.session).toBeUndefined();
  expect(await browser.post('/sign-in/development', { email: acme.ownerEmail })).toMatchObject({
    status: 303,
    location: '/',
  });
});

test('production has no buttons, and no sign-in with a click', async () => {
  const production = await app.beside();
  try {
    const browser = new Visitor(production.url);
    expect(textOf(await browser.get('/sign-in'))).not.toContain(acme.ownerEmail);
    expect((await browser.post('/sign-in/development', { email: acme.ownerEmail })).status).toBe(404);
  } finally {
    await production.stop();
  }
});

test('without a mail server the page says that only single sign-on works, for everybody', async () => {
  const silent = await app.beside();
  try {
    const browser = new Visitor(silent.url);
    expect(textOf(await browser.get('/sign-in'))).toContain('only your company’s single sign-on works here');
    const [known, unknown] = await Promise.all(
      [acme.ownerEmail, nextAddress()].map(async (email) => {
        const answer = await browser.post('/sign-in', { email });
        return [answer.status, textOf(answer)];
      }),
    );
    expect(known).toEqual(unknown);
    expect(known).toEqual([403, expect.stringContaining('This server sends no mail')]);
  } finally {
    await silent.stop();
  }
});

test('every page has the Content-Security-Policy, is not stored, and cannot be framed', async () => {
  for (const path of [
    '/sign-in',
    '/sign-in/operator',
    '/sign-in/link/sent',
    '/sign-in/link/x',
    '/signed-out',
    '/invitation/x',
  ]) {
    const { headers } = await new Visitor(app.url).get(path);
    expect(Object.fromEntries(headers)).toMatchObject({
      'content-security-policy':
        "default-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; object-src 'none'",
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'same-origin',
    });
  }
});

test.each(['/sign-in/', '/sign-in/link/', '/sign-in/nothing', '/sign-out', '/signed-out/', '/invitation/'])(
  '%s, as a link that was cut off, shows a page with a way on',
  async (path) => {
    const shown = await new Visitor(app.url).get(path);
    expect(shown.status).toBe(404);
    expect(textOf(shown)).toContain('There is nothing here This address leads to no page.');
    expect(shown.text).toContain('<a class="button" href="/sign-in">Back to sign-in</a>');
  },
);

test('a refusal shows its escaped reference, and nothing else from the request', async () => {
  const shown = await new Visitor(app.url).get('/sign-in/refused?ref=0123-abcd');
  expect(textOf(shown)).toContain('give them this reference: 0123-abcd');
  const planted = await new Visitor(app.url).get(
    `/sign-in/refused?ref=${encodeURIComponent('<b>call 555</b>')}`,
  );
  expect(planted.text).not.toContain('555');
  expect(textOf(planted)).toContain(planted.headers.get('X-Request-Id') ?? 'no id');
});
