import { randomUUID } from 'node:crypto';
import { link, readFile, readlink, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { isSystemError } from './error.js';

/** The content of a server's postmaster.pid. */
export interface PostmasterFile {
  readonly content: string;
  /** 0 in the moment before the server has written its number. */
  readonly pid: number;
  /** The directory of its socket, or on Windows its address; empty while it starts. */
  readonly host: string;
  readonly port: number;
  readonly ready: boolean;
}

/**
 * Reads postmaster.pid. Its lines are: process id, data directory, start time, port, socket directory,
 * listen address, shared memory key, status (PostgreSQL's `pidfile.h`).
 *
 * @returns `undefined` when there is none, that is when no server is running and the last one ended well.
 */
export async function readPostmasterFile(clusterDir: string): Promise<PostmasterFile | undefined> {
  let content: string;
  try {
    content = await readFile(join(clusterDir, 'postmaster.pid'), 'utf8');
  } catch (error) {
    if (isSystemError(error, 'ENOENT')) return undefined;
    throw error;
  }
  const [pid = '', , , port = '', socketDir = '', listenAddress = '', , status = ''] = content.split('\n');
  return {
    content,
    pid: Number.parseInt(pid, 10) || 0,
    host: socketDir === '' ? listenAddress.trim() : socketDir,
    port: Number.parseInt(port, 10) || 0,
    ready: status.startsWith('ready'),
  };
}

/**
 * - `running`: a postmaster of this cluster, as far as this process can see.
 * - `gone`: no such process. The next server sees that too and replaces the file.
 * - `other`: the number now belongs to something else, or to a zombie. The next server would refuse to start. This is
 *   usual in containers, where every start uses the same few process ids.
 */
export type PostmasterState = 'running' | 'gone' | 'other';

/** Checks whether the process of a postmaster.pid is still the postmaster of this cluster. */
export async function postmasterState(file: PostmasterFile, clusterDir: string): Promise<PostmasterState> {
  // An empty file is one that a server is about to fill, or what a full disk left of it.
  if (file.pid <= 0) return (await ageOf(clusterDir)) > 5_000 ? 'other' : 'running';
  try {
    process.kill(file.pid, 0);
  } catch (error) {
    if (isSystemError(error, 'ESRCH')) return 'gone';
  }
  return process.platform === 'linux' ? processState(file.pid, clusterDir) : 'running';
}

/** Uses what Linux shows besides: the program's name, whether it is a zombie, and its working directory. */
async function processState(pid: number, clusterDir: string): Promise<PostmasterState> {
  try {
    // "812 (postgres) S 1 …"; the name may itself hold parentheses.
    const line = await readFile(`/proc/${pid}/stat`, 'utf8');
    const name = line.slice(line.indexOf('(') + 1, line.lastIndexOf(')'));
    const state = line.slice(line.lastIndexOf(')') + 2, line.lastIndexOf(')') + 3);
    if (name !== 'postgres' || state === 'Z' || state === 'X') return 'other';
  } catch {
    return 'gone';
  }
  try {
    await readlink(`/proc/${pid}/cwd`);
  } catch (error) {
    // Another user's process does not show its directory.
    return isSystemError(error, 'ENOENT', 'ESRCH') ? 'gone' : 'running';
  }
  const [works, cluster] = await Promise.all([
    stat(`/proc/${pid}/cwd`).catch(() => undefined),
    stat(clusterDir),
  ]);
  return works?.ino === cluster.ino && works.dev === cluster.dev ? 'running' : 'other';
}

async function ageOf(clusterDir: string): Promise<number> {
  const found = await stat(join(clusterDir, 'postmaster.pid')).catch(() => undefined);
  return found === undefined ? 0 : Date.now() - found.mtimeMs;
}

/**
 * Removes a postmaster.pid whose process id belongs to another program, as PostgreSQL's own error message asks people
 * to do. If another process has replaced the file in the meantime, it is put back. A server that is alive after all is
 * still safe: the next one finds its shared memory in use and does not start.
 */
export async function removeStaleFile(file: PostmasterFile, clusterDir: string): Promise<void> {
  const path = join(clusterDir, 'postmaster.pid');
  const aside = `${path}.${randomUUID()}`;
  try {
    await rename(path, aside);
    if ((await readFile(aside, 'utf8')) !== file.content) await link(aside, path);
    // The same number is in the lock beside the socket, and would be refused there.
    else if (file.host.startsWith('/'))
      await rm(join(file.host, `.s.PGSQL.${file.port}.lock`), { force: true });
  } catch (error) {
    // The file is gone, or was replaced again.
    if (!isSystemError(error, 'ENOENT', 'EEXIST')) throw error;
  } finally {
    await rm(aside, { force: true });
  }
}
