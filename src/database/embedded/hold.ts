import pg from 'pg';
import type { DatabaseAddress } from '../address.js';
import { isSystemError } from './error.js';

/**
 * Every process that uses the server keeps one connection with a shared advisory lock. The last process to leave gets the
 * exclusive lock, and stops the server. So a command line beside the service stops nothing, and the process that takes over
 * the server of a killed process stops it in the end. A lock ends with its connection; a file would keep the id of a dead
 * process, which another process may get.
 */
const HOLD_LOCK = 7_655_422_600;
const CREATE_LOCK = 7_655_422_601;

/** The database that initdb makes. Advisory locks are per database, so all processes take them here. */
const HOLD_DATABASE = 'postgres';

/** A connection that marks the server as used, which keeps other processes from stopping it. */
export interface Hold {
  readonly client: pg.Client;
  /** The connection broke: the server crashed, or somebody stopped it. */
  isLost(): boolean;
  /** Resolves when the connection breaks. */
  readonly lost: Promise<void>;
}

const CANNOT_CONNECT_NOW = '57P03';
const ADMIN_SHUTDOWN = '57P01';
const CRASH_SHUTDOWN = '57P02';

/**
 * Connects to the server and marks it as used.
 *
 * @returns `nobody` when nothing listens there, `busy` when the server is starting or stopping: try again.
 * @throws the database's error when it refuses us for another reason.
 */
export async function takeHold(
  address: Omit<DatabaseAddress, 'database'>,
): Promise<Hold | 'nobody' | 'busy'> {
  const client = new pg.Client({
    ...address,
    database: HOLD_DATABASE,
    application_name: 'rollcall launcher',
    ssl: false,
  });
  let isLost = false;
  const lost = new Promise<void>((resolve) => {
    const lose = () => {
      isLost = true;
      resolve();
    };
    client.on('error', lose);
    client.on('end', lose);
  });
  try {
    await client.connect();
    await client.query('select pg_advisory_lock_shared($1)', [HOLD_LOCK]);
    return { client, isLost: () => isLost, lost };
  } catch (error) {
    const broken = isLost;
    await client.end().catch(() => undefined);
    if (isSystemError(error, 'ECONNREFUSED', 'ENOENT')) return 'nobody';
    if (isSystemError(error, 'ECONNRESET', 'EPIPE')) return 'busy';
    if (error instanceof pg.DatabaseError) {
      const passing = [CANNOT_CONNECT_NOW, ADMIN_SHUTDOWN, CRASH_SHUTDOWN];
      if (error.code !== undefined && passing.includes(error.code)) return 'busy';
      throw error;
    }
    // pg has a plain Error for a connection that ends before it answers, and another for a query after that.
    if (broken || (error instanceof Error && error.message.startsWith('Connection terminated')))
      return 'busy';
    throw error;
  }
}

/** Creates the database unless it exists. Concurrent processes do it one after the other. */
export async function ensureDatabase({ client }: Hold, database: string): Promise<void> {
  const found = await client.query('select from pg_database where datname = $1', [database]);
  if (found.rowCount !== 0) return;
  await client.query('select pg_advisory_lock($1)', [CREATE_LOCK]);
  try {
    const again = await client.query('select from pg_database where datname = $1', [database]);
    if (again.rowCount === 0) {
      // template1 can't be copied while anybody is connected to it; nobody can be to template0.
      await client.query(`create database ${pg.escapeIdentifier(database)} template template0`);
    }
  } finally {
    await client.query('select pg_advisory_unlock($1)', [CREATE_LOCK]);
  }
}

/**
 * Ends the use of the server, but not yet the connection: a process that starts now waits until it is closed.
 *
 * @returns whether no other process uses the server, so that we must stop it; `undefined` when the connection is lost.
 */
export async function giveUp({ client, isLost }: Hold): Promise<boolean | undefined> {
  if (isLost()) return undefined;
  try {
    await client.query('select pg_advisory_unlock_shared($1)', [HOLD_LOCK]);
    const { rows } = await client.query<{ last: boolean }>('select pg_try_advisory_lock($1) as last', [
      HOLD_LOCK,
    ]);
    return rows[0]?.last === true;
  } catch (error) {
    if (isLost()) return undefined;
    throw error;
  }
}
