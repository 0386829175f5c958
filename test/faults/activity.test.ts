import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startEmbeddedPostgres } from '../../src/database/embedded/start.js';
import { graphqlClient } from '../app.js';
import { activity, openStream } from '../http/activity/stream.js';
import { rollcallServer, type ServerProcess } from '../process.js';

/** Subscriptions over two processes, while the database restarts. */

const DATABASE = 'rollcall';
const ADD = 'mutation ($input: MemberAddInput!) { memberAdd(input: $input) { changed } }';

let dataDir: string;
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let servers: [ServerProcess, ServerProcess];

beforeAll(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'rollcall-restart-'));
  await chmod(dataDir, 0o755);
  postgres = await startEmbeddedPostgres({ dataDir, database: DATABASE });
  const { host, port, user } = postgres.address;
  const settings = {
    DATABASE_URL: `postgresql://${user}@localhost:${port}/${DATABASE}?host=${encodeURIComponent(host)}`,
    ROLLCALL_DATA_DIR: join(dataDir, 'rollcall'),
  };
  servers = [await rollcallServer(settings), await rollcallServer(settings)];
});

afterAll(async () => {
  for (const server of servers ?? []) {
    server.signal('SIGTERM');
    await server.ended;
  }
  await postgres?.stop();
  await rm(dataDir, { recursive: true, force: true });
});

test('a stream goes on when the database has restarted: no entry is missing, and none comes twice', async () => {
  const [one, other] = servers;
  const [, token = ''] = /^ {2}TOKEN=(\S+)$/m.exec(one.banner) ?? [];
  const [, workspaceId = ''] = /^ {2}WORKSPACE=(\S+)$/m.exec(one.banner) ?? [];
  const ask = graphqlClient(one.url);
  const stream = await openStream(other.url, token, activity(workspaceId));
  let count = 0;
  /** Adds a member as soon as the database lets it. @returns its address */
  const add = async () => {
    count += 1;
    const userName = `live${count}@acme.test`;
    const input = { workspaceId, userName, access: { roleAccess: { role: 'VIEWER' } } };
    await expect
      .poll(async () => (await ask(token, ADD, { input })).data?.memberAdd)
      .toEqual({ changed: true });
    return userName;
  };
  const names = [await add()];
  await postgres.stop();
  postgres = await startEmbeddedPostgres({ dataDir, database: DATABASE });
  names.push(await add(), await add());
  const events = await stream.take(3);
  expect(events.map((event) => event?.data.data.workspaceActivity.targetLabel)).toEqual(names);
  await stream.close();
});
