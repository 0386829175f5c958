import { rm, stat } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { graphqlClient } from '../app.js';
import { migratedDataDirectory } from '../database.js';
import { rollcall, rollcallServer, type ServerProcess, seeded } from '../process.js';

/** `rollcall serve --workers N`: several processes, one port, one database. */

let dataDir: string;
let environment: Readonly<Record<string, string>>;

beforeAll(async () => {
  dataDir = await migratedDataDirectory();
  environment = { ROLLCALL_DATA_DIR: dataDir, LOG_LEVEL: 'info', WORKERS: '2' };
});

afterAll(async () => {
  await rm(dataDir, { recursive: true, force: true });
});

/** Node keeps connections alive, and one connection is one worker's. */
const CLOSING = { Connection: 'close' } as const;

/** A server whose log is read. */
class Watched {
  readonly #server: ServerProcess;
  #log = '';

  constructor(server: ServerProcess) {
    this.#server = server;
    server.onOutput((text) => {
      this.#log += text;
    });
  }

  lines(): LogLine[] {
    return this.#log
      .split('\n')
      .filter((line) => line.startsWith('{') && line.endsWith('}'))
      .map((line) => JSON.parse(line));
  }

  /** The processes that answer some requests, each on a connection of its own. */
  async workers(): Promise<Set<number>> {
    const requests = 8;
    this.#log = '';
    for (let done = 0; done < requests; done += 1) {
      expect((await fetch(`${this.#server.url}/healthz`, { headers: CLOSING })).status).toBe(200);
    }
    return await vi.waitFor(() => {
      const answered = this.lines().filter(({ route }) => route === '/healthz');
      expect(answered).toHaveLength(requests);
      return new Set(answered.map(({ pid }) => pid));
    });
  }
}

interface LogLine {
  readonly pid: number;
  readonly msg?: string;
  readonly route?: string;
  readonly worker?: number;
}

async function expectNoPostgres(): Promise<void> {
  await expect(stat(join(dataDir, 'postgres', 'postmaster.pid'))).rejects.toThrow('ENOENT');
}

async function expectAllToStop(
  server: ServerProcess,
  watched: Watched,
  signal: 'SIGTERM' | 'SIGINT',
): Promise<void> {
  const workers = await watched.workers();
  expect(workers.size).toBe(2);
  server.signal(signal);
  expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  for (const worker of workers) expect(() => process.kill(worker, 0)).toThrow('ESRCH');
  await expectNoPostgres();
}

describe('two workers', () => {
  let server: ServerProcess;
  let watched: Watched;

  beforeAll(async () => {
    server = await rollcallServer(environment);
    watched = new Watched(server);
  });

  afterAll(async () => {
    server.signal('SIGTERM');
    await server.ended;
  });

  test('share the requests', async () => {
    expect((await watched.workers()).size).toBe(2);
  });

  test('both refuse a key at once when one of them deletes it', async () => {
    const { baseUrl, apiKey } = seeded(server.banner, 'V2');
    const [, operatorToken = ''] = /Operator token\s+(\S+)/.exec(server.banner) ?? [];
    const workspaceId = baseUrl.slice(baseUrl.lastIndexOf('/') + 1);
    const graphql = graphqlClient(server.url);
    const statuses = async () => {
      const asked = Array.from({ length: 6 }, () =>
        fetch(`${baseUrl}/Users?count=1`, { headers: { ...CLOSING, Authorization: apiKey } }),
      );
      return new Set((await Promise.all(asked)).map(({ status }) => status));
    };
    expect(await statuses()).toEqual(new Set([200]));
    const found = await graphql(
      operatorToken,
      'query ($id: ID!) { workspace(id: $id) { apiKeys { nodes { id } } } }',
      {
        id: workspaceId,
      },
    );
    const [{ id: apiKeyId }] = found.data.workspace.apiKeys.nodes;
    const deleted = await graphql(
      operatorToken,
      'mutation ($input: ApiKeyDeleteInput!) { apiKeyDelete(input: $input) { apiKeyId } }',
      { input: { workspaceId, apiKeyId } },
    );
    expect(deleted.data.apiKeyDelete.apiKeyId).toBe(apiKeyId);
    await expect.poll(statuses).toEqual(new Set([401]));
  });

  test('answer the metrics of both together, whichever is asked', async () => {
    const requests = async () => {
      const text = await (await fetch(`${server.url}/metrics`, { headers: CLOSING })).text();
      const counts = text.matchAll(/^rollcall_http_request_duration_seconds_count\{.*healthz.*\} (\d+)$/gm);
      return [...counts].map(([, count]) => Number(count)).reduce((sum, count) => sum + count, 0);
    };
    const before = await requests();
    await watched.workers();
    for (let asked = 0; asked < 4; asked += 1) expect(await requests()).toBe(before + 8);
  });

  test('leave nobody waiting when one is killed that was sent a connection and has not taken it', async () => {
    const [stopped = 0] = await watched.workers();
    process.kill(stopped, 'SIGSTOP');
    // The primary process sends each worker one connection at a time; the other one takes the rest.
    const outcomes: string[] = [];
    const asked = Array.from({ length: 6 }, async () => {
      const answer = await fetch(`${server.url}/healthz`, { headers: CLOSING }).catch(() => undefined);
      outcomes.push(answer === undefined ? 'closed' : String(answer.status));
    });
    await expect.poll(() => outcomes.length).toBe(5);
    process.kill(stopped, 'SIGKILL');
    await Promise.all(asked);
    expect(outcomes).toEqual([...Array(5).fill('200'), 'closed']);
    await expect.poll(async () => (await watched.workers()).size).toBe(2);
  });

  test('keep serving when one is killed, which is replaced', async () => {
    const [killed = 0] = await watched.workers();
    process.kill(killed, 'SIGKILL');
    await expect
      .poll(() => watched.lines().find(({ worker }) => worker === killed))
      .toMatchObject({
        msg: 'a worker exited',
        signal: 'SIGKILL',
      });
    await expect.poll(async () => (await watched.workers()).size).toBe(2);
    expect(await watched.workers()).not.toContain(killed);
  });

  test('stop at SIGTERM, and then the database', () => expectAllToStop(server, watched, 'SIGTERM'));
});

test('all workers stop at SIGINT, and then the database', async () => {
  const server = await rollcallServer(environment);
  await expectAllToStop(server, new Watched(server), 'SIGINT');
});

test('a taken port is reported once, and no process remains', async () => {
  const other = createServer();
  const port = await new Promise<number>((resolve) =>
    other.listen(0, () => {
      const address = other.address();
      resolve(typeof address === 'object' && address !== null ? address.port : 0);
    }),
  );
  const ended = await rollcall(['serve', '--workers', '2', '--port', String(port)], {
    ...environment,
    LOG_LEVEL: 'silent',
  });
  other.close();
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: `Port ${port} is taken, perhaps by a Rollcall that is already running. Set PORT to a free one.\n`,
  });
  await expectNoPostgres();
});
