import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { expectInvariants } from '../invariants.js';
import { type OwnPostgres, ownPostgres, SHORT_LIMITS } from './own-postgres.js';

/** The database restarts, is killed, stands still or takes no more connections, while requests go on. */

let postgres: OwnPostgres;
let app: TestApp;
let workspace: TestWorkspace;
const episodes: string[] = [];

beforeAll(async () => {
  postgres = await ownPostgres({ max_connections: '40' });
  app = await startTestApp(
    {
      limits: SHORT_LIMITS,
      events: {
        onBegin: (kind) => episodes.push(`${kind} begins`),
        onEnd: (kind, { requests }) =>
          episodes.push(`${kind} ends after ${requests > 0 ? 'some' : 'no'} requests`),
      },
    },
    postgres.database,
  );
  workspace = await app.workspace({ version: 'V2', brake: false });
});

afterEach(async () => {
  await expect.poll(health).toBe(200);
  // The outage is over: the next test begins with a quiet database.
  await expect
    .poll(() => episodes.filter((line) => / begins$/.test(line)).length * 2 - episodes.length)
    .toBe(0);
  episodes.length = 0;
});

afterAll(async () => {
  await app.stop();
});

async function health(): Promise<number> {
  return (await fetch(`${app.url}/readyz`)).status;
}

let made = 0;

interface Added {
  readonly userName: string;
  readonly status: number;
  readonly retryAfter: string | null;
  readonly seconds: number;
}

/** Adds people and reads lists until `until` is settled, then everybody again who was refused. */
async function load(until: Promise<unknown>): Promise<Added[]> {
  const scim = app.scim(workspace.workspaceId, workspace.apiKey);
  const answers: Added[] = [];
  let isOver = false;
  void until.finally(() => {
    isOver = true;
  });
  const worker = async () => {
    while (!isOver) {
      made += 1;
      const userName = made % 4 === 0 ? undefined : `person-${made}@acme.test`;
      const started = performance.now();
      const answer =
        userName === undefined ? await scim.get('/Users?count=5') : await scim.post('/Users', { userName });
      answers.push({
        userName: userName ?? '',
        status: answer.status,
        retryAfter: answer.headers.get('retry-after'),
        seconds: (performance.now() - started) / 1000,
      });
      if (answer.status === 503) expect(answer.body.schemas).toEqual([expect.stringContaining('Error')]);
    }
  };
  await Promise.all(Array.from({ length: 8 }, worker));
  await until;
  return answers;
}

/** Every answer is a success or a 503 that says when to try again; what was acknowledged is there. */
async function expectNothingLost(answers: readonly Added[]): Promise<void> {
  const refused = answers.filter(({ status }) => status !== 200 && status !== 201);
  expect(refused.filter(({ status, retryAfter }) => status !== 503 || retryAfter === null)).toEqual([]);
  await expect.poll(health).toBe(200);
  const acknowledged = answers.filter(({ status }) => status === 201).map(({ userName }) => userName);
  const [kept] = await app.sql<{ count: number }>(
    'select count(*)::integer as count from member where user_name = any($1::text[])',
    [acknowledged],
  );
  expect(kept?.count).toBe(acknowledged.length);
  await expectInvariants(app);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

test('a fast restart: what was not written is tried again, the rest is 503 with Retry-After', async () => {
  const restart = async () => {
    await pause(300);
    await postgres.signal('SIGINT');
    await postgres.startAgain();
    await pause(300);
  };
  await expectNothingLost(await load(restart()));
});

test('killed, and away for some seconds: 503 within three seconds, one episode, no restart of ours', async () => {
  const outage = async () => {
    await pause(300);
    await postgres.signal('SIGKILL');
    await pause(4000);
    expect(await health()).toBe(503);
    await postgres.startAgain();
    await expect.poll(health).toBe(200);
    await pause(300);
  };
  const answers = await load(outage());
  expect(answers.some(({ status }) => status === 503)).toBe(true);
  await expectNothingLost(answers);
  await expect.poll(() => episodes).toEqual(['AWAY begins', 'AWAY ends after some requests']);
});

test('a server that stands still: requests and health are answered all the same', async () => {
  const standstill = async () => {
    await pause(300);
    await postgres.signalAll('SIGSTOP');
    await pause(8000);
    const started = performance.now();
    expect(await health()).toBe(503);
    expect(performance.now() - started).toBeLessThan(5000);
    await postgres.signalAll('SIGCONT');
  };
  const answers = await load(standstill());
  expect(answers.some(({ status }) => status === 503)).toBe(true);
  await expectNothingLost(answers);
});

test('sessions that are ended between and during statements', async () => {
  const ended = async () => {
    for (let round = 0; round < 5; round += 1) {
      await pause(200);
      await postgres.sql(
        'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
      );
    }
  };
  await expectNothingLost(await load(ended()));
});

test('all connections of the server are taken by others', async () => {
  const taken = async () => {
    const others: pg.Client[] = [];
    for (let index = 0; index < 60; index += 1) {
      const client = new pg.Client(postgres.database.address);
      client.on('error', () => undefined);
      if (
        !(await client.connect().then(
          () => true,
          () => false,
        ))
      )
        break;
      others.push(client);
    }
    // Those that the server had are gone too.
    await others[0]?.query(
      "select pg_terminate_backend(pid) from pg_stat_activity where application_name = '' and pid <> all ($1)",
      [others.map((client) => Reflect.get(client, 'processID'))],
    );
    await pause(3000);
    for (const client of others) await client.end();
  };
  await expectNothingLost(await load(taken()));
});

test('a database that turns read-only: 503, and changes work again afterwards', async () => {
  const scim = app.scim(workspace.workspaceId, workspace.apiKey);
  await postgres.sql('alter database rollcall set default_transaction_read_only = on');
  await postgres.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  made += 1;
  const userName = `person-${made}@acme.test`;
  const refused = await scim.post('/Users', { userName });
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([503, '10']);
  expect((await scim.get('/Users?count=1')).status).toBe(200);
  await postgres.sql(
    'set transaction_read_only = off; alter database rollcall reset default_transaction_read_only',
  );
  await postgres.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await expect.poll(async () => (await scim.post('/Users', { userName })).status).toBe(201);
});
