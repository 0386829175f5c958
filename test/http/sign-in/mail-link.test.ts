import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { mintSecret } from '../../../src/auth/secret.js';
import { smtpTransport } from '../../../src/mail/smtp.js';
import { startTestApp, type TestApp } from '../../app.js';
import { parts, startSmtpServer, type TestSmtpServer } from '../../mail/smtp-server.js';
import { nextAddress } from '../graphql/operations.js';
import { textOf, Visitor } from './visitor.js';

/** Rule 46, over HTTP and SMTP. */
let smtp: TestSmtpServer;
let app: TestApp;
let now: Date;
let ann: string;
let network = 0;

beforeAll(async () => {
  smtp = await startSmtpServer();
  app = await startTestApp({
    mailTransport: smtpTransport(smtp.url, 'Rollcall <rollcall@acme.test>'),
    clock: () => now,
  });
});

afterAll(async () => {
  await app.stop();
  await smtp.close();
});

beforeEach(async () => {
  now = new Date();
  ann = nextAddress();
  await app.workspace({ version: 'V2', ownerEmail: ann });
});

afterEach(() => {
  smtp.received.length = 0;
});

/** A browser at an unused network address, so that the limits of one test do not affect another. */
function visitor(): Visitor {
  network += 1;
  return new Visitor(app.url, { 'X-Forwarded-For': `10.1.${network >> 8}.${network & 255}` });
}

/** Asks for a link, and reads its path in the mail. */
async function linkFor(browser: Visitor, email: string, returnTo = '/'): Promise<string> {
  const before = smtp.received.length;
  expect(await browser.post('/sign-in', { email, returnTo })).toMatchObject({
    status: 303,
    location: '/sign-in/link/sent',
  });
  await expect.poll(() => smtp.received.length).toBe(before + 1);
  const mail = smtp.received[before];
  if (mail === undefined) throw new Error('no mail');
  const [, path = ''] = /http:\/\/127\.0\.0\.1:\d+(\/sign-in\/link\/\S+)/.exec(parts(mail).text) ?? [];
  return path;
}

const WHO = '{ viewer { label account { email } } }';

test('the link signs in the browser that requested it', async () => {
  const browser = visitor();
  const path = await linkFor(browser, ann.toUpperCase());
  expect(smtp.received[0]?.to).toEqual([ann]);
  expect(parts(smtp.received[0] ?? never()).text).toContain('Chrome on Linux');
  const opened = await browser.get(path);
  expect(textOf(opened)).toContain(`You are about to sign in as ${ann.toUpperCase()}`);
  expect(browser.session).toBeUndefined();
  expect(await browser.post(path)).toMatchObject({ status: 303, location: '/' });
  expect(await browser.graphql(WHO)).toEqual({ data: { viewer: { label: ann, account: { email: ann } } } });
});

test('links that the browser requested one after the other all work in it', async () => {
  const browser = visitor();
  const first = await linkFor(browser, ann);
  const second = await linkFor(browser, ann);
  for (const path of [first, second]) {
    expect(textOf(await browser.get(path))).toContain(`You are about to sign in as ${ann}`);
    expect(await browser.post(path)).toMatchObject({ status: 303, location: '/' });
  }
});

test('a cookie that requested no link is replaced', async () => {
  const browser = visitor();
  const planted = mintSecret('browser').secret;
  browser.cookies.set('rollcall-link', planted);
  const path = await linkFor(browser, ann);
  expect(browser.cookies.get('rollcall-link')).not.toBe(planted);
  expect((await browser.post(path)).status).toBe(303);
});

test('it works once', async () => {
  const browser = visitor();
  const path = await linkFor(browser, ann);
  const copy = browser.at(app.url);
  await browser.post(path);
  for (const again of [await copy.post(path), await copy.get(path)]) {
    expect(again.status).toBe(401);
    expect(textOf(again)).toContain('This link has been used, or is older than 15 minutes.');
  }
  expect(copy.session).toBeUndefined();
});

test('of two clicks at once, one signs in', async () => {
  const browser = visitor();
  const path = await linkFor(browser, ann);
  const answers = await Promise.all([1, 2, 3, 4].map(() => browser.at(app.url).post(path)));
  expect(answers.map(({ status }) => status).sort()).toEqual([303, 401, 401, 401]);
});

