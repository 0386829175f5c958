import { resolve } from 'node:path';
import type { MikroORM } from '@mikro-orm/postgresql';
import { Database } from './database.js';
import { duplicateReports } from './duplicates.js';
import { hasCluster, startEmbeddedPostgres } from './embedded/start.js';
import { migrate } from './migrate.js';
import { connect } from './orm.js';
import { PIPELINED_CONNECTIONS } from './pipelined.js';

/** Which database to open. */
export interface DatabaseChoice {
  /** A `postgresql://` URL; undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** The directory of the embedded PostgreSQL. */
  readonly dataDir: string;
  /** The most connections that a process opens. */
  readonly databasePoolSize: number;
  /** The number of processes with that many connections: an embedded server that is started here must accept all. */
  readonly workers: number;
}

/** The number of connections for programs other than the server: the command line, and tools of administrators. */
const OTHER_CONNECTIONS = 80;

/** An open database with all migrations applied. */
export interface OpenDatabase {
  readonly database: Database;
  /** The migrations that were applied when it was opened. */
  readonly migrations: readonly string[];
  /**
   * Duplicates that the migration to canonical forms found (rule 15a), as sentences for an operator. Scans whole
   * tables.
   */
  duplicates(): Promise<string[]>;
  /**
   * Writes a migration into the directory for the differences between the model and the database.
   * @returns the name of its file; undefined when there are none
   */
  draft(directory: string): Promise<string | undefined>;
  /** Closes the connections; the embedded server stops when no other process uses it. */
  close(): Promise<void>;
}

/** The database does not exist: there is no embedded one, or the configured one has no Rollcall tables. */
export class MissingDatabaseError extends Error {
  constructor(choice: DatabaseChoice) {
    super(`There is no Rollcall database yet: ${databaseName(choice)}.`);
    this.name = 'MissingDatabaseError';
  }
}

/** Describes the database for people, without its password. */
export function databaseName({
  databaseUrl,
  dataDir,
}: Pick<DatabaseChoice, 'databaseUrl' | 'dataDir'>): string {
  if (databaseUrl === undefined) return `the embedded one in ${resolve(dataDir)}`;
  const url = new URL(databaseUrl);
  const host = url.searchParams.get('host') ?? url.host;
  return `${decodeURIComponent(url.pathname.slice(1))} at ${host}`;
}

/** Whether the database exists. For a configured one, only opening it can show that. */
export function databaseExists({
  databaseUrl,
  dataDir,
}: Pick<DatabaseChoice, 'databaseUrl' | 'dataDir'>): boolean {
  return databaseUrl !== undefined || hasCluster(dataDir);
}

/**
 * Opens the configured database, or the embedded one, and applies missing migrations.
 * @param mayCreate whether to make the embedded database, and our tables in an empty one
 * @throws MissingDatabaseError when it would have to be created and may not; EmbeddedPostgresError; the driver's error
 *   when the configured server cannot be reached
 */
export async function openDatabase(
  choice: DatabaseChoice,
  { mayCreate }: { readonly mayCreate: boolean } = { mayCreate: true },
): Promise<OpenDatabase> {
  if (!mayCreate && !databaseExists(choice)) throw new MissingDatabaseError(choice);
  const { databaseUrl, dataDir, databasePoolSize, workers } = choice;
  const connections = OTHER_CONNECTIONS + workers * (databasePoolSize + PIPELINED_CONNECTIONS);
  const settings = { max_connections: String(connections) };
  const embedded =
    databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir, database: 'rollcall', settings })
      : undefined;
  try {
    const orm = await connect(embedded?.address ?? { url: databaseUrl ?? '' }, databasePoolSize);
    if (!mayCreate && !(await hasTables(orm))) {
      await orm.close();
      throw new MissingDatabaseError(choice);
    }
    const migrations = await migrate(orm);
    const draft = async (directory: string) => (await orm.migrator.create(directory)).fileName || undefined;
    const database = await Database.over(orm);
    const close = async () => {
      await database.close();
      await embedded?.stop();
    };
    return { database, migrations, duplicates: () => duplicateReports(database), draft, close };
  } catch (error) {
    await embedded?.stop();
    throw error;
  }
}

async function hasTables(orm: MikroORM): Promise<boolean> {
  const pool = await orm.em.getConnection().getNativeClient();
  const { rows } = await pool.query(`select to_regclass('workspace') is not null as present`);
  return rows[0]?.present === true;
}
