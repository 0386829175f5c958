import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import type { DatabaseAddress } from '../../src/database/address.js';
import { EmbeddedPostgresError } from '../../src/database/embedded/error.js';
import { type EmbeddedPostgres, startEmbeddedPostgres } from '../../src/database/embedded/start.js';
import { emptyDirectory } from '../data-directory.js';

/** Everything of this file is in here. */
let scratch: string;
/** A data directory with a cluster, which the tests start and stop one after the other. */
let dataDir: string;

beforeAll(async () => {
  scratch = await emptyDirectory();
  dataDir = join(scratch, 'data');
});

afterAll(async () => {
  await rm(scratch, { recursive: true, force: true });
});

/** Starts a server for one test. Should the test fail before it stops it, it is stopped then. */
async function start(directory = dataDir, settings?: Record<string, string>): Promise<EmbeddedPostgres> {
  const server = await startEmbeddedPostgres({
    dataDir: directory,
    database: 'rollcall',
    ...(settings === undefined ? {} : { settings }),
  });
  onTestFinished(() => server.stop());
  return server;
}

async function query(address: DatabaseAddress, text: string): Promise<unknown[]> {
  const client = new pg.Client(address);
  // A server that is killed on purpose takes this connection along.
  client.on('error', () => undefined);
  await client.connect();
  try {
    return (await client.query({ text, rowMode: 'array' })).rows.flat();
  } finally {
    await client.end();
  }
}

async function postmasterPid(directory = dataDir): Promise<number> {
  const content = await readFile(join(directory, 'postgres', 'postmaster.pid'), 'utf8');
  return Number.parseInt(content, 10);
}

async function isRunning(directory = dataDir): Promise<boolean> {
  return stat(join(directory, 'postgres', 'postmaster.pid')).then(
    () => true,
    () => false,
  );
}

async function startsIn(directory: string): Promise<number> {
  const log = await readFile(join(directory, 'postgres.log'), 'utf8');
  return log.split('starting PostgreSQL').length - 1;
}

/** Node runs our TypeScript, but does not find `x.ts` where `x.js` is imported. */
const RESOLVE_SOURCES = `data:text/javascript,${encodeURIComponent(`
  import { registerHooks } from 'node:module';
  registerHooks({
    resolve(specifier, context, next) {
      try {
        return next(specifier, context);
      } catch (error) {
        if (!specifier.endsWith('.js')) throw error;
        return next(specifier.replace(/\\.js$/, '.ts'), context);
      }
    },
  });
`)}`;

/** Another process that uses the server on the data directory, and leaves when its input ends. */
async function startElsewhere(): Promise<ChildProcess> {
  const source = new URL('../../src/database/embedded/start.ts', import.meta.url).href;
  const program = `
    const { startEmbeddedPostgres } = await import(${JSON.stringify(source)});
    const server = await startEmbeddedPostgres({ dataDir: ${JSON.stringify(dataDir)}, database: 'rollcall' });
    process.on('SIGINT', () => {});
    console.log('started');
    process.stdin.on('end', () => server.stop().then(() => process.exit())).resume();
  `;
  const args = ['--import', RESOLVE_SOURCES, '--input-type=module', '--eval', program];
  // In a process group of its own, as a shell would start it.
  const child = spawn(process.execPath, args, { stdio: ['pipe', 'pipe', 'inherit'], detached: true });
  onTestFinished(() => {
    child.kill('SIGKILL');
  });
  const ended = once(child, 'exit').then(() => Promise.reject(new Error('The other process ended early')));
  await Promise.race([once(child.stdout, 'data'), ended]);
  ended.catch(() => undefined);
  return child;
}

async function leave(child: ChildProcess): Promise<void> {
  const exit = once(child, 'exit');
  child.stdin?.end();
  await exit;
}