test('it is valid for 15 minutes', async () => {
  const browser = visitor();
  const path = await linkFor(browser, ann);
  const start = now.getTime();
  now = new Date(start + 15 * 60_000 - 1);
  expect((await browser.get(path)).status).toBe(200);
  now = new Date(start + 15 * 60_000);
  expect((await browser.get(path)).status).toBe(401);
  expect((await browser.post(path)).status).toBe(401);
});

test('fetching the link does not use it up, because mail scanners fetch links', async () => {
  const browser = visitor();
  const path = await linkFor(browser, ann);
  for (let times = 0; times < 3; times += 1) await visitor().get(path);
  await browser.get(path);
  expect((await browser.post(path)).status).toBe(303);
});

test('the answer for an address without an account is the same', async () => {
  const answers = await Promise.all(
    [ann, nextAddress()].map(async (email) => {
      const browser = visitor();
      const { status, location, text } = await browser.post('/sign-in', { email, returnTo: '/' });
      const sent = await browser.get('/sign-in/link/sent');
      const code = await browser.post('/sign-in/link/code', { code: 'BCDFGHJK' });
      return {
        status,
        location,
        text,
        cookies: [...browser.cookies.keys()],
        sent: textOf(sent),
        code: [code.status, textOf(code)],
      };
    }),
  );
  expect(answers[0]).toEqual(answers[1]);
  await expect.poll(() => smtp.received.length).toBe(1);
  expect(smtp.received[0]?.to).toEqual([ann]);
});

describe('in another browser', () => {
  async function codeIn(other: Visitor, path: string): Promise<string> {
    const elsewhere = await other.get(path);
    expect(elsewhere.status).toBe(200);
    const [, code = ''] = /([B-Z2-9]{4}-[B-Z2-9]{4})/.exec(textOf(elsewhere)) ?? [];
    return code;
  }

  test('the link shows a code and the browser that requested it, and signs in nobody', async () => {
    const browser = visitor();
    const other = visitor();
    const path = await linkFor(browser, ann);
    expect(textOf(await other.get(path))).toMatch(/Chrome on Linux, from 10\.1\.\d+\.\d+\. To sign in there/);
    expect((await other.post(path)).status).toBe(401);
    expect([...other.cookies.keys()]).toEqual([]);
  });

  test('the code signs in the browser that requested it, in any common spelling', async () => {
    const browser = visitor();
    const path = await linkFor(browser, ann);
    const code = await codeIn(visitor(), path);
    const typed = code.toLowerCase().replace('-', ' ');
    expect(await browser.post('/sign-in/link/code', { code: typed })).toMatchObject({
      status: 303,
      location: '/',
    });
    expect(await browser.graphql(WHO)).toMatchObject({ data: { viewer: { label: ann } } });
    expect((await browser.post('/sign-in/link/code', { code })).status).toBe(401);
  });

  test('the page of a wrong code can be opened again', async () => {
    const browser = visitor();
    const path = await linkFor(browser, ann);
    const refused = await browser.post('/sign-in/link/code', { code: 'BCDFGHJK' });
    expect(textOf(refused)).toContain('This is not the code.');
    expect(await browser.get('/sign-in/link/code')).toMatchObject({
      status: 303,
      location: '/sign-in/link/sent',
    });
    const code = await codeIn(visitor(), path);
    expect((await browser.post('/sign-in/link/code', { code })).status).toBe(303);
  });

  test('the code of an earlier link works after the browser requested another', async () => {
    const browser = visitor();
    const path = await linkFor(browser, ann);
    await linkFor(browser, ann);
    const code = await codeIn(visitor(), path);
    expect((await browser.post('/sign-in/link/code', { code })).status).toBe(303);
  });

  test('the code is refused in another browser', async () => {
    const browser = visitor();
    const path = await linkFor(browser, ann);
    const code = await codeIn(visitor(), path);
    const thief = visitor();
    await linkFor(thief, ann);
    const answer = await thief.post('/sign-in/link/code', { code });
    expect(answer.status).toBe(401);
    expect(textOf(answer)).toContain('This is not the code.');
    expect(thief.session).toBeUndefined();
  });

  test('five wrong codes invalidate the link', async () => {
    const browser = visitor();
    const path = await linkFor(browser, ann);
    const code = await codeIn(visitor(), path);
    const wrong = await Promise.all(
      Array.from({ length: 5 }, () => browser.post('/sign-in/link/code', { code: 'BBBBBBBB' })),
    );
    expect(wrong.map((answer) => textOf(answer).includes('This is not the code.'))).toEqual(
      Array(5).fill(true),
    );
    const late = await browser.post('/sign-in/link/code', { code });
    expect(textOf(late)).toContain('This link has been used, or is older than 15 minutes.');
    expect(browser.session).toBeUndefined();
  });
});

