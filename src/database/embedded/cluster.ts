import { randomBytes, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresError, isSystemError } from './error.js';
import { giveClusterTo, giveTo, placeFor, type ServerIdentity } from './identity.js';
import { isDiskFull, lastLines, runTool } from './tool.js';

/** The superuser of the embedded cluster, which is also the only user. */
export const CLUSTER_USER = 'rollcall';

/** In the cluster's directory, on Windows only, where connections go over TCP. */
const PASSWORD_FILE = 'rollcall-password';

const LOCK_FILE = 'initdb.lock';
const LOCK_BEAT_MS = 1_000;
const LOCK_STALE_MS = 5_000;

/**
 * Makes sure that a cluster is in `clusterDir`, below the existing `dataDir`. Of several concurrent processes, one
 * creates it and the others wait.
 *
 * @throws EmbeddedPostgresError when initdb fails, or when the cluster is of another major version.
 */
export async function ensureCluster(
  dataDir: string,
  clusterDir: string,
  binaries: PostgresBinaries,
  identity: ServerIdentity | undefined,
): Promise<void> {
  if ((await clusterVersion(clusterDir)) === undefined) {
    await whileLocked(dataDir, async () => {
      if ((await clusterVersion(clusterDir)) === undefined) {
        await makeCluster(dataDir, clusterDir, binaries, identity);
      }
    });
  }
  const version = await clusterVersion(clusterDir);
  if (version !== binaries.major) {
    throw new EmbeddedPostgresError(
      `The database in ${clusterDir} was made by PostgreSQL ${version}; the installed one is ${binaries.major}, ` +
        'which can not read it. Run the release of this program that made it, or serve the directory with ' +
        `PostgreSQL ${version} and set DATABASE_URL; to start empty, move the directory away.`,
    );
  }
  if (identity !== undefined) await giveClusterTo(identity, clusterDir);
}

/**
 * Runs the making of a cluster. Of several concurrent processes, the others wait. What a killed process left is removed.
 * @throws what `work` throws; the system's error
 */
export async function whileLocked(dataDir: string, work: () => Promise<void>): Promise<void> {
  let release = await takeLock(join(dataDir, LOCK_FILE));
  while (release === undefined) {
    await wait(20);
    release = await takeLock(join(dataDir, LOCK_FILE));
  }
  try {
    await removeLeftovers(dataDir);
    await work();
  } finally {
    await release();
  }
}

/** The password of the cluster's user: `undefined` where the socket's directory is the protection. */
export async function clusterPassword(clusterDir: string): Promise<string | undefined> {
  if (process.platform !== 'win32') return undefined;
  return (await readFile(join(clusterDir, PASSWORD_FILE), 'utf8')).trim();
}

async function clusterVersion(clusterDir: string): Promise<string | undefined> {
  try {
    return (await readFile(join(clusterDir, 'PG_VERSION'), 'utf8')).trim();
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
}

/** Runs initdb in a directory of its own and renames it: so a killed process leaves no incomplete cluster. */
async function makeCluster(
  dataDir: string,
  clusterDir: string,
  binaries: PostgresBinaries,
  identity: ServerIdentity | undefined,
): Promise<void> {
  const partial = join(dataDir, `initdb-${randomUUID()}`);
  const passwordFile = `${partial}.password`;
  try {
    await mkdir(partial, { mode: 0o700 });
    await giveTo(identity, partial);
    const place = await placeFor(identity, partial);
    const args = [
      '-D',
      place.argument,
      '-U',
      CLUSTER_USER,
      '--encoding=UTF8',
      '--no-instructions',
      ...localeArguments(),
    ];
    if (process.platform === 'win32') {
      await writeFile(passwordFile, randomBytes(24).toString('base64url'), { mode: 0o600 });
      args.push('--auth=scram-sha-256', `--pwfile=${passwordFile}`);
    } else {
      // Only the server's user and root can reach the socket, because its directory has mode 0700.
      args.push('--auth-local=trust', '--auth-host=reject');
    }
    const result = await runTool(binaries.initdb, args, { cwd: place.cwd, identity });
    if (result.exitCode !== 0) throw initdbError(dataDir, result.output);
    if (process.platform === 'win32') await rename(passwordFile, join(partial, PASSWORD_FILE));
    await rename(partial, clusterDir);
    await syncDirectory(dataDir);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    await rm(passwordFile, { force: true });
    // After a lock was taken over (a laptop that slept), another process may have made the cluster: keep that one.
    if (
      isSystemError(error, 'ENOTEMPTY', 'EEXIST', 'EPERM') &&
      (await clusterVersion(clusterDir)) !== undefined
    )
      return;
    throw error;
  }
}

/**
 * PostgreSQL's own C.UTF-8 sorts by code point, the same on every platform and in every future release of
 * the C library. `lc_ctype` still decides for pg_trgm what a letter is, and needs a locale of the system.
 */
function localeArguments(): string[] {
  const provider = ['--locale-provider=builtin', '--builtin-locale=C.UTF-8', '--locale=C'];
  if (process.platform === 'linux') return [...provider, '--lc-ctype=C.UTF-8'];
  if (process.platform === 'darwin') return [...provider, '--lc-ctype=en_US.UTF-8'];
  return provider;
}

function initdbError(dataDir: string, output: string): EmbeddedPostgresError {
  let advice = 'Correct what it names, or set DATABASE_URL to a PostgreSQL of your own.';
  if (isDiskFull(output)) {
    advice =
      'The disk is full: free some space (an empty database takes about 40 MB), or name another data directory.';
  } else if (output.includes('could not look up effective user ID')) {
    advice = 'PostgreSQL needs a user with an entry in /etc/passwd: add one, or set DATABASE_URL.';
  }
  return new EmbeddedPostgresError(
    `initdb could not make a database in ${dataDir}:\n${lastLines(output)}\n${advice}`,
  );
}

/** Removes the files of a killed initdb or restore. If that fails, they only use disk space. */
async function removeLeftovers(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (/^(initdb|restoring)-[0-9a-f-]{36}(\.password)?$/.test(name)) {
      await rm(join(dataDir, name), { recursive: true, force: true }).catch(() => undefined);
    }
  }
}

/** Writes a rename to the disk; Windows can't open directories, and needs no such thing. */
async function syncDirectory(directory: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * A lock for the duration of one initdb or restore. Its holder touches the file every second; it is stale when the holder is gone,
 * or no longer touches it (a process id alone says little: it is 1 in every container).
 *
 * @returns how to release it, or `undefined` when another process has it.
 */
async function takeLock(path: string): Promise<(() => Promise<void>) | undefined> {
  try {
    await writeFile(path, String(process.pid), { flag: 'wx' });
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
    if (await isStale(path)) await rm(path, { force: true });
    return undefined;
  }
  const beat = setInterval(() => {
    const now = new Date();
    // The lock goes when the whole directory does: nothing to keep then.
    utimes(path, now, now).catch(() => undefined);
  }, LOCK_BEAT_MS);
  return async () => {
    clearInterval(beat);
    await rm(path, { force: true });
  };
}

async function isStale(path: string): Promise<boolean> {
  try {
    const { mtimeMs } = await stat(path);
    if (Date.now() - mtimeMs > LOCK_STALE_MS) return true;
    const pid = Number(await readFile(path, 'utf8'));
    if (!Number.isSafeInteger(pid) || pid <= 0) return false;
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return isSystemError(error, 'ESRCH');
  }
}