describe('a data directory', () => {
  it('gets a cluster and a database at the first start', async () => {
    const server = await start();

    expect(server.address).toMatchObject({ port: 5432, user: 'rollcall', database: 'rollcall' });
    expect(
      await query(
        server.address,
        `select current_database(), current_setting('server_encoding'), datlocprovider, datlocale,
          current_setting('listen_addresses'), current_setting('max_connections')
        from pg_database where datname = current_database()`,
      ),
    ).toEqual(['rollcall', 'UTF8', 'b', 'C.UTF-8', '', '100']);
    await query(server.address, 'create table kept (value text)');
    await query(server.address, `insert into kept values ('first')`);

    await server.stop();
    expect(await isRunning()).toBe(false);
  });

  it('keeps its data across a restart, and applies settings', async () => {
    const server = await start(dataDir, { max_connections: '17' });

    expect(await query(server.address, 'table kept')).toEqual(['first']);
    expect(await query(server.address, 'show max_connections')).toEqual(['17']);
  });

  it('keeps committed data when the server is killed', async () => {
    const killed = await start();
    await query(killed.address, `insert into kept values ('second')`);
    process.kill(await postmasterPid(), 'SIGKILL');

    const server = await start();

    expect(await query(server.address, 'table kept')).toEqual(['first', 'second']);
    await killed.stop();
    expect(await query(server.address, 'select 1')).toEqual([1]);
  });

  it('starts although the process id that a killed server left now belongs to another program', async () => {
    await (await start()).stop();
    const other = spawn('sleep', ['60'], { stdio: 'ignore' });
    onTestFinished(() => {
      other.kill('SIGKILL');
    });
    const directory = join(dataDir, 'postgres');
    const file = [other.pid, directory, '1795477571', '5432', directory, '', ' 2162781 8', 'ready', ''].join(
      '\n',
    );
    await writeFile(join(directory, 'postmaster.pid'), file);
    await writeFile(join(directory, '.s.PGSQL.5432.lock'), file);

    const server = await start();

    expect(await query(server.address, 'table kept')).toEqual(['first', 'second']);
  });

  it('may have a path that is too long for a Unix socket', async () => {
    const long = join(scratch, 'x'.repeat(120));
    const server = await start(long);
    const { host } = server.address;

    expect(host.length).toBeLessThan(90);
    expect((await stat(host)).mode & 0o777).toBe(0o700);

    await server.stop();
    await expect(stat(host)).rejects.toThrow('ENOENT');
  });

  // As root the server runs as `nobody`, who can't enter root's directories.
  it.runIf(process.geteuid?.() === 0)('may be unreadable for the user that PostgreSQL runs as', async () => {
    const closed = join(scratch, 'closed');
    await mkdir(closed, { mode: 0o700 });

    const server = await start(join(closed, 'data'));

    expect(await query(server.address, 'select 1')).toEqual([1]);
  });
});

describe('several programs that use one server', () => {
  it('share one cluster and one server when they start at the same moment', async () => {
    const directory = join(scratch, 'together');
    const servers = await Promise.all([start(directory), start(directory), start(directory)]);

    const started = await Promise.all(
      servers.map(({ address }) => query(address, 'select pg_postmaster_start_time()::text')),
    );
    expect(new Set(started.flat()).size).toBe(1);
    expect(await startsIn(directory)).toBe(1);
  });

  it('keep it running until the last has stopped, in any order', async () => {
    const first = await start();
    const second = await start();
    expect(second.address).toEqual(first.address);

    await Promise.all([first.stop(), first.stop()]);
    expect(await query(second.address, 'select 1')).toEqual([1]);

    await second.stop();
    expect(await isRunning()).toBe(false);
    await second.stop();
  });

  it('may be separate processes', async () => {
    const other = await startElsewhere();
    const pid = await postmasterPid();
    const server = await start();

    expect(await postmasterPid()).toBe(pid);
    await leave(other);
    expect(await query(server.address, 'select 1')).toEqual([1]);
    await server.stop();
    expect(await isRunning()).toBe(false);
  });

  it('take over the server of a killed process, and stop it at the end', async () => {
    const other = await startElsewhere();
    const pid = await postmasterPid();
    other.kill('SIGKILL');
    await once(other, 'exit');

    const server = await start();

    expect(await postmasterPid()).toBe(pid);
    await server.stop();
    expect(await isRunning()).toBe(false);
  });

  it.skipIf(process.platform === 'win32')('do not lose it to Ctrl-C', async () => {
    const other = await startElsewhere();
    const server = await start();
    if (other.pid === undefined) throw new Error('The other process has no number');
    process.kill(-other.pid, 'SIGINT');
    await wait(100);

    expect(await query(server.address, 'select 1')).toEqual([1]);
    await leave(other);
  });
});

describe('a data directory that cannot be used is refused with what to do', () => {
  it('when its path is a file', async () => {
    const file = join(scratch, 'file');
    await writeFile(file, '');

    for (const directory of [file, join(file, 'below')]) {
      await expect(startEmbeddedPostgres({ dataDir: directory, database: 'rollcall' })).rejects.toThrow(
        new EmbeddedPostgresError(
          `The data directory ${directory} can't be created: a file is in its way. ` +
            'Name another directory, or set DATABASE_URL to a PostgreSQL of your own.',
        ),
      );
    }
  });

  it.runIf(process.platform === 'linux')('when it cannot be created', async () => {
    await expect(startEmbeddedPostgres({ dataDir: '/proc/x/y', database: 'rollcall' })).rejects.toThrow(
      /^The data directory \/proc\/x\/y can't be used \(ENOENT: .*\)\. Name another directory/,
    );
  });

  it('when its cluster is of another major version', async () => {
    const directory = join(scratch, 'old');
    await mkdir(join(directory, 'postgres'), { recursive: true });
    await writeFile(join(directory, 'postgres', 'PG_VERSION'), '12\n');

    await expect(startEmbeddedPostgres({ dataDir: directory, database: 'rollcall' })).rejects.toThrow(
      /was made by PostgreSQL 12; the installed one is \d+, which can not read it\..* set DATABASE_URL/,
    );
  });

  it('when PostgreSQL does not start: with the end of its log', async () => {
    await expect(
      startEmbeddedPostgres({ dataDir, database: 'rollcall', settings: { shared_buffers: 'plenty' } }),
    ).rejects.toThrow(/did not start in .*\n.*invalid value for parameter "shared_buffers": "plenty"/);
    expect(await isRunning()).toBe(false);
  });
});
