import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { migratedDataDirectory } from '../database.js';
import { activity, openStream } from '../http/activity/stream.js';
import { rollcallServer, rollcallUnderShell } from '../process.js';

/** The server stops together with the embedded PostgreSQL, for every way of stopping it. */

let dataDir: string;

beforeAll(async () => {
  dataDir = await migratedDataDirectory();
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

async function expectNoPostgres(): Promise<void> {
  await vi.waitFor(
    async () => await expect(stat(join(dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT'),
    { timeout: 10_000 },
  );
}

test.each(['SIGTERM', 'SIGINT', 'SIGHUP'] as const)(
  '%s sent twice stops the server and PostgreSQL',
  async (signal) => {
    const server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir });
    server.signal(signal);
    server.signal(signal);
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    await expectNoPostgres();
  },
);

test('a subscription ends with SUBSCRIPTION_INTERRUPTED and does not delay the stop', async () => {
  const server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir });
  const [, token = ''] = /^ {2}TOKEN=(\S+)$/m.exec(server.banner) ?? [];
  const [, workspaceId = ''] = /^ {2}WORKSPACE=(\S+)$/m.exec(server.banner) ?? [];
  const stream = await openStream(server.url, token, activity(workspaceId));
  const began = performance.now();
  server.signal('SIGTERM');
  expect(await stream.rest()).toMatchObject([
    { event: 'next', data: { errors: [{ extensions: { code: 'SUBSCRIPTION_INTERRUPTED' } }] } },
    { event: 'complete' },
  ]);
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  // After 10 seconds, connections are cut.
  expect(performance.now() - began).toBeLessThan(9_000);
});

test('the server stops although standard output is closed', async () => {
  const server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir, LOG_LEVEL: 'info' });
  server.closeOutput();
  for (let index = 0; index < 20; index += 1) expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
  server.signal('SIGTERM');
  expect(await server.ended).toMatchObject({ code: 0 });
  await expectNoPostgres();
});

test('the server stops when the shell between npm and the server exits', async () => {
  const shell = rollcallUnderShell({ ROLLCALL_DATA_DIR: dataDir });
  await new Promise<void>((resolve) => {
    shell.stdout?.on('data', (text: Buffer) => text.includes('ready at') && resolve());
  });
  shell.kill('SIGTERM');
  await expectNoPostgres();
});
