import { readdir } from 'node:fs/promises';
import type { MikroORM } from '@mikro-orm/postgresql';
import type { Pool } from 'pg';
import { MIGRATIONS } from './orm.js';

/** The key of an advisory lock; any number that nothing else in the database uses. */
const MIGRATION_LOCK = 7_262_001;

/** The database cannot be used with this version; the message says why and what to do. */
export class UnusableDatabaseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = 'UnusableDatabaseError';
  }
}

/**
 * Looks whether the database fits this version of the program.
 * @returns whether it lacks migrations
 * @throws UnusableDatabaseError when it is read-only, or was migrated by a newer version
 */
export async function lacksMigrations(orm: MikroORM): Promise<boolean> {
  const pool = await orm.em.getConnection().getNativeClient();
  const { rows } = await pool.query(
    `select current_setting('transaction_read_only') = 'on' as "isReadOnly",
       to_regclass('mikro_orm_migrations') is not null as "isMigrated"`,
  );
  if (rows[0].isReadOnly) {
    throw new UnusableDatabaseError(
      'The database is read-only: it is a replica, or default_transaction_read_only is on. Set DATABASE_URL to a ' +
        'database that takes changes.',
    );
  }
  const known = await knownMigrations();
  const applied = rows[0].isMigrated ? await appliedMigrations(pool) : [];
  const unknown = applied.filter((name) => !known.includes(name));
  if (unknown.length > 0) {
    throw new UnusableDatabaseError(
      `The database was migrated by a newer version of Rollcall (${unknown.join(', ')}). Start that version or a later ` +
        'one, or restore the backup from before its migration.',
    );
  }
  return applied.length < known.length;
}

/** The names of this version's migrations. */
export async function knownMigrations(): Promise<string[]> {
  const files = await readdir(MIGRATIONS);
  return files.filter((file) => /^\w+\.[jt]s$/.test(file)).map((file) => file.slice(0, -'.js'.length));
}

async function appliedMigrations(pool: Pool): Promise<string[]> {
  const { rows } = await pool.query<{ name: string }>('select name from mikro_orm_migrations order by name');
  return rows.map(({ name }) => name);
}

/**
 * Applies the migrations that the database lacks. When several processes start at once, one migrates and the others wait,
 * and then find nothing to do.
 * @param orm connected without limits
 * @returns the names of the migrations that were applied, in order
 */
export async function migrate(orm: MikroORM): Promise<string[]> {
  const pool = await orm.em.getConnection().getNativeClient();
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await orm.migrator.up();
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    client.release();
    return applied.map(({ name }) => name);
  } catch (error) {
    // The lock ends with its connection.
    client.release(true);
    throw error;
  }
}
