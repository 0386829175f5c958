import { Database } from './database.js';
import { duplicateReports } from './duplicates.js';
import { startEmbeddedPostgres } from './embedded.js';
import { LOOK_UP_CONNECTIONS } from './look-ups.js';
import { migrate } from './migrate.js';
import { connect } from './orm.js';

/** Which database to open. */
export interface DatabaseChoice {
  /** A `postgresql://` URL; undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Where the embedded one is kept. */
  readonly dataDir: string;
  /** The most connections to hold. */
  readonly databasePoolSize: number;
  /** How many processes hold as many each, so that an embedded server that is started here has room for all. */
  readonly workers: number;
}

/** Beside those of the processes that serve: the command line's, and those that look on. */
const OTHER_CONNECTIONS = 80;

/** An open database, up to date. */
export interface OpenDatabase {
  readonly database: Database;
  /** The migrations that were applied on the way. */
  readonly migrations: readonly string[];
  /**
   * What the migration to canonical names has found twice (rule 15a), as sentences for an operator. Scans whole tables.
   */
  duplicates(): Promise<string[]>;
  /**
   * Writes a migration into that directory for what the model has and the database has not.
   * @returns its file's name; undefined when they agree
   */
  draft(directory: string): Promise<string | undefined>;
  /** Gives the connections back; the embedded server stops when nobody else uses it. */
  close(): Promise<void>;
}

/**
 * Opens the configured database, or the embedded one, and brings it up to date.
 * @throws EmbeddedPostgresError, or the driver's error when the configured server cannot be reached
 */
export async function openDatabase(choice: DatabaseChoice): Promise<OpenDatabase> {
  const { databaseUrl, dataDir, databasePoolSize, workers } = choice;
  const connections = OTHER_CONNECTIONS + workers * (databasePoolSize + LOOK_UP_CONNECTIONS);
  const settings = { max_connections: String(connections) };
  const embedded =
    databaseUrl === undefined
      ? await startEmbeddedPostgres({ dataDir, database: 'rollcall', settings })
      : undefined;
  try {
    const orm = await connect(embedded?.address ?? { url: databaseUrl ?? '' }, databasePoolSize);
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
