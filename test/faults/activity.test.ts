import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { startEmbeddedPostgres } from '../../src/database/embedded/start.js';
import { graphqlClient } from '../app.js';
import { migratedDataDirectory } from '../database.js';
import { activity, openStream } from '../http/activity/stream.js';
import { rollcallServer, type ServerProcess } from '../process.js';
import { startReceiver } from '../webhooks/receiver.js';

/** Subscriptions and webhooks over two processes, while the database restarts. */

const DATABASE = 'rollcall';
const ADD = 'mutation ($input: MemberAddInput!) { memberAdd(input: $input) { changed } }';

let dataDir: string;
let postgres: Awaited<ReturnType<typeof startEmbeddedPostgres>>;
let servers: [ServerProcess, ServerProcess];

beforeAll(async () => {
  dataDir = await migratedDataDirectory();
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

test('webhooks deliver every event at least once, also what was being sent when the database restarted', async () => {
  const [one] = servers;
  const [, token = ''] = /^ {2}TOKEN=(\S+)$/m.exec(one.banner) ?? [];
  const [, workspaceId = ''] = /^ {2}WORKSPACE=(\S+)$/m.exec(one.banner) ?? [];
  const ask = graphqlClient(one.url);
  const receiver = await startReceiver();
  const answering = Promise.withResolvers<{ status: number }>();
  receiver.reply = () => answering.promise;
  try {
    const create = 'mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { secret } }';
    const input = { workspaceId, url: receiver.url, eventTypes: ['member.add'] };
    expect((await ask(token, create, { input })).errors).toBeUndefined();
    const names = ['first', 'second', 'third'].map((name) => `${name}@webhooks.test`);
    /** Adds a member as soon as the database lets it. */
    const add = async (userName: string | undefined) =>
      expect
        .poll(async () => {
          const member = { workspaceId, userName, access: { roleAccess: { role: 'VIEWER' } } };
          return (await ask(token, ADD, { input: member })).data?.memberAdd;
        })
        .toEqual({ changed: true });
    await add(names[0]);
    await vi.waitFor(() => expect(receiver.received).toHaveLength(1), { timeout: 30_000 });
    await postgres.stop();
    answering.resolve({ status: 204 });
    postgres = await startEmbeddedPostgres({ dataDir, database: DATABASE });
    await add(names[1]);
    await add(names[2]);
    const delivered = () => names.filter((name) => receiver.received.some(({ body }) => body.includes(name)));
    await vi.waitFor(() => expect(delivered()).toEqual(names), { timeout: 60_000 });
  } finally {
    await receiver.stop();
  }
}, 90_000);
