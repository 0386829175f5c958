import { fileURLToPath } from 'node:url';
import { type DatabaseOptions, run } from './run.js';
import type { Terminal } from './terminal.js';

type Migrated = {
  readonly applied: readonly string[];
  /** Members and groups whose names have become equal (rule 15a), and active members with the same externalId. */
  readonly duplicates?: readonly string[];
};

/** `rollcall migrate` */
export function migrateNow(terminal: Terminal, options: DatabaseOptions): Promise<void> {
  return run(
    terminal,
    options,
    async ({ migrations, duplicates }): Promise<Migrated> => {
      const found = await duplicates();
      return { applied: migrations, ...(found.length === 0 ? {} : { duplicates: found }) };
    },
    ({ applied, duplicates = [] }) => {
      const first = applied.length === 0 ? ['The database is up to date.'] : applied;
      return [...first, ...duplicates].map((line) => `${line}\n`).join('');
    },
  );
}

/** `rollcall migrate --draft <name>`, for developers: writes the difference between model and database as a migration. */
export function draftMigration(terminal: Terminal, options: DatabaseOptions, name: string): Promise<void> {
  const sources = fileURLToPath(new URL('../../src/database/migrations', import.meta.url));
  return run(
    terminal,
    options,
    async ({ draft }) => {
      const fileName = await draft(sources, name);
      return { drafted: fileName === undefined ? [] : [`${sources}/${fileName}`] };
    },
    ({ drafted }) => (drafted.length === 0 ? 'Model and database agree.\n' : `${drafted.join('\n')}\n`),
  );
}
