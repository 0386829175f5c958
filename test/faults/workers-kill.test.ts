import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/start.js';
import { connect } from '../../src/database/orm.js';
import { migratedDataDirectory } from '../database.js';
import { expectInvariants } from '../invariants.js';
import { rollcallServer, seeded } from '../process.js';

/** The embedded PostgreSQL, and a worker, are killed in the middle of 1,000 adds over two workers. */

let dataDir: string;

beforeAll(async () => {
  dataDir = await migratedDataDirectory();
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

const ADDS = 1000;
const AT_ONCE = 16;

/** A process that another one has started, on Linux. */
async function childOf(parent: number): Promise<number> {
  for (const pid of (await readdir('/proc')).filter((name) => /^\d+$/.test(name))) {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => '');
    const [, , ppid] = stat.slice(stat.lastIndexOf(')')).split(' ');
    if (Number(ppid) === parent && !stat.includes('(postgres')) return Number(pid);
  }
  throw new Error('the server has no workers');
}

test('everything acknowledged is there, everything else was refused with 503 or has lost its connection', async () => {
  const server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir, WORKERS: '2' });
  const { baseUrl, apiKey } = seeded(server.banner, 'V2');
  const postmaster = Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
  const added: string[] = [];
  const statuses = new Set<number>();
  let next = 0;
  const worker = async () => {
    while (next < ADDS) {
      const userName = `person-${next++}@acme.test`;
      for (let isDone = false; !isDone; ) {
        const response = await fetch(`${baseUrl}/Users`, {
          method: 'POST',
          headers: { Authorization: apiKey, 'Content-Type': 'application/scim+json', Connection: 'close' },
          body: JSON.stringify({ userName }),
        }).catch(() => undefined);
        if (response !== undefined) {
          statuses.add(response.status);
          if (response.status === 503) expect(response.headers.get('retry-after')).toMatch(/^\d+$/);
          await response.text().catch(() => undefined);
        }
        // 409: it was added, and the answer was lost.
        isDone = response?.status === 201 || response?.status === 409;
        if (response?.status === 201) added.push(userName);
      }
      if (added.length === 200) process.kill(postmaster, 'SIGKILL');
      if (added.length === 600) process.kill(await childOf(server.pid), 'SIGKILL');
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  expect([...statuses].filter((status) => ![201, 409, 503].includes(status))).toEqual([]);
  server.signal('SIGTERM');
  expect((await server.ended).code).toBe(0);

  const postgres = await startEmbeddedPostgres({ dataDir, database: 'rollcall' });
  const database = await Database.over(await connect(postgres.address, 2));
  try {
    const sql = <Row>(text: string, values: readonly unknown[] = []) => database.rows<Row>(text, values);
    const [kept] = await sql<{ count: number }>(
      "select count(*)::integer as count from member where user_name like 'person-%'",
    );
    expect(kept?.count).toBe(ADDS);
    await expectInvariants({ sql });
  } finally {
    await database.close();
    await postgres.stop();
  }
}, 180_000);
