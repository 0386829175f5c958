import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { DEFAULT_LIFETIMES } from '../../../src/domain/session.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../../app.js';
import { Visitor } from './visitor.js';

/** Rule 33, with a clock that the test sets. */
let app: TestApp;
let workspace: TestWorkspace;
let now: Date;

const HOUR_MS = 3_600_000;

beforeAll(async () => {
  now = new Date();
  app = await startTestApp({ clock: () => now });
});

afterAll(async () => {
  await app.stop();
});

beforeEach(async () => {
  now = new Date();
  workspace = await app.workspace({ version: 'V2' });
});

/** In a new process, because a process caches a session for a second. */
async function works(token: string, sessionLifetimes = DEFAULT_LIFETIMES): Promise<boolean> {
  const other = await app.beside({ clock: () => now, sessionLifetimes });
  try {
    const browser = new Visitor(other.url);
    browser.cookies.set('rollcall', token);
    return (await browser.graphql('{ viewer { label } }')).errors === undefined;
  } finally {
    await other.stop();
  }
}

function later(ms: number): void {
  now = new Date(now.getTime() + ms);
}

test('12 hours without use end a session', async () => {
  const [used, unused] = [await app.session(workspace.ownerEmail), await app.session(workspace.ownerEmail)];
  later(11 * HOUR_MS);
  expect(await works(used)).toBe(true);
  later(1.5 * HOUR_MS);
  expect(await works(used)).toBe(true);
  expect(await works(unused)).toBe(false);
  later(12 * HOUR_MS + 1000);
  expect(await works(used)).toBe(false);
});

test('7 days end every session, however much it is used', async () => {
  const token = await app.session(workspace.ownerEmail);
  const patient = { ...DEFAULT_LIFETIMES, idleMs: 60 * HOUR_MS };
  for (let times = 0; times < 3; times += 1) {
    later(55 * HOUR_MS);
    expect(await works(token, patient)).toBe(true);
  }
  later(4 * HOUR_MS);
  expect(await works(token, patient)).toBe(false);
});

test('an expired session is neither listed nor ended', async () => {
  await app.session(workspace.ownerEmail);
  later(13 * HOUR_MS);
  const token = await app.session(workspace.ownerEmail);
  const { data } = await app.graphql(token, '{ mySessions { current } }');
  expect(data.mySessions).toEqual([{ current: true }]);
});
