import { mkdir, readdir, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyDirectory } from '../data-directory.js';
import { migratedDataDirectory } from '../database.js';
import { rollcall, rollcallProcess, rollcallServer, type ServerProcess, seeded } from '../process.js';

let scratch: string;
/** The data directory of a running server. */
let dataDir: string;
/** A backup of it, made while members are being added. */
let backup: string;
let server: ServerProcess;
/** The userNames that were added before the backup began. */
const added: string[] = [];

beforeAll(async () => {
  scratch = await emptyDirectory();
  dataDir = await migratedDataDirectory(join(scratch, 'data'));
  backup = join(scratch, 'rollcall.tar.gz');
  server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir });
  for (let index = 0; index < 20; index++) added.push(await addMember(server, `before-${index}@acme.test`));
});

afterAll(async () => {
  server.signal('SIGTERM');
  await server.ended;
  await rm(scratch, { recursive: true, force: true });
});

async function scim(at: ServerProcess, path: string, body?: object): Promise<Response> {
  const { baseUrl, apiKey } = seeded(server.banner, 'V2');
  const url = `${at.url}${new URL(baseUrl).pathname}${path}`;
  return fetch(url, {
    headers: { Authorization: apiKey, 'Content-Type': 'application/scim+json' },
    ...(body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) }),
  });
}

async function addMember(at: ServerProcess, userName: string): Promise<string> {
  const response = await scim(at, '/Users', { userName });
  expect(response.status).toBe(201);
  return userName;
}

