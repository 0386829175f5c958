import pg from 'pg';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { expectInvariants } from '../invariants.js';
import { askEverywhere, expectUnavailable } from './doors.js';
import { type OwnPostgres, ownPostgres, SHORT_LIMITS } from './own-postgres.js';

/** The database restarts, is killed, stands still or takes no more connections, while requests go on. */

let postgres: OwnPostgres;
let app: TestApp;
let workspace: TestWorkspace;
let standstill: ReturnType<typeof standStill>;
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
  standstill = standStill();
  // Its test reports the failure.
  standstill.catch(() => undefined);
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
  await standstill.catch(() => undefined);
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
async function load(until: Promise<unknown>, at = { app, workspace }): Promise<Added[]> {
  const scim = at.app.scim(at.workspace.workspaceId, at.workspace.apiKey);
  const answers: Added[] = [];
  let isOver = false;
  const end = () => {
    isOver = true;
  };
  until.then(end, end);
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
async function expectNothingLost(answers: readonly Added[], at = app): Promise<void> {
  const refused = answers.filter(({ status }) => status !== 200 && status !== 201);
  expect(refused.filter(({ status, retryAfter }) => status !== 503 || retryAfter === null)).toEqual([]);
  await expect.poll(async () => (await fetch(`${at.url}/readyz`)).status).toBe(200);
  const acknowledged = answers.filter(({ status }) => status === 201).map(({ userName }) => userName);
  const [kept] = await at.sql<{ count: number }>(
    'select count(*)::integer as count from member where user_name = any($1::text[])',
    [acknowledged],
  );
  expect(kept?.count).toBe(acknowledged.length);
  await expectInvariants(at);
}

const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

/** Has a database of its own stand still for 20 seconds, while the tests of the other one run. */
async function standStill() {
  const postgres = await ownPostgres();
  const app = await startTestApp({ limits: SHORT_LIMITS }, postgres.database);
  try {
    const workspace = await app.workspace({ version: 'V2', brake: false });
    const stopped = async () => {
      await pause(300);
      await postgres.signalAll('SIGSTOP');
      try {
        await pause(10_000);
        const started = performance.now();
        const { status } = await fetch(`${app.url}/readyz`);
        const health = { status, seconds: (performance.now() - started) / 1000 };
        const asked = await askEverywhere(app.url, workspace);
        await pause(20_000 - (performance.now() - started) - 10_000);
        return { health, asked };
      } finally {
        await postgres.signalAll('SIGCONT');
      }
    };
    const outage = stopped();
    const answers = await load(outage, { app, workspace });
    await expectNothingLost(answers, app);
    return { answers, ...(await outage) };
  } finally {
    await app.stop();
  }
}

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
  // A server whose episodes are not counted here.
  const beside = await app.beside({ limits: SHORT_LIMITS });
  let asked: Awaited<ReturnType<typeof askEverywhere>> = [];
  const outage = async () => {
    await pause(300);
    await postgres.signal('SIGKILL');
    await pause(4000);
    asked = await askEverywhere(beside.url, workspace);
    expect(await health()).toBe(503);
    await postgres.startAgain();
    await expect.poll(health).toBe(200);
    await pause(300);
  };
  const answers = await load(outage());
  expect(answers.some(({ status }) => status === 503)).toBe(true);
  await beside.stop();
  expectUnavailable(asked);
  await expectNothingLost(answers);
  await expect.poll(() => episodes).toEqual(['AWAY begins', 'AWAY ends after some requests']);
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
  const refusal = async () => {
    const { status, headers } = await scim.post('/Users', { userName });
    return [status, headers.get('retry-after')];
  };
  // The first request may still get one of the connections that were ended.
  await expect.poll(refusal).toEqual([503, '10']);
  expect((await scim.get('/Users?count=1')).status).toBe(200);
  await postgres.sql(
    'set transaction_read_only = off; alter database rollcall reset default_transaction_read_only',
  );
  await postgres.sql(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
  );
  await expect.poll(async () => (await scim.post('/Users', { userName })).status).toBe(201);
});

test('a server that stands still for 20 s: requests and health are answered all the same', async () => {
  const { answers, health, asked } = await standstill;
  expect(health.status).toBe(503);
  expect(health.seconds).toBeLessThan(5);
  expectUnavailable(asked);
  expect(answers.some(({ status }) => status === 503)).toBe(true);
  // A request waits for a connection, and then for its statement.
  expect(Math.max(...answers.map(({ seconds }) => seconds))).toBeLessThan(10);
});
