import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { startEmbeddedPostgres } from '../../src/database/embedded/start.js';
import { connect } from '../../src/database/orm.js';
import { migratedDataDirectory } from '../database.js';
import { expectInvariants } from '../invariants.js';
import { rollcallServer, type ServerProcess, seeded } from '../process.js';

/** The test has its own embedded database, because it checks what survives on disk. */
let dataDir: string;

beforeAll(async () => {
  dataDir = await migratedDataDirectory();
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

function serve(): Promise<ServerProcess> {
  return rollcallServer({ ROLLCALL_DATA_DIR: dataDir });
}

async function postmasterPid(): Promise<number> {
  return Number.parseInt(await readFile(join(dataDir, 'postgres', 'postmaster.pid'), 'utf8'), 10);
}

const ADDS = 1000;
const AT_ONCE = 16;

/**
 * Adds people to both seeded workspaces until all are added or the server is gone.
 * @param onAdded called with the number of people added so far
 * @returns the ids that were answered with 201
 */
async function addPeople({ banner }: ServerProcess, onAdded: (count: number) => void): Promise<string[]> {
  const targets = [
    {
      ...seeded(banner, 'V1'),
      attributes: (index: number) => (index % 200 === 0 ? { seatType: 'starter' } : {}),
    },
    { ...seeded(banner, 'V2'), attributes: () => ({}) },
  ];
  const added: string[] = [];
  let next = 0;
  const worker = async () => {
    while (next < ADDS) {
      const index = next++;
      const { baseUrl = '', apiKey = '', attributes } = targets[index % 2] ?? {};
      const response = await fetch(`${baseUrl}/Users`, {
        method: 'POST',
        headers: { Authorization: apiKey, 'Content-Type': 'application/scim+json' },
        body: JSON.stringify({ userName: `person-${index}@acme.test`, ...attributes?.(index) }),
      });
      const { id }: { id: string } = JSON.parse(await response.text());
      expect(response.status).toBe(201);
      added.push(id);
      onAdded(added.length);
    }
  };
  await Promise.allSettled(Array.from({ length: AT_ONCE }, worker));
  return added;
}

test('kill -9 of server and database during 1,000 adds: no member is lost or half-written', async () => {
  const first = await serve();
  const postmaster = await postmasterPid();
  const added = await addPeople(first, (count) => {
    if (count !== 300) return;
    first.signal('SIGKILL');
    process.kill(postmaster, 'SIGKILL');
  });
  await first.ended;
  expect(added.length).toBeGreaterThanOrEqual(300);
  expect(added.length).toBeLessThan(ADDS);

  const second = await serve();
  // The keys and workspaces that development stores have survived as well.
  expect(seeded(second.banner, 'V2').apiKey).toBe(seeded(first.banner, 'V2').apiKey);
  const server = await startEmbeddedPostgres({ dataDir, database: 'rollcall' });
  const orm = await connect(server.address, 2);
  try {
    const database = await Database.over(orm);
    const sql = <Row>(text: string, values: readonly unknown[] = []) => database.rows<Row>(text, values);
    const kept = await sql<{ count: number }>(
      'select count(*)::integer as count from member where id = any($1::uuid[])',
      [added],
    );
    expect(kept).toEqual([{ count: added.length }]);
    await expectInvariants({ sql });
  } finally {
    await orm.close();
    await server.stop();
  }
  second.signal('SIGTERM');
  second.signal('SIGTERM');
  expect(await second.ended).toMatchObject({ code: 0, stderr: '' });
});
