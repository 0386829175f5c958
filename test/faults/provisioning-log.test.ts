import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { connect } from '../../src/database/orm.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { rollcallServer, type ServerProcess, seeded } from '../process.js';

/** The provisioning log and the brake across two processes, and when the server stops (rules 53, 65). */

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;
let server: ServerProcess;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 2);
  database = await Database.over(orm);
  server = await rollcallServer({ DATABASE_URL: testDatabase.url, WORKERS: '2' });
});

afterAll(async () => {
  server.signal('SIGTERM');
  await server.ended;
  await database.close();
  await testDatabase.drop();
});

async function send(method: string, path: string, body?: object) {
  const { baseUrl, apiKey } = seeded(server.banner, 'V2');
  const response = await fetch(`${baseUrl}${path}`, {
    method,
    // Node keeps connections alive, and one connection is one worker's.
    headers: { Authorization: apiKey, 'Content-Type': 'application/scim+json', Connection: 'close' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  return { status: response.status, body: text === '' ? undefined : JSON.parse(text) };
}

test('removals are counted across processes, and SIGTERM writes the rest of the log', async () => {
  const added = await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      send('POST', '/Users', { userName: `m${index}@processes.test` }),
    ),
  );
  expect(added.map(({ status }) => status)).toEqual(added.map(() => 201));
  const [{ active } = { active: 0 }] = await database.rows<{ active: number }>(
    `select count(*)::integer as active from membership where ended_at is null
       and workspace_id = (select workspace_id from member where user_name = 'm0@processes.test')`,
    [],
  );
  const removed = await Promise.all(added.map(({ body }) => send('DELETE', `/Users/${body.id}`)));
  const statuses = removed.map(({ status }) => status);
  const allowed = Math.max(10, Math.floor(active / 5));
  expect(statuses.filter((status) => status === 204)).toHaveLength(allowed);
  expect(statuses.filter((status) => status === 429)).toHaveLength(40 - allowed);
  // At once, before the next batch is written.
  server.signal('SIGTERM');
  expect((await server.ended).code).toBe(0);
  const logged = await database.rows<{ operation: string; status: number; requests: number }>(
    'select operation, status, count(*)::integer as requests from scim_request group by 1, 2 order by 1, 2',
    [],
  );
  expect(logged).toEqual([
    { operation: 'USER_CREATE', status: 201, requests: 40 },
    { operation: 'USER_DELETE', status: 204, requests: allowed },
    { operation: 'USER_DELETE', status: 429, requests: 40 - allowed },
  ]);
  const [engaged] = await database.rows<{ times: number }>(
    `select count(*)::integer as times from audit_entry where action = 'scim.brakeEngage'`,
    [],
  );
  expect(engaged).toEqual({ times: 1 });
});