describe('limits', () => {
  test('5 links an hour to one address in any case, across all processes', async () => {
    const other = await app.beside({
      mailTransport: smtpTransport(smtp.url, 'Rollcall <rollcall@acme.test>'),
    });
    try {
      const statuses: number[] = [];
      for (let times = 0; times < 6; times += 1) {
        const email = times % 2 === 0 ? ann : ann.toUpperCase();
        const { status } = await visitor()
          .at(times % 2 === 0 ? app.url : other.url)
          .post('/sign-in', { email });
        statuses.push(status);
      }
      expect(statuses).toEqual([303, 303, 303, 303, 303, 429]);
    } finally {
      await other.stop();
    }
  });

  test('5 links an hour also to an address without an account', async () => {
    const email = nextAddress();
    const statuses: number[] = [];
    for (let times = 0; times < 6; times += 1)
      statuses.push((await visitor().post('/sign-in', { email })).status);
    expect(statuses).toEqual([303, 303, 303, 303, 303, 429]);
  });

  test('20 links an hour from one network address, which for IPv6 is the /64', async () => {
    const from = (address: string) => new Visitor(app.url, { 'X-Forwarded-For': address });
    const statuses: number[] = [];
    for (let times = 0; times < 21; times += 1) {
      const { status } = await from(`2001:db8::${times + 1}`).post('/sign-in', { email: nextAddress() });
      statuses.push(status);
    }
    expect(statuses).toEqual([...Array(20).fill(303), 429]);
    expect((await from('2001:db8:0:1::1').post('/sign-in', { email: nextAddress() })).status).toBe(303);
  });

  test('the refusal says when to try again, beside the field', async () => {
    const browser = visitor();
    // Nobody's address: a mail that is still under way would be read by the next test.
    const email = nextAddress();
    for (let times = 0; times < 5; times += 1) await browser.post('/sign-in', { email });
    const answer = await browser.post('/sign-in', { email });
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(3000);
    expect(textOf(answer)).toMatch(/This has been tried too often\. Try again in \d+ minutes\./);
    expect(answer.text).toContain(`value="${email}"`);
  });
});

test.each(['', 'ann', 'a b@acme.test', '"><script> @x'])('%j is refused as an address', async (email) => {
  const answer = await visitor().post('/sign-in', { email });
  expect(answer.status).toBe(400);
  expect(textOf(answer)).toContain('This is not an e-mail address.');
  expect(answer.text).not.toContain('<script');
});

describe('after signing in', () => {
  test('the browser goes to the page that the person requested', async () => {
    const browser = visitor();
    const path = await linkFor(browser, ann, '/workspace/1?tab=2#here');
    expect(await browser.post(path)).toMatchObject({ location: '/workspace/1?tab=2#here' });
  });

  test.each([
    'https://evil.test/',
    '//evil.test',
    '/\\evil.test',
    '/\t/evil.test',
    'javascript:alert(1)',
    '/sign-in',
    '/sign-out',
    '/..//evil.test',
  ])('the browser goes to no other origin: %j', async (returnTo) => {
    const browser = visitor();
    const path = await linkFor(browser, ann, returnTo);
    expect(await browser.post(path)).toMatchObject({ status: 303, location: '/' });
  });

  test('without a requested page, the browser goes to the start page of the dashboard (rule 48)', async () => {
    const browser = visitor();
    const path = await linkFor(browser, ann);
    expect(await browser.post(path)).toMatchObject({ status: 303, location: '/' });
  });
});

describe('rule 33: a sign-in always makes a new session', () => {
  test('a cookie that an attacker has set is not used', async () => {
    const planted = await app.session(ann);
    const browser = visitor();
    browser.cookies.set('rollcall', planted);
    const path = await linkFor(browser, ann);
    await browser.post(path);
    expect(browser.session).not.toBe(planted);
    // The session that the browser had before has ended.
    expect(await app.graphql(planted, WHO)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });

  test('the cookie of the link is not a session', async () => {
    const browser = visitor();
    await linkFor(browser, ann);
    const cookie = browser.cookies.get('rollcall-link') ?? '';
    expect(await app.graphql(cookie, WHO)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  });
});

function never(): never {
  throw new Error('not there');
}
