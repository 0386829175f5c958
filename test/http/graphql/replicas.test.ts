import { readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import type { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { pino } from 'pino';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import type { DatabaseAddress } from '../../../src/database/address.js';
import { Database } from '../../../src/database/database.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../../src/database/embedded/start.js';
import { UNLIMITED } from '../../../src/database/limits.js';
import { connect } from '../../../src/database/orm.js';
import { Replicas } from '../../../src/database/replicas.js';
import { type App, createApp } from '../../../src/server/app.js';
import { graphqlClient, type TestGraphql } from '../../app.js';
import { emptyDirectory } from '../../data-directory.js';
import { migratedDataDirectory } from '../../database.js';

/** A real replica, which follows the database by streaming replication, and can be told to pause. */

const OPERATOR_TOKEN = 'operator-token-of-the-tests';
const SETTINGS = { fsync: 'off', full_page_writes: 'off' };

let dataDir: string;
let primary: EmbeddedPostgres;
let replica: EmbeddedPostgres;
let orm: MikroORM;
let database: Database;
let replicas: Replicas;
let onReplica: pg.Client;
let app: App;
let server: Server;
let graphql: TestGraphql;
let workspaceId: string;
/** Why the replica was left alone. */
const reasons: string[] = [];

beforeAll(async () => {
  dataDir = await emptyDirectory();
  for (const name of ['primary', 'replica']) await migratedDataDirectory(join(dataDir, name));
  await writeFile(join(dataDir, 'replica', 'postgres', 'standby.signal'), '');
  primary = await startEmbeddedPostgres({ ...place('primary'), settings: SETTINGS });
  const { host, port, user } = primary.address;
  replica = await startEmbeddedPostgres({
    ...place('replica'),
    settings: {
      ...SETTINGS,
      primary_conninfo: `host=${host} port=${port} user=${user}`,
      log_statement: 'all',
    },
  });
  onReplica = new pg.Client(replica.address);
  await onReplica.connect();
  orm = await connect(primary.address, 5);
  database = await Database.over(orm);
  replicas = replicasAt(replica.address);
  app = await createApp({
    database,
    replicas,
    logger: pino({ level: 'silent' }),
    operatorToken: OPERATOR_TOKEN,
    publicUrl: undefined,
    playground: false,
  });
  server = createServer(app.handler);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (typeof address !== 'object' || address === null) throw new Error('the server has no address');
  graphql = graphqlClient(`http://127.0.0.1:${address.port}`);
  const created = await graphql(
    OPERATOR_TOKEN,
    'mutation ($input: WorkspaceCreateInput!) { workspaceCreate(input: $input) { workspace { id } } }',
    { input: { name: 'Acme', accessModel: 'V2', plan: 'ENTERPRISE', ownerEmail: 'olivia@acme.test' } },
  );
  workspaceId = created.data.workspaceCreate.workspace.id;
});

afterAll(async () => {
  server.closeAllConnections();
  await new Promise((resolve) => server.close(resolve));
  await app.stop();
  await replicas.close();
  await onReplica.end();
  await orm.close();
  await replica.stop();
  await primary.stop();
  await rm(dataDir, { recursive: true, force: true });
});

/** It follows as fast as the machine lets it. */
beforeEach(async () => {
  await expect.poll(() => isReadFromReplica(replicas)).toBe(true);
  reasons.length = 0;
});

afterEach(async () => {
  await onReplica.query('select pg_wal_replay_resume()');
});

function place(name: string): { dataDir: string; database: string } {
  return { dataDir: join(dataDir, name), database: 'rollcall' };
}

function replicasAt({ host, port, user, database: name }: DatabaseAddress): Replicas {
  const url = `postgresql://${user}@localhost/${name}?host=${encodeURIComponent(host)}&port=${port}`;
  return new Replicas(database, [url], 5, UNLIMITED, (reason) => reasons.push(reason));
}

async function isReadFromReplica(of: Replicas): Promise<boolean> {
  const sql = await of.caughtUp();
  const [row] = await sql.rows<{ isReplica: boolean }>('select pg_is_in_recovery() as "isReplica"', []);
  return row?.isReplica === true;
}

const RENAME = `mutation ($input: WorkspaceUpdateInput!) {
  workspaceUpdate(input: $input) { workspace { name } } }`;

async function rename(name: string): Promise<string> {
  const { data } = await graphql(OPERATOR_TOKEN, RENAME, { input: { workspaceId, name } });
  return data.workspaceUpdate.workspace.name;
}

async function nameNow(): Promise<string> {
  const query = 'query ($id: ID!) { workspace(id: $id) { name members { nodes { userName } } } }';
  const { data } = await graphql(OPERATOR_TOKEN, query, { id: workspaceId });
  expect(data.workspace.members.nodes).toEqual([{ userName: 'olivia@acme.test' }]);
  return data.workspace.name;
}

function replicaLog(): Promise<string> {
  return readFile(join(dataDir, 'replica', 'postgres.log'), 'utf8');
}

test('a query is answered by the replica, which has every earlier change', async () => {
  for (let change = 0; change < 20; change += 1) {
    expect(await rename(`Acme ${change}`)).toBe(`Acme ${change}`);
    expect(await nameNow()).toBe(`Acme ${change}`);
  }
  expect(await replicaLog()).toContain('from member');
});

test('a mutation does not read from the replica', async () => {
  const before = (await replicaLog()).length;
  await rename('Acme & Sons');
  expect((await replicaLog()).slice(before)).toBe('');
});

test('a replica that lags is waited for, and then not used for a while', async () => {
  await onReplica.query('select pg_wal_replay_pause()');
  await rename('Behind');
  for (let query = 0; query < 20; query += 1) expect(await nameNow()).toBe('Behind');
  expect(new Set(reasons)).toEqual(new Set(['it is behind']));
  expect(reasons.length).toBeLessThan(20);
  await onReplica.query('select pg_wal_replay_resume()');
  await expect.poll(() => isReadFromReplica(replicas)).toBe(true);
});

test('a server that replicates nothing is not used as a replica', async () => {
  const mistaken = replicasAt(primary.address);
  expect(await isReadFromReplica(mistaken)).toBe(false);
  expect(reasons).toEqual(['it is not a replica']);
  await mistaken.close();
});

test('a replica that cannot be reached is not used', async () => {
  const away = replicasAt({ ...replica.address, host: join(dataDir, 'nowhere') });
  expect(await isReadFromReplica(away)).toBe(false);
  expect(reasons).toEqual([expect.stringContaining('ENOENT')]);
  await away.close();
});

test('a replica that stops during a query is replaced by the primary', async () => {
  const sql = await replicas.caughtUp();
  await onReplica.query(
    'select pg_terminate_backend(pid) from pg_stat_activity where backend_type = $1 and pid <> pg_backend_pid()',
    ['client backend'],
  );
  const rows = await sql.rows<{ name: string }>('select name from workspace where id = $1', [workspaceId]);
  expect(rows).toHaveLength(1);
  expect(await nameNow()).toBe(rows[0]?.name);
});

test('a wrong statement is refused as usual, and does not count against the replica', async () => {
  const sql = await replicas.caughtUp();
  await expect(sql.rows('select $1::text', ['\0'])).rejects.toMatchObject({ code: 'INVALID_INPUT' });
  expect(reasons).toEqual([]);
});
