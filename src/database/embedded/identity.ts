import { chown, lchown, readdir, readFile, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.js';

/** The operating system user that the server runs as. */
export interface ServerIdentity {
  readonly uid: number;
  readonly gid: number;
}

/** A directory as a process of the server can reach it: its working directory, and the path from there. */
export interface ReachablePlace {
  readonly cwd: string;
  readonly argument: string;
}

/**
 * The user that the server runs as. PostgreSQL refuses to run as root; then it runs as the owner of the cluster
 * that is already there, or else as `nobody`.
 *
 * @returns `undefined` when the server runs as the user of this process.
 * @throws EmbeddedPostgresError when the cluster belongs to somebody else and we are not root.
 */
export async function serverIdentity(clusterDir: string): Promise<ServerIdentity | undefined> {
  const ourUid = process.geteuid?.();
  if (ourUid === undefined) return undefined;
  const owner = await stat(clusterDir).catch((error: unknown) => {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  });
  if (ourUid !== 0) {
    if (owner === undefined || owner.uid === ourUid) return undefined;
    throw new EmbeddedPostgresError(
      `The database in ${clusterDir} belongs to another user (uid ${owner.uid}; we are uid ${ourUid}), perhaps ` +
        `because the program ran as root before. Run it as that user or as root, or give the directory to ` +
        `yourself: sudo chown -R ${ourUid} ${clusterDir}`,
    );
  }
  if (owner !== undefined && owner.uid !== 0) return { uid: owner.uid, gid: owner.gid };
  return nobody();
}

/** The ids of `nobody`: 65534 nearly everywhere, 99 on older Red Hats, 4294967294 on macOS. */
async function nobody(): Promise<ServerIdentity> {
  const passwd = await readFile('/etc/passwd', 'utf8').catch(() => '');
  const [, , uid = '65534', gid = '65534'] = /^nobody:.*$/m.exec(passwd)?.[0].split(':') ?? [];
  // macOS writes its unsigned ids as negative numbers.
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}

/** Gives one directory, not its content, to the server's user. */
export async function giveTo(identity: ServerIdentity | undefined, directory: string): Promise<void> {
  if (identity !== undefined) await chown(directory, identity.uid, identity.gid);
}

/** Gives a cluster that root owns (restored from a backup, copied into an image) to the server's user. */
export async function giveClusterTo(identity: ServerIdentity, clusterDir: string): Promise<void> {
  if ((await stat(clusterDir)).uid === identity.uid) return;
  for (const name of await readdir(clusterDir, { recursive: true })) {
    await lchown(join(clusterDir, name), identity.uid, identity.gid);
  }
  await giveTo(identity, clusterDir);
}

/**
 * Returns how the server's user can reach `directory`. `nobody` cannot enter a project in `/root`; but a process that
 * root starts *in* a directory may remain there, and on Linux `/proc/self/cwd` names it without its parents.
 *
 * @throws EmbeddedPostgresError where there is no such way (macOS as root, in a closed directory).
 */
export async function placeFor(
  identity: ServerIdentity | undefined,
  directory: string,
): Promise<ReachablePlace> {
  if (await isReachable(identity, directory)) return { cwd: directory, argument: directory };
  if (process.platform === 'linux') return { cwd: directory, argument: '/proc/self/cwd' };
  throw new EmbeddedPostgresError(
    `PostgreSQL does not run as root, and the user it runs as instead (uid ${identity?.uid}) can't reach ${directory}. ` +
      'Do not run as root, or name a data directory that other users can reach.',
  );
}

/** Whether the mode bits of its parents let the server's user reach `directory`. */
export async function isReachable(identity: ServerIdentity | undefined, directory: string): Promise<boolean> {
  if (identity === undefined) return true;
  for (let at = await realpath(dirname(directory)); ; at = dirname(at)) {
    const { uid, gid, mode } = await stat(at);
    const search = uid === identity.uid ? 0o100 : gid === identity.gid ? 0o010 : 0o001;
    if ((mode & search) === 0) return false;
    if (at === dirname(at)) return true;
  }
}
