import { randomUUID } from 'node:crypto';
import { readdir, readFile, rename, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import pg from 'pg';
import { type ArchiveWriter, readArchive, writeArchive } from './archive.js';
import { findBinaries } from './binaries.js';
import { whileLocked } from './cluster.js';
import { makeDirectory } from './directory.js';
import { EmbeddedPostgresError, isSystemError } from './error.js';
import { serverIdentity } from './identity.js';
import { hasCluster, startEmbeddedPostgres } from './start.js';

/** The first entry of a backup. */
interface Manifest {
  readonly format: typeof FORMAT;
  /** The major version of PostgreSQL, which alone can read the cluster. */
  readonly postgres: string;
}

const FORMAT = 'rollcall-backup-1';
const MANIFEST = 'backup.json';
const CLUSTER = 'postgres';

/** Files of the data directory, beside the cluster, that the server cannot make again. */
const KEPT_FILES = ['development.json'];

/** Directories whose content belongs to the running server, or is copied from elsewhere (`pg_wal`). */
const EMPTIED = new Set([
  'pg_dynshmem',
  'pg_notify',
  'pg_replslot',
  'pg_serial',
  'pg_snapshots',
  'pg_stat_tmp',
  'pg_subtrans',
  'pg_wal',
]);

const LEFT_OUT = /^(postmaster\.(pid|opts)|\.s\.PGSQL\..*|pgsql_tmp.*|pg_internal\.init.*)$/;

/**
 * Backs up the embedded database, and what development remembers beside it, while servers use it. The backup is the
 * database as it was when the last file had been copied (PostgreSQL documentation, "Making a Base Backup Using the
 * Low Level API").
 * @param dataDir the data directory, which has a cluster
 * @param path of the archive; no file may be there
 * @param signal stops the backup, which leaves nothing then
 * @throws EmbeddedPostgresError; the system's error; AbortError
 */
export async function backUpCluster(dataDir: string, path: string, signal: AbortSignal): Promise<void> {
  const postgres = await startEmbeddedPostgres({ dataDir, database: 'rollcall' });
  const client = new pg.Client({ ...postgres.address, application_name: 'rollcall backup', ssl: false });
  try {
    await client.connect();
    await writeArchive(path, (archive) => fill(archive, resolve(dataDir), client), signal);
  } finally {
    await client.end();
    await postgres.stop();
  }
}

async function fill(archive: ArchiveWriter, dataDir: string, client: pg.Client): Promise<void> {
  const cluster = join(dataDir, CLUSTER);
  const version = (await readFile(join(cluster, 'PG_VERSION'), 'utf8')).trim();
  const manifest: Manifest = { format: FORMAT, postgres: version };
  await archive.text(MANIFEST, `${JSON.stringify(manifest)}\n`);
  for (const name of KEPT_FILES) await archive.file(name, join(dataDir, name));

  // The slot keeps the WAL that is written during the backup, and ends with the connection.
  await client.query('select pg_create_physical_replication_slot($1, true, true)', [
    `rollcall_backup_${randomUUID().replaceAll('-', '')}`,
  ]);
  const [started] = (await client.query(`select pg_backup_start('rollcall backup', true) as lsn`)).rows;
  await addFiles(archive, cluster, CLUSTER);
  const [ended] = (await client.query('select * from pg_backup_stop(false)')).rows;
  await archive.text(`${CLUSTER}/backup_label`, ended.labelfile);
  const [wal] = (
    await client.query('select pg_walfile_name($1) as first, pg_walfile_name($2) as last', [
      started.lsn,
      ended.lsn,
    ])
  ).rows;
  for (const segment of await readdir(join(cluster, 'pg_wal'))) {
    if (segment < wal.first || segment > wal.last || !/^[0-9A-F]{24}$/.test(segment)) continue;
    await archive.file(`${CLUSTER}/pg_wal/${segment}`, join(cluster, 'pg_wal', segment));
  }
}

async function addFiles(archive: ArchiveWriter, directory: string, name: string): Promise<void> {
  await archive.directory(name);
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (LEFT_OUT.test(entry.name)) continue;
    const path = join(directory, entry.name);
    const entryName = `${name}/${entry.name}`;
    if (entry.isFile()) await archive.file(entryName, path);
    else if (!entry.isDirectory()) continue;
    else if (name === CLUSTER && EMPTIED.has(entry.name)) await archive.directory(entryName);
    else await addFiles(archive, path, entryName);
  }
}

/**
 * Restores a backup into a data directory without a database. What it finds there is left as it is when it fails.
 * @param signal stops the restore, which leaves nothing then
 * @throws EmbeddedPostgresError when there is a database, when the backup is damaged or of another version of PostgreSQL,
 *   or when it is stopped; the system's error
 */
export async function restoreCluster(path: string, dataDir: string, signal: AbortSignal): Promise<void> {
  const target = resolve(dataDir);
  refuseCluster(target);
  await makeDirectory(target);
  const { major } = await findBinaries(await serverIdentity(join(target, CLUSTER)));
  await whileLocked(target, async () => {
    refuseCluster(target);
    const partial = join(target, `restoring-${randomUUID()}`);
    await makeDirectory(partial);
    try {
      await unpack(path, partial, major, signal);
      for (const name of KEPT_FILES) {
        await rename(join(partial, name), join(target, name)).catch((error: unknown) => {
          if (!isSystemError(error, 'ENOENT')) throw error;
        });
      }
      await rename(join(partial, CLUSTER), join(target, CLUSTER));
    } finally {
      await rm(partial, { recursive: true, force: true });
    }
  });
}

function refuseCluster(target: string): void {
  if (!hasCluster(target)) return;
  throw new EmbeddedPostgresError(
    `There is a database in ${target} already. Set ROLLCALL_DATA_DIR to an empty directory, or move this one away.`,
  );
}

async function unpack(path: string, directory: string, major: string, signal: AbortSignal): Promise<void> {
  let isFirst = true;
  await readArchive(
    path,
    async (entry) => {
      if (isFirst) checkManifest(path, entry.name === MANIFEST ? await entry.text() : '', major);
      else await entry.writeBelow(directory);
      isFirst = false;
    },
    signal,
  );
}

function checkManifest(path: string, text: string, major: string): void {
  const { format, postgres } = parseManifest(text);
  if (format !== FORMAT) throw new EmbeddedPostgresError(`${path} is not a backup of this program.`);
  if (postgres !== major) {
    throw new EmbeddedPostgresError(
      `${path} was made by PostgreSQL ${postgres}; the installed one is ${major}, which cannot read it. Restore it with ` +
        'the release of this program that made it.',
    );
  }
}

function parseManifest(text: string): Partial<Record<keyof Manifest, unknown>> {
  try {
    const parsed: unknown = JSON.parse(text);
    return typeof parsed === 'object' && parsed !== null ? parsed : {};
  } catch {
    return {};
  }
}
