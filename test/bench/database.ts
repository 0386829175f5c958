import { randomUUID } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { startEmbeddedPostgres } from './product.ts';

/** The bench's own database. */
export interface BenchDatabase {
  readonly target: DatabaseTarget;
  /** Removes it, and the server when it was started for it. */
  drop(): Promise<void>;
}

/** The connection options for pg. */
export function pgOptions(target: DatabaseTarget): pg.ClientConfig {
  return 'url' in target ? { connectionString: target.url } : target;
}

/**
 * Makes an empty database: on the server that `url` names, or on an embedded one with the settings that the product
 * gives it, so with every commit on disk.
 */
export function createDatabase(url: string | undefined): Promise<BenchDatabase> {
  return url === undefined ? embedded() : onServer(url);
}

async function embedded(): Promise<BenchDatabase> {
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-bench-'));
  const removeDataDir = () => rm(dataDir, { recursive: true, force: true });
  try {
    // Root's server runs as somebody else, who must get through to the cluster; that itself is closed.
    await chmod(dataDir, 0o755);
    const server = await startEmbeddedPostgres({ dataDir, database: 'rollcall' });
    const drop = async () => {
      await server.stop();
      await removeDataDir();
    };
    return { target: server.address, drop };
  } catch (error) {
    await removeDataDir();
    throw error;
  }
}

async function onServer(url: string): Promise<BenchDatabase> {
  const database = `rollcall_bench_${randomUUID().replaceAll('-', '')}`;
  const own = new URL(url);
  own.pathname = `/${database}`;
  await administer(url, `create database ${database}`);
  return {
    target: { url: own.href },
    drop: () => administer(url, `drop database if exists ${database} with (force)`),
  };
}

async function administer(url: string, statement: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(statement);
  } finally {
    await client.end();
  }
}

const BUSY = `
  select 1 from pg_stat_activity
  where datname = current_database() and state = 'active' and pid <> pg_backend_pid() limit 1`;
const POLL_MS = 50;

/** Waits until the database runs no statements. */
export async function settled(target: DatabaseTarget): Promise<void> {
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    while ((await client.query(BUSY)).rows.length > 0) await wait(POLL_MS);
  } finally {
    await client.end();
  }
}

const TICK_MICROSECONDS = 10_000;

/**
 * The CPU time of the server and all its processes, in microseconds, as Linux's /proc has it.
 * @returns NaN for a server that is not on this machine
 */
export async function cpuOf(target: DatabaseTarget): Promise<number> {
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    const { rows } = await client.query<{ pid: number }>('select pg_backend_pid() as pid');
    const [{ pid } = { pid: 0 }] = rows;
    const own = await statOf(String(pid));
    if (own?.name !== 'postgres') return Number.NaN;
    const all = await Promise.all((await readdir('/proc')).map(statOf));
    const ticks = all.map((stat) => {
      if (stat !== undefined && stat.pid === own.parent) return stat.ticks + stat.ticksOfEnded;
      return stat !== undefined && stat.parent === own.parent ? stat.ticks : 0;
    });
    return ticks.reduce((sum, one) => sum + one, 0) * TICK_MICROSECONDS;
  } finally {
    await client.end();
  }
}

/** What /proc says of a process (proc_pid_stat(5)); undefined when there is none. */
async function statOf(pid: string) {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
  const [, name, rest = ''] = /^\d+ \((.*)\) \S (.*)/.exec(stat) ?? [];
  if (name === undefined) return undefined;
  const fields = rest.split(' ').map(Number);
  const [parent] = fields;
  const [user = 0, system = 0, userOfEnded = 0, systemOfEnded = 0] = fields.slice(10);
  return {
    pid: Number(pid),
    name,
    parent,
    ticks: user + system,
    ticksOfEnded: userOfEnded + systemOfEnded,
  };
}
