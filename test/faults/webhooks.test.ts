import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { graphqlClient } from '../app.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { rollcallServer, type ServerProcess, seeded } from '../process.js';
import { type Receiver, startReceiver } from '../webhooks/receiver.js';

/** Webhooks of a server with two worker processes, as it is installed, until it is told to stop. */

let testDatabase: TestDatabase;
let server: ServerProcess;
let receiver: Receiver;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  receiver = await startReceiver();
  server = await rollcallServer({ DATABASE_URL: testDatabase.url, WORKERS: '2' });
});

afterAll(async () => {
  server.signal('SIGTERM');
  await server.ended;
  await receiver.stop();
  await testDatabase.drop();
});

test('each event is sent once, and SIGTERM finishes what is being sent', async () => {
  const { baseUrl, apiKey } = seeded(server.banner, 'V2');
  const workspaceId = baseUrl.split('/').at(-1);
  const [, token = ''] = /^ {2}TOKEN=(\S+)$/m.exec(server.banner) ?? [];
  const create = 'mutation ($input: WebhookCreateInput!) { webhookCreate(input: $input) { secret } }';
  const input = { workspaceId, url: receiver.url, eventTypes: ['member.add'] };
  expect((await graphqlClient(server.url)(token, create, { input })).errors).toBeUndefined();
  const add = (name: string) =>
    fetch(`${baseUrl}/Users`, {
      method: 'POST',
      // Node keeps connections alive, and one connection is one worker's.
      headers: { Authorization: apiKey, 'Content-Type': 'application/scim+json', Connection: 'close' },
      body: JSON.stringify({ userName: `${name}@webhooks.test` }),
    });
  const ids = () => receiver.received.map(({ headers }) => headers['webhook-id']);
  await Promise.all(Array.from({ length: 40 }, (_, index) => add(`m${index}`)));
  await vi.waitFor(() => expect(new Set(ids()).size).toBe(40), { timeout: 30_000 });
  const answering = Promise.withResolvers<{ status: number }>();
  receiver.reply = () => answering.promise;
  await add('last');
  await vi.waitFor(() => expect(new Set(ids()).size).toBe(41), { timeout: 30_000 });
  server.signal('SIGTERM');
  answering.resolve({ status: 204 });
  expect((await server.ended).code).toBe(0);
  expect(ids()).toHaveLength(41);
});
