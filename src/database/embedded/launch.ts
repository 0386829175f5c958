import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { lstat, mkdir, open, rename, rmdir, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import type { PostgresBinaries } from './binaries.js';
import { EmbeddedPostgresError, isSystemError } from './error.js';
import { giveTo, placeFor, type ServerIdentity } from './identity.js';
import { type PostmasterFile, postmasterState, readPostmasterFile } from './postmaster.js';
import { isDiskFull, lastLines, runTool, toolEnvironment } from './tool.js';

/** The parameters for starting the server of one cluster. */
export interface LaunchPlan {
  readonly clusterDir: string;
  readonly logFile: string;
  readonly binaries: PostgresBinaries;
  readonly identity: ServerIdentity | undefined;
  /** On Windows: the port of the server that this one replaces, at which clients look for it. */
  readonly port?: number;
  /** Server settings, which override the defaults below. */
  readonly settings: Readonly<Record<string, string>>;
}

/**
 * The caller of a failed statement gets the error and reports it; the server's log would repeat members' data. LOG
 * stands above ERROR in this setting's order, so starts and crashes are kept.
 */
const DEFAULT_SETTINGS: Readonly<Record<string, string>> = {
  max_connections: '100',
  shared_buffers: '128MB',
  timezone: 'UTC',
  log_timezone: 'UTC',
  log_min_messages: 'log',
};

const POLL_MS = 10;
const START_LIMIT_MS = 300_000;
const STOP_LIMIT_MS = 60_000;
const LOG_LIMIT_BYTES = 10_000_000;

/** `sun_path` has 104 bytes on macOS and 108 on Linux, with the closing zero. */
const SOCKET_PATH_LIMIT = 103;
const SOCKET_PORT = 5432;

/** The message of a server that finds another one running in its directory, starting or stopping. */
const DIRECTORY_TAKEN = new RegExp(
  [
    'lock file ".*" (?:already exists|is empty)',
    'pre-existing shared memory block',
    // A server that has just ended removed the directory of its socket.
    'could not create lock file ".*": No such file or directory',
  ].join('|'),
);

/**
 * Starts the server and waits until it takes connections.
 *
 * @returns whether this server has started; `false` when another server has the directory.
 * @throws EmbeddedPostgresError with the end of the server's log when it did not start.
 */
export async function launchServer(plan: LaunchPlan): Promise<boolean> {
  const place = await placeFor(plan.identity, plan.clusterDir);
  const settings = { ...DEFAULT_SETTINGS, ...(await listenSettings(plan, place.argument)), ...plan.settings };
  const options = Object.entries(settings).map(([name, value]) => `${name}=${value}`);
  await rotateLog(plan.logFile);
  const log = await open(plan.logFile, 'a', 0o600);
  try {
    const logStart = (await log.stat()).size;
    const started =
      process.platform === 'win32'
        ? await launchThroughPgCtl(plan, options)
        : await launchDetached(
            plan,
            ['-D', place.argument, ...options.flatMap((option) => ['-c', option])],
            place.cwd,
            log.fd,
          );
    if (started) return true;
    const written = await readFrom(plan.logFile, logStart);
    if (DIRECTORY_TAKEN.test(written)) return false;
    throw new EmbeddedPostgresError(
      `PostgreSQL did not start in ${plan.clusterDir}. Its log, ${plan.logFile}, ends:\n${lastLines(written)}\n` +
        (isDiskFull(written) ? 'The disk is full: free some space.' : 'Correct what it names.'),
    );
  } finally {
    await log.close();
  }
}

/**
 * Starts `postgres` in a session of its own: Ctrl-C on a terminal goes to the whole process group, and would stop
 * the database while our last requests still use it.
 */
async function launchDetached(
  plan: LaunchPlan,
  args: string[],
  cwd: string,
  logFd: number,
): Promise<boolean> {
  const child = spawn(plan.binaries.postgres, args, {
    cwd,
    env: toolEnvironment(),
    detached: true,
    stdio: ['ignore', logFd, logFd],
    ...plan.identity,
  });
  let failure: Error | undefined;
  let ended = false;
  child.on('error', (error) => {
    failure = error;
  });
  child.on('exit', () => {
    ended = true;
  });
  child.unref();
  // The server writes `ready` into its file when it takes connections, so nothing has to try to connect.
  for (const limit = Date.now() + START_LIMIT_MS; !ended; await wait(POLL_MS)) {
    if (failure !== undefined) throw failure;
    const file = await readPostmasterFile(plan.clusterDir);
    if (file?.ready && file.pid === child.pid) return true;
    if (Date.now() > limit) {
      child.kill('SIGINT');
      throw new EmbeddedPostgresError(
        `PostgreSQL in ${plan.clusterDir} is still not ready after ${START_LIMIT_MS / 1000} s: see ${plan.logFile}.`,
      );
    }
  }
  return false;
}

/** On Windows `postgres` refuses to run for administrators, and pg_ctl gives up their rights for it. */
async function launchThroughPgCtl(plan: LaunchPlan, options: readonly string[]): Promise<boolean> {
  const child = spawn(
    plan.binaries.pgCtl,
    [
      'start',
      '-w',
      '-D',
      plan.clusterDir,
      '-l',
      plan.logFile,
      '-o',
      options.map((option) => `-c "${option}"`).join(' '),
    ],
    // No pipes: the server would inherit them and keep them open.
    { cwd: plan.clusterDir, env: toolEnvironment(), detached: true, stdio: 'ignore', windowsHide: true },
  );
  const exitCode = await new Promise<number | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('exit', resolve);
  });
  return exitCode === 0;
}

