import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import type { DatabaseAddress } from '../src/database/address.js';
import { startEmbeddedPostgres } from '../src/database/embedded/start.js';
import { migrate } from '../src/database/migrate.js';
import { connect } from '../src/database/orm.js';
import { copyCluster, emptyDirectory } from './data-directory.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL server of this run, and its maintenance database. */
    postgres: DatabaseAddress;
    /** The migrated database that `createTestDatabase` copies. */
    templateDatabase: string;
    /** The data directory that `migratedDataDirectory` copies; its server is stopped. */
    migratedDataDir: string;
  }
}

/** The name that a server of ours gives its database. */
const TEMPLATE = 'rollcall';

/** The data is deleted after the run, so none of it has to reach the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
  file_copy_method: 'clone',
};

/**
 * The global setup of vitest: makes a data directory with one migrated database, and starts one PostgreSQL server for the
 * run on a copy of it. Vitest calls it for one project after the other; the first call starts the server for all of them.
 * @returns the teardown, which vitest always runs
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const root = project.vitest.getRootProject();
  if (root.getProvidedContext().postgres !== undefined) return undefined;
  const directory = await emptyDirectory();
  const removeDirectory = () => rm(directory, { recursive: true, force: true });
  try {
    const migratedDataDir = join(directory, 'migrated');
    await makeMigrated(migratedDataDir);
    const dataDir = join(directory, 'server');
    copyCluster(migratedDataDir, dataDir);
    const server = await startEmbeddedPostgres({ dataDir, database: TEMPLATE, settings: SETTINGS });
    const address = { ...server.address, database: 'postgres' };
    const teardown = async () => {
      await server.stop();
      await removeDirectory();
    };
    try {
      await makeTemplate(address);
    } catch (error) {
      await server.stop();
      throw error;
    }
    root.provide('postgres', address);
    root.provide('templateDatabase', TEMPLATE);
    root.provide('migratedDataDir', migratedDataDir);
    return teardown;
  } catch (error) {
    await removeDirectory();
    throw error;
  }
}

async function makeMigrated(dataDir: string): Promise<void> {
  // The data remembers the number of connections, and a replica that starts on it must allow as many.
  const settings = { ...SETTINGS, max_connections: '10' };
  const server = await startEmbeddedPostgres({ dataDir, database: TEMPLATE, settings });
  try {
    const orm = await connect(server.address);
    await migrate(orm).finally(() => orm.close());
  } finally {
    await server.stop();
  }
}

/** Forbids connections to the template: PostgreSQL cannot copy a database that is in use. */
async function makeTemplate(address: DatabaseAddress): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  try {
    await client.query(`alter database ${pg.escapeIdentifier(TEMPLATE)} with allow_connections false`);
  } finally {
    await client.end();
  }
}
