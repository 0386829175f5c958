import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded/start.js';
import { type Host, Primary } from '../../src/database/hosts.js';
import { PipelinedReads } from '../../src/database/pipelined.js';
import { PreparingClient } from '../../src/database/preparing-client.js';
import { startTestApp, type TestApp, type TestWorkspace } from '../app.js';
import { emptyDirectory } from '../data-directory.js';
import { migratedDataDirectory } from '../database.js';
import { expectInvariants } from '../invariants.js';
import { SHORT_LIMITS, signalWithChildren } from './own-postgres.js';

/** The primary is killed while clients write, and its streaming replica is promoted. */

let dataDir: string;
let primary: EmbeddedPostgres;
let replica: EmbeddedPostgres;
let onReplica: pg.Client;
let app: TestApp;
let workspace: TestWorkspace;
const episodes: string[] = [];

const SETTINGS = { shared_buffers: '16MB', max_connections: '60' };

beforeAll(async () => {
  dataDir = await emptyDirectory();
  for (const name of ['first', 'second']) await migratedDataDirectory(join(dataDir, name));
  await writeFile(join(dataDir, 'second', 'postgres', 'standby.signal'), '');
  // A commit is acknowledged when the replica has it.
  const synchronous = { synchronous_commit: 'on', synchronous_standby_names: '*' };
  primary = await startEmbeddedPostgres({ ...place('first'), settings: { ...SETTINGS, ...synchronous } });
  const { host, port, user } = primary.address;
  const following = { primary_conninfo: `host=${host} port=${port} user=${user}` };
  replica = await startEmbeddedPostgres({ ...place('second'), settings: { ...SETTINGS, ...following } });
  onReplica = new pg.Client(replica.address);
  await onReplica.connect();
  // The replica comes first: its turn is over when it says that it takes no changes.
  const hosts = [replica.address, primary.address];
  const url =
    `postgresql://${user}@localhost/rollcall?host=${hosts.map((each) => encodeURIComponent(each.host)).join(',')}` +
    `&port=${hosts.map((each) => each.port).join(',')}&target_session_attrs=read-write`;
  const events = {
    onBegin: (kind: string) => episodes.push(`${kind} begins`),
    onEnd: (kind: string) => episodes.push(`${kind} ends`),
  };
  app = await startTestApp(
    { limits: SHORT_LIMITS, events },
    { address: { url }, url, drop: async () => undefined },
  );
  workspace = await app.workspace({ version: 'V2', brake: false });
});

afterAll(async () => {
  await app.stop();
  await onReplica.end();
  await replica.stop();
  await primary.stop();
  await rm(dataDir, { recursive: true, force: true });
});

function place(name: string): { dataDir: string; database: string } {
  return { dataDir: join(dataDir, name), database: 'rollcall' };
}

async function killPrimary(): Promise<void> {
  const main = Number.parseInt(
    await readFile(join(dataDir, 'first', 'postgres', 'postmaster.pid'), 'utf8'),
    10,
  );
  await signalWithChildren(main, 'SIGKILL');
}

/** Believes that the replica is the primary, as a process does that has not noticed a change. */
class Mistaken extends Primary {
  override async find(): Promise<Host> {
    return standby();
  }
}

function standby(): Host {
  return { name: replica.address.host, port: replica.address.port };
}

test('a connection to a server that has become a replica fails before it runs a statement', async () => {
  const config = {
    user: replica.address.user,
    database: 'rollcall',
    primary: () => new Mistaken([standby()]),
  };
  const refusal = { code: '57P03', message: 'none of the servers in DATABASE_URL takes changes' };
  await expect(new PreparingClient(config).connect()).rejects.toMatchObject(refusal);
  const pool = new pg.Pool({ ...config, Client: PreparingClient });
  await expect(pool.query('select 1')).rejects.toMatchObject(refusal);
  await pool.end();
  const pipelined = new PipelinedReads(config);
  await expect(pipelined.rows('select 1', [])).rejects.toThrow(/terminated|takes changes/);
});

test('a statement that waits for a connection fails when no server takes changes', async () => {
  const nowhere = { name: join(dataDir, 'nowhere'), port: 5432 };
  for (const hosts of [
    [nowhere, standby()],
    [standby(), nowhere],
  ] as const) {
    const primary = new Primary(hosts);
    const config = { user: replica.address.user, database: 'rollcall', primary: () => primary };
    await expect(new PipelinedReads(config).rows('select 1', [])).rejects.toThrow(
      /ENOENT|terminated|takes changes/,
    );
    await expect(new PreparingClient(config).connect()).rejects.toThrow(/ENOENT|takes changes/);
  }
});

test('no acknowledged change is lost, and requests succeed again within 10 seconds, without a restart', async () => {
  const scim = app.scim(workspace.workspaceId, workspace.apiKey);
  const added: { readonly userName: string; readonly at: number }[] = [];
  const refused: unknown[] = [];
  let isOver = false;
  const client = async (_: unknown, number: number) => {
    for (let made = 0; !isOver; ) {
      const userName = `person-${number}-${made}@acme.test`;
      const { status, headers } = await scim.post('/Users', { userName });
      if (status === 201) added.push({ userName, at: performance.now() });
      else if (status === 503 && headers.has('retry-after')) continue;
      // What was not acknowledged may have been written all the same: then the second attempt finds it.
      else if (status !== 409) refused.push({ userName, status });
      made += 1;
    }
  };
  const clients = Promise.all(Array.from({ length: 8 }, client));
  try {
    await expect.poll(() => added.length, { timeout: 20_000 }).toBeGreaterThan(100);
    await killPrimary();
    await expect.poll(async () => (await fetch(`${app.url}/readyz`)).status).toBe(503);
    await expect.poll(() => episodes).toEqual(['AWAY begins']);
    await onReplica.query('select pg_promote()');
    const promoted = performance.now();
    const since = () => added.filter(({ at }) => at > promoted);
    await expect.poll(() => since().length, { timeout: 10_000 }).toBeGreaterThan(50);
  } finally {
    isOver = true;
    await clients;
  }
  expect(refused).toEqual([]);
  const { rows } = await onReplica.query('select user_name from member');
  const kept = new Set(rows.map(({ user_name: userName }) => userName));
  expect(added.filter(({ userName }) => !kept.has(userName))).toEqual([]);
  await expectInvariants(app);
});

test('every kind of connection is at the new primary: the check, and notifications too', async () => {
  expect((await fetch(`${app.url}/readyz`)).status).toBe(200);
  await expect.poll(() => episodes, { timeout: 10_000 }).toEqual(['AWAY begins', 'AWAY ends']);
  await expect
    .poll(async () => {
      const { rows } = await onReplica.query("select 1 from pg_stat_activity where query like 'listen %'");
      return rows.length;
    })
    .toBeGreaterThan(0);
});

test('the former primary, which comes back as a replica, is not used', async () => {
  await writeFile(join(dataDir, 'first', 'postgres', 'standby.signal'), '');
  const former = await startEmbeddedPostgres({ ...place('first'), settings: SETTINGS });
  try {
    const beside = await app.beside();
    try {
      const graphql = await fetch(`${beside.url}/readyz`);
      expect(graphql.status).toBe(200);
      const scim = app.scim(workspace.workspaceId, workspace.apiKey);
      expect((await scim.post('/Users', { userName: 'later@acme.test' })).status).toBe(201);
    } finally {
      await beside.stop();
    }
  } finally {
    await former.stop();
  }
});
