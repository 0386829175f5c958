import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ConfigError, readConfig } from '../../../src/server/config.js';
import { type RunningServer, serve } from '../../../src/server/serve.js';
import { runInProcess } from '../../cli/terminal.js';
import { emptyDirectory } from '../../data-directory.js';
import { createTestDatabase, databaseUrl, type TestDatabase } from '../../database.js';
import { takePort } from '../../ports.js';
import { Browser } from './browser.js';

/** Single sign-on works after the first start. */
let database: TestDatabase;
let dataDir: string;
let environment: Readonly<Record<string, string>>;

beforeEach(async () => {
  database = await createTestDatabase();
  dataDir = await emptyDirectory();
  environment = {
    ROLLCALL_DATA_DIR: dataDir,
    DATABASE_URL: databaseUrl(database),
    LOG_LEVEL: 'silent',
    PORT: '0',
  };
  return async () => {
    await database.drop();
    await rm(dataDir, { recursive: true, force: true });
  };
});

const running: RunningServer[] = [];

afterEach(async () => {
  for (const server of running.splice(0)) await server.stop();
});

/** Starts a server. @returns its URL, and where people sign in to the V2 workspace by SSO, if the banner says so */
async function start(settings: Readonly<Record<string, string>> = {}) {
  let url = '';
  let banner = '';
  const server = await serve(readConfig({}, { ...environment, ...settings }), (address, text) => {
    url = address;
    banner = text;
  });
  running.push(server);
  return { url, server, startUrl: /Sign in \(SSO\) (\S+)/.exec(banner)?.[1] };
}

async function signIn(startUrl: string, subject: string) {
  const browser = new Browser();
  const chooser = await browser.open(startUrl);
  const page = await browser.submit(chooser, 'subject', subject);
  const response = await fetch(new URL('/graphql', page.url), {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      authorization: `Bearer ${browser.cookies(page.url.hostname).get('rollcall')}`,
    },
    body: JSON.stringify({ query: '{ viewer { label } }' }),
  });
  return { chooser, page, answer: await response.json() };
}

describe('the development identity provider', () => {
  test('signs in the seeded people, and refuses others; also after a restart', async () => {
    const first = await start();
    const { chooser, page, answer } = await signIn(first.startUrl ?? '', 'ada@acme.test');
    expect(chooser.text).toContain('olivia@acme.test');
    expect(page).toMatchObject({ status: 200, url: new URL(`${first.url}/`) });
    expect(answer).toEqual({ data: { viewer: { label: 'ada@acme.test' } } });
    const stranger = await signIn(first.startUrl ?? '', 'stranger');
    expect(stranger.page.text).toContain('zoe@elsewhere.test');
    await first.server.stop();
    const second = await start();
    const again = await signIn(second.startUrl ?? '', 'ada@acme.test');
    expect(again.answer).toEqual({ data: { viewer: { label: 'ada@acme.test' } } });
  });

  test('goes on when a second server starts on the same database', async () => {
    const first = await start();
    const second = await start();
    expect(second.startUrl).toBeUndefined();
    await second.server.stop();
    const { answer } = await signIn(first.startUrl ?? '', 'ada@acme.test');
    expect(answer).toEqual({ data: { viewer: { label: 'ada@acme.test' } } });
  });

  test('creates the encryption key once, which the command line uses too', async () => {
    await start();
    const remembered = async () =>
      JSON.parse(await readFile(join(dataDir, 'development.json'), 'utf8')).secretsKey;
    const key = await remembered();
    expect(Buffer.from(key, 'base64')).toHaveLength(32);
    const { code, stdout } = await runInProcess(['secrets', 'rotate', '--json'], environment);
    expect({ code, stdout: JSON.parse(stdout) }).toEqual({
      code: 0,
      stdout: { rotated: '0', current: '1', unreadable: [] },
    });
    expect((await runInProcess(['secrets', 'rotate'], environment)).stdout).toBe('rotated: 0\ncurrent: 1\n');
    const anew = Buffer.alloc(32, 1).toString('base64');
    const both = { ...environment, SECRETS_KEY: `${anew},${key}` };
    expect(JSON.parse((await runInProcess(['secrets', 'rotate', '--json'], both)).stdout)).toMatchObject({
      rotated: '1',
    });
    const lost = { ...environment, SECRETS_KEY: Buffer.alloc(32, 2).toString('base64') };
    const failed = await runInProcess(['secrets', 'rotate'], lost);
    expect(failed).toMatchObject({
      code: 1,
      stdout: expect.stringMatching(/^rotated: 0\ncurrent: 0\nunreadable: [\w-]{36}\n$/),
      stderr: expect.stringContaining('Enter client secrets again'),
    });
    expect(await remembered()).toBe(key);
  });

  test('DEV_IDENTITY_PROVIDER=off: no provider and no connection', async () => {
    expect((await start({ DEV_IDENTITY_PROVIDER: 'off' })).startUrl).toBe(undefined);
  });

  test('is not started in production', async () => {
    await start();
    await running.pop()?.stop();
    const production = { NODE_ENV: 'production' };
    expect((await start(production)).startUrl).toBe(undefined);
    expect(() => readConfig({}, { ...environment, ...production, DEV_IDENTITY_PROVIDER: 'on' })).toThrow(
      new ConfigError(['DEV_IDENTITY_PROVIDER must be on or off, and off in production.']),
    );
  });

  test('a taken port: the server starts without it', async () => {
    const { port, taken } = await freePortBeforeTakenOne();
    try {
      expect((await start({ PORT: String(port) })).startUrl).toBe(undefined);
    } finally {
      await taken.release();
    }
  });
});

/** The development provider listens on the port after the server's. */
async function freePortBeforeTakenOne() {
  for (;;) {
    const taken = await takePort();
    const free = await takePort(taken.port - 1).catch(() => undefined);
    if (free !== undefined) {
      await free.release();
      return { port: free.port, taken };
    }
    await taken.release();
  }
}
