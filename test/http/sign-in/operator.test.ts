import { pino } from 'pino';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp } from '../../app.js';
import { textOf, Visitor } from './visitor.js';

/** Rule 47: operators in the browser. */
let app: TestApp;
let now: Date;
const logged: string[] = [];
let network = 0;

beforeAll(async () => {
  now = new Date();
  app = await startTestApp({
    clock: () => now,
    logger: pino({ level: 'trace' }, { write: (line: string) => logged.push(line) }),
  });
});

afterAll(async () => {
  await app.stop();
});

function visitor(): Visitor {
  network += 1;
  return new Visitor(app.url, { 'X-Forwarded-For': `10.2.0.${network}` });
}

async function signedIn(): Promise<Visitor> {
  const browser = visitor();
  expect(await browser.post('/sign-in/operator', { token: app.operatorToken })).toMatchObject({
    status: 303,
    location: '/',
  });
  return browser;
}

const WHO = '{ viewer { type label expiresAt } }';

test('the operator token opens a session of 8 hours', async () => {
  const browser = await signedIn();
  const expiresAt = new Date(now.getTime() + 8 * 3_600_000);
  expect(browser.session).toMatch(/^rollcall_operator_session_/);
  expect(await browser.graphql(WHO)).toEqual({
    data: { viewer: { type: 'OPERATOR', label: 'operator', expiresAt: expiresAt.toISOString() } },
  });
  const start = now;
  now = new Date(expiresAt.getTime() + 1000);
  await expect
    .poll(() => browser.graphql(WHO))
    .toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  now = start;
});

test('opening and ending the session are audited, with the network address', async () => {
  const browser = await signedIn();
  expect(await browser.post('/sign-out')).toMatchObject({ status: 303, location: '/signed-out' });
  expect(browser.session).toBeUndefined();
  const entries = await app.sql(
    `select actor_type, channel, action, changes->'openedFrom'->>'after' as "from" from audit_entry
     where target_type = 'operatorSession' order by id desc limit 2`,
  );
  expect(entries).toEqual([
    { actor_type: 'OPERATOR', channel: 'SIGN_IN', action: 'session.end', from: null },
    { actor_type: 'OPERATOR', channel: 'SIGN_IN', action: 'session.create', from: `10.2.0.${network}` },
  ]);
});

test('signing out ends the session in every process within a second', async () => {
  const other = await app.beside();
  try {
    const browser = await signedIn();
    const elsewhere = browser.at(other.url);
    expect(await elsewhere.graphql(WHO)).toMatchObject({ data: { viewer: { type: 'OPERATOR' } } });
    await browser.post('/sign-out');
    await expect
      .poll(() => elsewhere.graphql(WHO), { timeout: 1000, interval: 20 })
      .toMatchObject({ errors: [{ extensions: { code: 'UNAUTHENTICATED' } }] });
  } finally {
    await other.stop();
  }
});

test('a wrong token is refused; after ten, the network address is blocked for an hour', async () => {
  const browser = visitor();
  for (let times = 0; times < 10; times += 1) {
    const answer = await browser.post('/sign-in/operator', { token: 'operator-token-of-the-test' });
    expect(answer.status).toBe(401);
    expect(textOf(answer)).toContain('This is not the operator token.');
  }
  const refused = await browser.post('/sign-in/operator', { token: app.operatorToken });
  expect(refused.status).toBe(429);
  expect(refused.headers.get('Retry-After')).toMatch(/^\d+$/);
  expect(browser.session).toBeUndefined();
});

test('changing the operator token ends the sessions that the former one opened', async () => {
  const browser = await signedIn();
  const other = await app.beside({ operatorToken: 'another-operator-token' });
  try {
    expect(await browser.at(other.url).graphql(WHO)).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
  } finally {
    await other.stop();
  }
});

test('neither token is in the log or in the database', async () => {
  const browser = await signedIn();
  await browser.get('/');
  const tables = await app.sql(
    'select o::text as row from operator_session o union all select e::text from audit_entry e',
  );
  const all = `${logged.join('')}${JSON.stringify(tables)}`;
  expect(all).toContain('/sign-in/operator');
  expect(all).not.toContain(app.operatorToken);
  expect(all).not.toContain(browser.session?.split('_').at(-1));
});