/** A unix socket that only the server's user and root can reach, and no TCP; on Windows TCP on the loopback alone. */
async function listenSettings(plan: LaunchPlan, argument: string): Promise<Record<string, string>> {
  if (process.platform === 'win32') {
    return {
      listen_addresses: '127.0.0.1',
      port: String(plan.port ?? (await freePort())),
      unix_socket_directories: '',
    };
  }
  const directory = await socketDirectory(plan, argument === plan.clusterDir);
  return {
    listen_addresses: '',
    port: String(SOCKET_PORT),
    // A list of names, in which quotes protect commas and are doubled.
    unix_socket_directories: `"${directory.replaceAll('"', '""')}"`,
    unix_socket_permissions: '0700',
  };
}

/** The cluster's own directory; or a short one when that is too long for a socket, or closed to the server's user. */
async function socketDirectory(plan: LaunchPlan, isReachable: boolean): Promise<string> {
  const fits = (directory: string) =>
    Buffer.byteLength(join(directory, `.s.PGSQL.${SOCKET_PORT}`)) <= SOCKET_PATH_LIMIT;
  if (isReachable && fits(plan.clusterDir)) return plan.clusterDir;
  const name = `rollcall-${createHash('sha256').update(plan.clusterDir).digest('hex').slice(0, 16)}`;
  const directory = join(fits(join(tmpdir(), name)) ? tmpdir() : '/tmp', name);
  try {
    await mkdir(directory, { mode: 0o700 });
    await giveTo(plan.identity, directory);
  } catch (error) {
    if (!isSystemError(error, 'EEXIST')) throw error;
  }
  // Any user can write to the temporary directory: another user may have created this directory, to listen in place of
  // this server.
  const found = await lstat(directory);
  if (
    found.isDirectory() &&
    found.uid === (plan.identity?.uid ?? process.geteuid?.()) &&
    !(found.mode & 0o077)
  ) {
    return directory;
  }
  throw new EmbeddedPostgresError(
    `${directory}, where the database's socket should be, belongs to another user (uid ${found.uid}) or is open to ` +
      'others. Remove it, or name a data directory with a shorter path.',
  );
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const probe = createServer();
    probe.on('error', reject);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => resolve(typeof address === 'object' && address !== null ? address.port : 0));
    });
  });
}

async function rotateLog(logFile: string): Promise<void> {
  const found = await stat(logFile).catch(() => undefined);
  if (found !== undefined && found.size > LOG_LIMIT_BYTES) await rename(logFile, `${logFile}.old`);
}

async function readFrom(path: string, start: number): Promise<string> {
  const handle = await open(path, 'r');
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of handle.createReadStream({ start, autoClose: false })) chunks.push(chunk);
    return Buffer.concat(chunks).toString('utf8');
  } finally {
    await handle.close();
  }
}

/**
 * Stops a server with a fast shutdown: transactions are rolled back, connections closed, everything written.
 *
 * @throws EmbeddedPostgresError when it has not stopped after a minute.
 */
export async function stopServer(plan: LaunchPlan, file: PostmasterFile): Promise<void> {
  // A process that cannot be recognized as this server (it is gone, or in another container) gets no signal.
  if ((await postmasterState(file, plan.clusterDir)) !== 'running') return;
  if (process.platform === 'win32') {
    const args = ['stop', '-w', '-m', 'fast', '-D', plan.clusterDir];
    await runTool(plan.binaries.pgCtl, args, { cwd: plan.clusterDir, identity: undefined });
    return;
  }
  process.kill(file.pid, 'SIGINT');
  for (const limit = Date.now() + STOP_LIMIT_MS; ; await wait(POLL_MS)) {
    if ((await postmasterState(file, plan.clusterDir)) !== 'running') break;
    if (Date.now() > limit) {
      throw new EmbeddedPostgresError(
        `PostgreSQL in ${plan.clusterDir} (process ${file.pid}) does not stop: see ${plan.logFile}.`,
      );
    }
  }
  // Ours, unless a new server already has its socket there.
  if (file.host !== plan.clusterDir) await rmdir(file.host).catch(() => undefined);
}
