import type { MikroORM } from '@mikro-orm/postgresql';

/** The key of an advisory lock; any number that nothing else in the database uses. */
const MIGRATION_LOCK = 7_262_001;

/**
 * Applies the migrations that the database lacks. When several processes start at once, one migrates and the others wait,
 * and then find nothing to do.
 * @returns the names of the migrations that were applied, in order
 */
export async function migrate(orm: MikroORM): Promise<string[]> {
  const pool = await orm.em.getConnection().getNativeClient();
  const client = await pool.connect();
  try {
    await client.query('select pg_advisory_lock($1)', [MIGRATION_LOCK]);
    const applied = await orm.migrator.up();
    return applied.map(({ name }) => name);
  } finally {
    await client.query('select pg_advisory_unlock($1)', [MIGRATION_LOCK]);
    client.release();
  }
}
