import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { backUpCluster, restoreCluster } from '../database/embedded/backup.js';
import { isSystemError } from '../database/embedded/error.js';
import { databaseExists, databaseName, MissingDatabaseError } from '../database/open.js';
import { query, rowOf } from '../database/query.js';
import { type Config, readConfig } from '../server/config.js';
import { interruptible } from './interrupt.js';
import { run } from './run.js';
import { CommandFailure, type Terminal } from './terminal.js';

/**
 * `rollcall backup`: writes the embedded database into a file, even while a server runs on it.
 * @throws CommandFailure, EmbeddedPostgresError
 */
export async function backUp(terminal: Terminal, file: string): Promise<void> {
  const config = embeddedConfig(terminal, 'Back it up with pg_dump: see docs/operators/back-up.md.');
  if (!databaseExists(config)) {
    // Thrown, it would be explained with the option --init, which this command does not have.
    terminal.err(`${new MissingDatabaseError(config).message}\n`);
    throw new CommandFailure();
  }
  terminal.err(`Database: ${databaseName(config)}.\n`);
  try {
    await interruptible(terminal, (signal) => backUpCluster(config.dataDir, file, signal));
  } catch (error) {
    if (!isSystemError(error)) throw error;
    const reason = error.code === 'EEXIST' ? 'exists already' : `cannot be written (${error.message})`;
    terminal.err(`${resolve(file)} ${reason}. Choose another name.\n`);
    throw new CommandFailure();
  }
  const { size } = await stat(file);
  terminal.out(`${resolve(file)}: ${Math.ceil(size / 1024)} KiB\n`);
}

/**
 * `rollcall restore`: makes the embedded database from a backup, and opens it, which also applies newer migrations.
 * @throws CommandFailure, EmbeddedPostgresError
 */
export async function restore(terminal: Terminal, file: string): Promise<void> {
  const config = embeddedConfig(terminal, 'Restore it with pg_restore: see docs/operators/back-up.md.');
  await interruptible(terminal, (signal) => restoreCluster(file, config.dataDir, signal));
  await run(terminal, {}, async ({ context }) => {
    const { workspaces, members } = (await rowOf(context.database, CONTENT)) ?? {};
    return { workspaces: workspaces ?? '0', members: members ?? '0' };
  });
}

const CONTENT = query.selectNoFrom(({ selectFrom, fn }) => [
  selectFrom('workspace').select(fn.countAll<string>().as('count')).as('workspaces'),
  selectFrom('member').select(fn.countAll<string>().as('count')).as('members'),
]);

function embeddedConfig(terminal: Terminal, advice: string): Config {
  const config = readConfig({}, terminal.environment);
  if (config.databaseUrl === undefined) return config;
  terminal.err(
    `DATABASE_URL names a database server, and this command is for the embedded database. ${advice}\n`,
  );
  throw new CommandFailure();
}
