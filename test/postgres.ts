import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import type { DatabaseAddress } from '../src/database/address.js';
import { startEmbeddedPostgres } from '../src/database/embedded/start.js';
import { migrate } from '../src/database/migrate.js';
import { connect } from '../src/database/orm.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** The PostgreSQL server of this run, and its maintenance database. */
    postgres: DatabaseAddress;
    /** The migrated database that `createTestDatabase` copies. */
    templateDatabase: string;
  }
}

const TEMPLATE = 'rollcall_template';

/** The data is deleted after the run, so none of it has to reach the disk. */
const SETTINGS = {
  fsync: 'off',
  synchronous_commit: 'off',
  full_page_writes: 'off',
  max_connections: '300',
};

/**
 * The global setup of vitest: starts one PostgreSQL server with one migrated template database for the run. Vitest calls
 * it for one project after the other; the first call starts the server for all of them.
 * @returns the teardown, which vitest always runs
 */
export default async function setup(project: TestProject): Promise<(() => Promise<void>) | undefined> {
  const root = project.vitest.getRootProject();
  if (root.getProvidedContext().postgres !== undefined) return undefined;
  const dataDir = await mkdtemp(join(tmpdir(), 'rollcall-test-'));
  // The user of the PostgreSQL server must be able to enter it; the cluster in it is private.
  await chmod(dataDir, 0o755);
  const removeDataDir = () => rm(dataDir, { recursive: true, force: true });
  try {
    const server = await startEmbeddedPostgres({ dataDir, database: TEMPLATE, settings: SETTINGS });
    const teardown = async () => {
      await server.stop();
      await removeDataDir();
    };
    try {
      await fillTemplate(server.address);
    } catch (error) {
      await server.stop();
      throw error;
    }
    root.provide('postgres', { ...server.address, database: 'postgres' });
    root.provide('templateDatabase', TEMPLATE);
    return teardown;
  } catch (error) {
    await removeDataDir();
    throw error;
  }
}

/** Migrates the template and forbids connections to it: PostgreSQL cannot copy a database that is in use. */
async function fillTemplate(address: DatabaseAddress): Promise<void> {
  const orm = await connect(address);
  try {
    await migrate(orm);
  } finally {
    await orm.close();
  }
  const client = new pg.Client({ ...address, database: 'postgres' });
  await client.connect();
  try {
    await client.query(`alter database ${pg.escapeIdentifier(TEMPLATE)} with allow_connections false`);
  } finally {
    await client.end();
  }
}
