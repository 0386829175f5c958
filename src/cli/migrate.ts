import { fileURLToPath } from 'node:url';
import { onDatabase } from './run.js';

/** `rollcall migrate` */
export function migrateNow(): Promise<void> {
  return onDatabase(async ({ migrations, duplicates }) => {
    const applied = migrations.length === 0 ? ['The database is up to date.'] : migrations;
    return [...applied, ...(await duplicates())].map((line) => `${line}\n`).join('');
  });
}

/** `rollcall migrate --draft`, for developers: the difference between model and database, as a migration to read. */
export function draftMigration(): Promise<void> {
  const sources = fileURLToPath(new URL('../../src/database/migrations', import.meta.url));
  return onDatabase(async ({ draft }) => {
    const fileName = await draft(sources);
    return fileName === undefined ? 'Model and database agree.\n' : `${sources}/${fileName}\n`;
  });
}
