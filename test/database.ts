import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseAddress } from '../src/database/address.js';
import { copyCluster, emptyDirectory } from './data-directory.js';

/** A database that one test file has to itself. */
export interface TestDatabase {
  readonly address: DatabaseAddress;
  /** The same as a `postgresql://` URL, for `DATABASE_URL`. */
  readonly url: string;
  /** Drops it, and closes the connections that are still open. */
  drop(): Promise<void>;
}

/** Copies of one template wait for each other in steps of 0.1 s; waiting for an advisory lock is faster. */
const COPY_LOCK = 1;

/**
 * Makes a migrated database without rows. Close what connects to it, then `drop()` it in `afterAll`.
 * @param empty makes one without tables
 */
export async function createTestDatabase({ empty = false } = {}): Promise<TestDatabase> {
  const server = inject('postgres');
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  const template = pg.escapeIdentifier(empty ? 'template0' : inject('templateDatabase'));
  await administer(
    server,
    `select pg_advisory_lock(${COPY_LOCK})`,
    `create database ${database} template ${template} strategy file_copy`,
  );
  const address = { ...server, database };
  return {
    address,
    url: urlOf(address),
    drop: () => administer(server, `drop database if exists ${database} with (force)`),
  };
}

/**
 * Makes a data directory of the embedded PostgreSQL whose database `rollcall` is migrated and has no rows. Copying one takes
 * a tenth of the time of making one.
 * @param directory where to make it; by default a new temporary directory. Delete it after the tests.
 */
export async function migratedDataDirectory(directory?: string): Promise<string> {
  const dataDir = directory ?? (await emptyDirectory());
  copyCluster(inject('migratedDataDir'), dataDir);
  return dataDir;
}

/** A socket's directory is no host name, so it goes into a parameter. */
function urlOf({ host, port, user, password = '', database }: DatabaseAddress): string {
  const credentials = `${user}:${encodeURIComponent(password)}`;
  return `postgresql://${credentials}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}

/** Runs statements one by one on a new connection; closing it releases the lock. */
async function administer(server: DatabaseAddress, ...statements: string[]): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}

/** A test database as `DATABASE_URL` names it. */
export function databaseUrl({ address }: TestDatabase): string {
  const { host, user, password = '', port, database } = address;
  const credentials = `${user}:${encodeURIComponent(password)}`;
  return `postgresql://${credentials}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}
