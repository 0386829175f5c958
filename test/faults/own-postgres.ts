import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { isSystemError } from '../../src/database/embedded/error.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded/start.js';
import { migratedDataDirectory, type TestDatabase } from '../database.js';

/** A PostgreSQL server that a test may stop, kill and restart, with a migrated database. */
export interface OwnPostgres {
  readonly database: TestDatabase;
  /** Sends a signal to the server's main process. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** Sends a signal to all processes of the server. */
  signalAll(name: NodeJS.Signals): Promise<void>;
  /** Starts the server again after it has ended. */
  startAgain(): Promise<void>;
  /** Runs SQL on a connection of its own. */
  sql(text: string): Promise<void>;
  /** Kills the server and deletes its data. */
  drop(): Promise<void>;
}

/** @param directory where its data is; by default a temporary directory */
export async function ownPostgres(
  settings: Readonly<Record<string, string>> = {},
  directory?: string,
): Promise<OwnPostgres> {
  const dataDir = await migratedDataDirectory(directory);
  const options = { dataDir, database: 'rollcall', settings: { shared_buffers: '16MB', ...settings } };
  let server: EmbeddedPostgres = await startEmbeddedPostgres(options);
  const { address } = server;
  const pid = async () =>
    Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
  const drop = async () => {
    await server.stop();
    if (directory === undefined) await rm(dataDir, { recursive: true, force: true });
  };
  return {
    database: {
      address,
      url: `postgresql://${address.user}@localhost:${address.port}/rollcall?host=${encodeURIComponent(address.host)}`,
      drop,
    },
    signal: async (name) => void process.kill(await pid(), name),
    signalAll: async (name) => signalWithChildren(await pid(), name),
    async startAgain() {
      const ended = server;
      server = await startEmbeddedPostgres(options);
      // It has nothing left to stop; it only closes its connection.
      await ended.stop();
    },
    async sql(text) {
      const client = new pg.Client({ ...address });
      await client.connect();
      await client.query(text).finally(() => client.end());
    },
    drop,
  };
}

/** Sends a signal to a process and to the processes that it has started, on Linux. */
export async function signalWithChildren(pid: number, name: NodeJS.Signals): Promise<void> {
  const children = await readFile(`/proc/${pid}/task/${pid}/children`, 'utf8');
  process.kill(pid, name);
  for (const child of children.split(' ').filter((id) => id !== '')) {
    try {
      process.kill(Number(child), name);
    } catch (error) {
      // A backend may end between the list and its signal.
      if (!isSystemError(error, 'ESRCH')) throw error;
    }
  }
}

/** Limits that are short enough for a test. */
export const SHORT_LIMITS = {
  lockMs: 1000,
  statementMs: 2000,
  idleInTransactionMs: 5000,
  waitMs: 1500,
  sharePercent: 50,
} as const;