/** Whether the server finds a member by userName. */
async function has(at: ServerProcess, userName: string): Promise<boolean> {
  const response = await scim(at, `/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
  return (await response.text()).includes('"totalResults":1,');
}

describe('rollcall backup and restore', () => {
  test('a backup that is made under load restores every member that was added before it', async () => {
    let isDone = false;
    const load = (async () => {
      for (let index = 0; !isDone; index++) await addMember(server, `during-${index}@acme.test`);
    })();
    const made = await rollcall(['backup', backup], { ROLLCALL_DATA_DIR: dataDir });
    isDone = true;
    await load;
    expect(made).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^\S+\/rollcall\.tar\.gz: \d+ KiB\n$/),
      stderr: `Database: the embedded one in ${dataDir}.\n`,
    });
    expect((await stat(backup)).mode & 0o777).toBe(0o600);

    const restoredDir = join(scratch, 'restored');
    const { code, stdout } = await rollcall(['restore', backup], { ROLLCALL_DATA_DIR: restoredDir });
    expect({ code, stdout }).toEqual({
      code: 0,
      stdout: expect.stringMatching(/^workspaces: 2\nmembers: \d+\n$/),
    });
    const restored = await rollcallServer({ ROLLCALL_DATA_DIR: restoredDir });
    try {
      // The keys of the sample workspaces, and the key that encrypts secrets, are restored too.
      expect(seeded(restored.banner, 'V2').apiKey).toBe(seeded(server.banner, 'V2').apiKey);
      for (const userName of added) expect(await has(restored, userName)).toBe(true);
      await addMember(restored, 'after@acme.test');
    } finally {
      restored.signal('SIGTERM');
      await restored.ended;
    }
    expect(await has(server, 'after@acme.test')).toBe(false);
  });

  test('an existing file is not overwritten', async () => {
    const file = join(scratch, 'taken');
    await writeFile(file, 'precious');
    const ended = await rollcall(['backup', file], { ROLLCALL_DATA_DIR: dataDir });
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringContaining(`${file} exists already. Choose another name.\n`),
    });
    expect(await readFile(file, 'utf8')).toBe('precious');
  });

  test('a backup that cannot be written leaves nothing', async () => {
    const ended = await rollcall(['backup', join(scratch, 'missing', 'file')], {
      ROLLCALL_DATA_DIR: dataDir,
    });
    expect(ended).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(
        /missing\/file cannot be written \(ENOENT: .*\)\. Choose another name\.\n$/,
      ),
    });
    expect(await readdir(scratch)).not.toContain('missing');
  });

  test.each(['SIGINT', 'SIGTERM'] as const)('a backup that %s stops leaves nothing', async (signal) => {
    const file = join(scratch, 'stopped');
    const running = rollcallProcess(['backup', file], { ROLLCALL_DATA_DIR: dataDir });
    await expect.poll(() => readdir(scratch), { interval: 2 }).toContain('stopped.partial');
    running.signal(signal);
    expect(await running.ended).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/\nStopped\. Nothing is left of it\.\n$/),
    });
    expect((await readdir(scratch)).filter((name) => name.startsWith('stopped'))).toEqual([]);
  });

  test('a restore that is stopped leaves nothing', async () => {
    const target = join(scratch, 'stopped-target');
    const running = rollcallProcess(['restore', backup], { ROLLCALL_DATA_DIR: target });
    await expect
      .poll(() => readdir(target).catch(() => []), { interval: 2 })
      .toContainEqual(expect.stringMatching(/^restoring-/));
    running.signal('SIGINT');
    expect(await running.ended).toEqual({ code: 1, stdout: '', stderr: 'Stopped. Nothing is left of it.\n' });
    expect(await readdir(target)).toEqual([]);
  });

  test('of two restores at once, one is refused; what a killed one left is removed', async () => {
    const target = join(scratch, 'two');
    await mkdir(join(target, 'restoring-00000000-0000-0000-0000-000000000000'), { recursive: true });
    const both = [1, 2].map(() => rollcall(['restore', backup], { ROLLCALL_DATA_DIR: target }));
    const ended = (await Promise.all(both)).sort((a, b) => Number(a.code) - Number(b.code));
    expect(ended).toMatchObject([
      { code: 0 },
      { code: 1, stdout: '', stderr: expect.stringContaining(`There is a database in ${target} already.`) },
    ]);
    expect((await readdir(target)).filter((name) => /^restoring|lock/.test(name))).toEqual([]);
  });

  test('a database is never overwritten', async () => {
    expect(await rollcall(['restore', backup], { ROLLCALL_DATA_DIR: dataDir })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `There is a database in ${dataDir} already. Set ROLLCALL_DATA_DIR to an empty directory, or move this one ` +
        'away.\n',
    });
  });

  test.each([
    ['cut short', (file: string) => truncate(file, 100_000)],
    ['something else', (file: string) => writeFile(file, 'a letter')],
  ])('a file that is %s is refused, and leaves no database', async (_what, damage) => {
    const file = join(scratch, 'damaged');
    const target = join(scratch, 'target');
    await rm(file, { force: true });
    await writeFile(file, await readFile(backup));
    await damage(file);
    await mkdir(target, { recursive: true });
    const ended = await rollcall(['restore', file], { ROLLCALL_DATA_DIR: target });
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/damaged is not a backup, or is damaged \(.+\)\.\n$/),
    });
    expect(await readdir(target)).toEqual([]);
  });

  test.each([
    ['missing', 'missing.tar.gz', 'ENOENT: .*'],
    ['a directory', '.', 'EISDIR: .*'],
  ])('a file that is %s cannot be restored', async (_what, name, reason) => {
    const file = join(scratch, name);
    expect(await rollcall(['restore', file], { ROLLCALL_DATA_DIR: join(scratch, 'target') })).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(
        new RegExp(`^${file} cannot be read \\(${reason}\\)\\. Name the file of a backup\\.\\n$`),
      ),
    });
  });

  test('a database that does not exist cannot be backed up, and is not made', async () => {
    const none = join(scratch, 'none');
    expect(await rollcall(['backup', join(scratch, 'of-none')], { ROLLCALL_DATA_DIR: none })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `There is no Rollcall database yet: the embedded one in ${none}. If a server is running, it uses another ` +
        'database: set ROLLCALL_DATA_DIR or DATABASE_URL as for the server.\n',
    });
    expect(await readdir(scratch)).not.toContain('none');
  });

  test('a configured database server is left to pg_dump', async () => {
    const environment = {
      ROLLCALL_DATA_DIR: dataDir,
      DATABASE_URL: 'postgresql://rollcall@localhost/rollcall',
    };
    for (const command of ['backup', 'restore']) {
      expect(await rollcall([command, backup], environment)).toMatchObject({
        code: 1,
        stderr: expect.stringMatching(/^DATABASE_URL names a database server, .*pg_(dump|restore): see /),
      });
    }
  });
});
