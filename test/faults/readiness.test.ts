import { rm } from 'node:fs/promises';
import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { startTestApp } from '../app.js';
import { migratedDataDirectory } from '../database.js';
import { rollcallServer, type ServerProcess, seeded } from '../process.js';
import { ownPostgres } from './own-postgres.js';

/** `/healthz` (alive) and `/readyz` (takes requests): what supervisors and load balancers see. */

/** Node keeps connections alive, and one connection is one worker's. */
const CLOSING = { Connection: 'close' } as const;

async function ask(url: string, path: string): Promise<{ status: number; body: unknown }> {
  const response = await fetch(`${url}${path}`, { headers: CLOSING });
  return { status: response.status, body: await response.json() };
}

const unavailable = (reason: string) => ({
  status: 503,
  body: { status: 'unavailable', reason, message: expect.stringMatching(/\.$/) },
});
const READY = { status: 200, body: { status: 'ready' } };
const ALIVE = { status: 200, body: { status: 'ok' } };

test('a database that is away makes the process unready, not dead', async () => {
  const postgres = await ownPostgres();
  const app = await startTestApp({}, postgres.database);
  try {
    expect(await ask(app.url, '/readyz')).toEqual(READY);
    await postgres.signal('SIGKILL');
    await expect.poll(() => ask(app.url, '/readyz')).toEqual(unavailable('DATABASE_AWAY'));
    expect(await ask(app.url, '/healthz')).toEqual(ALIVE);
    await postgres.startAgain();
    await expect.poll(() => ask(app.url, '/readyz'), { timeout: 10_000 }).toEqual(READY);
  } finally {
    await app.stop();
  }
});

test('a database without a migration of this version makes the process unready; one of a later version does not', async () => {
  const app = await startTestApp();
  try {
    const [last] = await app.sql<{ name: string }>(
      'delete from mikro_orm_migrations where id = (select max(id) from mikro_orm_migrations) returning name',
    );
    expect(await ask(app.url, '/readyz')).toEqual(unavailable('MIGRATIONS_MISSING'));
    expect(await ask(app.url, '/healthz')).toEqual(ALIVE);
    await app.sql('insert into mikro_orm_migrations (name) values ($1), ($2)', [
      last?.name ?? '',
      'Migration20991231000000_Later',
    ]);
    expect(await ask(app.url, '/readyz')).toEqual(READY);
    await app.sql('drop table mikro_orm_migrations');
    expect(await ask(app.url, '/readyz')).toEqual(unavailable('MIGRATIONS_MISSING'));
  } finally {
    await app.stop();
  }
});

describe.each(['1', '2'])('SIGTERM to a server with %s worker(s)', (workers) => {
  let dataDir: string;
  let server: ServerProcess;

  beforeAll(async () => {
    dataDir = await migratedDataDirectory();
    server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir, WORKERS: workers, DRAIN_SECONDS: '3' });
  });

  afterAll(async () => {
    server.signal('SIGTERM');
    await server.ended;
    await rm(dataDir, { recursive: true, force: true });
  });

  /** Adds a member with a request whose body ends when `finish` is called. */
  function startAdding(userName: string) {
    const { baseUrl, apiKey } = seeded(server.banner, 'V2');
    const body = JSON.stringify({ userName });
    const headers = {
      ...CLOSING,
      Authorization: apiKey,
      'Content-Type': 'application/scim+json',
      'Content-Length': body.length,
    };
    const sent = request(`${baseUrl}/Users`, { method: 'POST', headers });
    const status = new Promise<number | undefined>((resolve, reject) => {
      sent.on('response', (response) => resolve(response.resume().statusCode)).on('error', reject);
    });
    sent.write(body.slice(0, 5));
    return {
      finish: () => {
        sent.end(body.slice(5));
        return status;
      },
    };
  }

  test('readyz says DRAINING while requests, old and new, are answered; then the server ends', async () => {
    expect(await ask(server.url, '/readyz')).toEqual(READY);
    const begun = startAdding('begun@acme.test');
    server.signal('SIGTERM');
    // Every worker says so, whichever is asked.
    await expect
      .poll(() => Promise.all([1, 2, 3, 4].map(() => ask(server.url, '/readyz'))))
      .toEqual([1, 2, 3, 4].map(() => unavailable('DRAINING')));
    expect(await begun.finish()).toBe(201);
    expect(await startAdding('new@acme.test').finish()).toBe(201);
    expect(await ask(server.url, '/healthz')).toEqual(ALIVE);
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
    await expect(ask(server.url, '/readyz')).rejects.toThrow('fetch failed');
  });
});
