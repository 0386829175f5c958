import { appendFile, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migratedDataDirectory } from '../database.js';
import { rollcallServer, type ServerProcess, seeded } from '../process.js';

/** The embedded PostgreSQL dies under a server that runs or starts. */

let dataDir: string;

beforeEach(async () => {
  dataDir = await migratedDataDirectory();
});

afterEach(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function postmaster(): Promise<{ readonly pid: number; readonly isReady: boolean }> {
  const content = await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8').catch(() => '');
  const lines = content.split('\n');
  return { pid: Number.parseInt(lines[0] ?? '', 10) || 0, isReady: lines[7]?.startsWith('ready') === true };
}

async function add({ banner }: ServerProcess, userName: string): Promise<number> {
  const { baseUrl, apiKey } = seeded(banner, 'V2');
  const response = await fetch(`${baseUrl}/Users`, {
    method: 'POST',
    headers: { Authorization: apiKey, 'Content-Type': 'application/scim+json', Connection: 'close' },
    body: JSON.stringify({ userName }),
  });
  await response.text();
  return response.status;
}

test.each([1, 2])('with %i processes: it is started again, and the log says so', async (workers) => {
  const server = await rollcallServer({
    ROLLCALL_DATA_DIR: dataDir,
    LOG_LEVEL: 'warn',
    WORKERS: String(workers),
  });
  let log = '';
  server.onOutput((text) => {
    log += text;
  });
  const { pid } = await postmaster();
  process.kill(pid, 'SIGKILL');
  await expect.poll(async () => (await postmaster()).pid).not.toBe(pid);
  await expect.poll(() => add(server, 'after@acme.test')).toBe(201);
  await expect.poll(() => log).toContain('the embedded PostgreSQL was started again');
  server.signal('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  expect((await postmaster()).pid).toBe(0);
});

test.each([1, 2])(
  'with %i processes: what cannot be started again ends them with a sentence',
  async (workers) => {
    const server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir, WORKERS: String(workers) });
    await appendFile(join(dataDir, 'postgres', 'postgresql.conf'), '\nno_such_setting = on\n');
    process.kill((await postmaster()).pid, 'SIGKILL');
    const { code, stderr } = await server.ended;
    expect(code).toBe(1);
    expect(stderr).toMatch(/^PostgreSQL did not start in \S+\. Its log, \S+, ends:\n/);
    expect(stderr).not.toMatch(/^ {4}at /m);
  },
);

test('killed while workers start: a server that works, or a sentence', async () => {
  // Without a database, so that it may be killed while the tables are made.
  await rm(join(dataDir, 'postgres'), { recursive: true });
  const starting = rollcallServer({ ROLLCALL_DATA_DIR: dataDir, WORKERS: '2' }).catch(
    (error: Error) => error.message,
  );
  await expect.poll(async () => (await postmaster()).isReady, { interval: 5 }).toBe(true);
  process.kill((await postmaster()).pid, 'SIGKILL');
  const started = await starting;
  if (typeof started === 'string') {
    expect(started).toMatch(/"code":1,.*"stderr":"[A-Z].*\.\\n"/);
    expect(started).not.toContain('\\n    at ');
    return;
  }
  await expect.poll(() => add(started, 'after@acme.test')).toBe(201);
  started.signal('SIGTERM');
  expect(await started.ended).toMatchObject({ code: 0, stderr: '' });
});
