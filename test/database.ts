import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { inject } from 'vitest';
import type { DatabaseAddress } from '../src/database/embedded.js';

/** A database of a test file's own. */
export interface TestDatabase {
  readonly address: DatabaseAddress;
  /** The same as a `postgresql://` URL, for `DATABASE_URL`. */
  readonly url: string;
  /** Removes it, with whatever connections are still open. */
  drop(): Promise<void>;
}

/** PostgreSQL makes copies of one template that run side by side wait for each other, in steps of 0.1 s. */
const COPY_LOCK = 1;

/** Makes an empty, migrated database. Close what connects to it, then `drop()` it in `afterAll`. */
export async function createTestDatabase(): Promise<TestDatabase> {
  const server = inject('postgres');
  const database = `test_${randomUUID().replaceAll('-', '')}`;
  const template = pg.escapeIdentifier(inject('templateDatabase'));
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

/** A socket's directory is no host name, so it goes into a parameter. */
function urlOf({ host, port, user, password = '', database }: DatabaseAddress): string {
  const credentials = `${user}:${encodeURIComponent(password)}`;
  return `postgresql://${credentials}@localhost:${port}/${database}?host=${encodeURIComponent(host)}`;
}

/** Runs statements on a connection of their own, one by one; the lock ends with it. */
async function administer(server: DatabaseAddress, ...statements: string[]): Promise<void> {
  const client = new pg.Client(server);
  await client.connect();
  try {
    for (const statement of statements) await client.query(statement);
  } finally {
    await client.end();
  }
}
