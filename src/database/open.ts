import { resolve } from 'node:path';
import type { MikroORM } from '@mikro-orm/postgresql';
import { Pool } from 'pg';
import { type EpisodeEvents, SILENT } from './availability.js';
import { CONTROL_CONNECTIONS } from './control-connection.js';
import { Database } from './database.js';
import { duplicateReports } from './duplicates.js';
import { EmbeddedPostgresError } from './embedded/error.js';
import { hasCluster, type Supervision, startEmbeddedPostgres } from './embedded/start.js';
import { failureOf } from './failure.js';
import { type Pooler, PrimaryClient, parseDatabaseUrl } from './hosts.js';
import { type DatabaseLimits, UNLIMITED } from './limits.js';
import { lacksMigrations, migrate } from './migrate.js';
import { clientConfig, connect, type DatabaseTarget } from './orm.js';
import { PIPELINED_CONNECTIONS } from './pipelined.js';
import { examinePooler } from './pooler.js';

/** Which database to open. */
export interface DatabaseChoice {
  /** A `postgresql://` URL; undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** The server itself, where `databaseUrl` names a PgBouncer in transaction mode. */
  readonly databaseDirectUrl: string | undefined;
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
  /** Present when the database is reached through PgBouncer. */
  readonly pooler: Pooler | undefined;
  /** Duplicates that migrations found, as sentences for an operator. Scans whole tables. */
  duplicates(): Promise<string[]>;
  /**
   * Writes a migration into the directory for the differences between the model and the database.
   * @returns the name of its file; undefined when there are none
   */
  draft(directory: string, name: string): Promise<string | undefined>;
  /** Closes the connections; the embedded server stops when no other process uses it. */
  close(): Promise<void>;
}

/** The database does not exist: there is no embedded one, or the configured one has no Rollcall tables. */
export class MissingDatabaseError extends Error {
  constructor(choice: DatabaseChoice) {
    super(
      `There is no Rollcall database yet: ${databaseName(choice)}. If a server is running, it uses another database: set ` +
        'ROLLCALL_DATA_DIR or DATABASE_URL as for the server.',
    );
    this.name = 'MissingDatabaseError';
  }
}

/** Describes the database for people, without its password. */
export function databaseName({
  databaseUrl,
  databaseDirectUrl = databaseUrl,
  dataDir,
}: Pick<DatabaseChoice, 'databaseUrl' | 'databaseDirectUrl' | 'dataDir'>): string {
  if (databaseDirectUrl === undefined) return `the embedded one in ${resolve(dataDir)}`;
  const { url, hosts } = parseDatabaseUrl(databaseDirectUrl) ?? { url: databaseDirectUrl, hosts: [] };
  const { pathname, searchParams, host } = new URL(url);
  const place =
    hosts.length > 1 ? hosts.map(({ name }) => name).join(' or ') : (searchParams.get('host') ?? host);
  return `${decodeURIComponent(pathname.slice(1))} at ${place}`;
}

/** Whether the database exists. For a configured one, only opening it can show that. */
export function databaseExists({
  databaseUrl,
  dataDir,
}: Pick<DatabaseChoice, 'databaseUrl' | 'dataDir'>): boolean {
  return databaseUrl !== undefined || hasCluster(dataDir);
}

/** How the database is used. */
export interface OpenOptions {
  /** Whether to make the embedded database, and our tables in an empty one. */
  readonly mayCreate?: boolean;
  /** How long statements may take; migrations take as long as they need. */
  readonly limits?: DatabaseLimits;
  /** Told when the database begins to fail, and when it works again. */
  readonly events?: EpisodeEvents;
  /** Has the embedded server started again when it dies. */
  readonly supervision?: Supervision;
}

/**
 * Opens the configured database, or the embedded one, and applies missing migrations. Only a process with limits, which
 * is a server, goes through PgBouncer: migrations and the command line use the server itself.
 * @throws MissingDatabaseError when it would have to be created and may not; UnusableDatabaseError; EmbeddedPostgresError;
 *   the driver's error when the configured server cannot be reached
 */
export async function openDatabase(
  choice: DatabaseChoice,
  { mayCreate = true, limits = UNLIMITED, events = SILENT, supervision }: OpenOptions = {},
): Promise<OpenDatabase> {
  if (!mayCreate && !databaseExists(choice)) throw new MissingDatabaseError(choice);
  const { databaseUrl, databaseDirectUrl, dataDir, databasePoolSize, workers } = choice;
  const each = databasePoolSize + PIPELINED_CONNECTIONS + CONTROL_CONNECTIONS;
  const settings = { max_connections: String(OTHER_CONNECTIONS + workers * each) };
  const embedded =
    databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir, database: 'rollcall', settings, supervision })
      : undefined;
  const target = embedded?.address ?? { url: databaseDirectUrl ?? databaseUrl ?? '' };
  const pooled = limits !== UNLIMITED && databaseDirectUrl !== undefined ? databaseUrl : undefined;
  let orm: MikroORM | undefined;
  try {
    const pooler = pooled === undefined ? undefined : await examinePooler(clientConfig(pooled), limits);
    orm = await connect(pooled === undefined ? target : { url: pooled }, databasePoolSize, limits, pooler);
    if (!mayCreate && !(await hasTables(orm))) throw new MissingDatabaseError(choice);
    const migrations = (await lacksMigrations(orm)) ? await migrateUnlimited(target) : [];
    const opened = orm;
    const draft = async (directory: string, name: string) =>
      (await opened.migrator.create(directory, false, false, name)).fileName || undefined;
    const direct =
      pooled === undefined || databaseDirectUrl === undefined
        ? undefined
        : new Pool({ ...clientConfig(databaseDirectUrl), max: 1, Client: PrimaryClient });
    const database = await Database.over(orm, limits, events, direct);
    const close = async () => {
      await database.close();
      await embedded?.stop();
    };
    return { database, migrations, pooler, duplicates: () => duplicateReports(database), draft, close };
  } catch (error) {
    await orm?.close();
    await embedded?.stop();
    const failure = embedded && failureOf(error);
    if (failure === undefined) throw error;
    throw new EmbeddedPostgresError(
      `PostgreSQL in ${resolve(dataDir)} failed while Rollcall started (${failure.reason}). Start again; its log, ` +
        `${resolve(dataDir, 'postgres.log')}, may say why.`,
      { cause: error },
    );
  }
}

async function migrateUnlimited(target: DatabaseTarget): Promise<string[]> {
  const orm = await connect(target, 2);
  try {
    return await migrate(orm);
  } finally {
    await orm.close();
  }
}

async function hasTables(orm: MikroORM): Promise<boolean> {
  const pool = await orm.em.getConnection().getNativeClient();
  const { rows } = await pool.query(`select to_regclass('workspace') is not null as present`);
  return rows[0]?.present === true;
}
