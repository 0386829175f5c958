import { Database } from '../../src/database/database.js';
import { connect } from '../../src/database/orm.js';
import { createTestDatabase } from '../database.js';

/** Makes a database without rows as it was before one migration. Call `drop` in `afterAll`. */
export async function databaseBefore(migration: string) {
  const testDatabase = await createTestDatabase();
  const orm = await connect(testDatabase.address, 2);
  const migrations = [migration];
  await orm.migrator.down({ migrations });
  return {
    orm,
    database: await Database.over(orm),
    /** Applies the migration. */
    migrate: () => orm.migrator.up({ migrations }),
    drop: async () => {
      await orm.close();
      await testDatabase.drop();
    },
  };
}
