import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rm, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { databaseLimits } from '../../src/database/limits.js';
import { clientConfig } from '../../src/database/orm.js';
import { examinePooler } from '../../src/database/pooler.js';
import { readConfig } from '../../src/server/config.js';
import { scimClient } from '../app.js';
import { emptyDirectory } from '../data-directory.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { freePort } from '../ports.js';
import { rollcall, rollcallServer, type ServerProcess, seeded } from '../process.js';

/**
 * Two servers behind one PgBouncer in transaction mode, with fewer connections to PostgreSQL than one of them uses:
 * statements of one client go to any of them. It needs `pgbouncer`, which npm does not bring, in PATH.
 */

const VERSION = await promisify(execFile)('pgbouncer', ['--version']).then(
  ({ stdout }) => /PgBouncer (\S+)/.exec(stdout)?.[1] ?? 'unknown',
  () => undefined,
);
const LIMITS = databaseLimits(readConfig({}, {}));
const TIME_OUTS =
  `set lock_timeout = ${LIMITS.lockMs}; set statement_timeout = ${LIMITS.statementMs}; ` +
  `set idle_in_transaction_session_timeout = ${LIMITS.idleInTransactionMs}`;

interface Bouncer {
  readonly url: string;
  stop(): Promise<void>;
}

/** @param more lines of its configuration */
async function startBouncer({ address }: TestDatabase, more = ''): Promise<Bouncer> {
  const directory = await emptyDirectory();
  const port = await freePort();
  const { host, port: serverPort, user, database } = address;
  const path = join(directory, 'pgbouncer.ini');
  await writeFile(
    path,
    `[databases]
rollcall = host=${host} port=${serverPort} dbname=${database} user=${user} connect_query='${TIME_OUTS}'
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = ${port}
unix_socket_dir =
auth_type = any
${more}
pool_mode = transaction
default_pool_size = 3
`,
  );
  // PgBouncer refuses to run as root.
  const asOther = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const child: ChildProcess = spawn('pgbouncer', ['-q', path], { stdio: 'ignore', ...asOther });
  const ended = once(child, 'exit');
  await vi.waitFor(() => requireOpen(port), 5000);
  return {
    url: `postgresql://${user}@127.0.0.1:${port}/rollcall`,
    async stop() {
      child.kill('SIGKILL');
      await ended;
      await rm(directory, { recursive: true });
    },
  };
}

async function requireOpen(port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect').finally(() => socket.destroy());
}

describe.skipIf(VERSION === undefined)(`PgBouncer ${VERSION ?? '(not in PATH)'} in transaction mode`, () => {
  let database: TestDatabase;
  let bouncer: Bouncer;
  let dataDir: string;
  let servers: readonly ServerProcess[];
  let first: ServerProcess;

  beforeAll(async () => {
    database = await createTestDatabase({ empty: true });
    bouncer = await startBouncer(database);
    dataDir = await emptyDirectory();
    first = await start();
    servers = [first, await start()];
  }, 60_000);

  afterAll(async () => {
    for (const server of servers) server.signal('SIGTERM');
    await Promise.all(servers.map(({ ended }) => ended));
    await bouncer.stop();
    await database.drop();
    await rm(dataDir, { recursive: true });
  });

  const settings = () => ({
    ROLLCALL_DATA_DIR: dataDir,
    DATABASE_URL: bouncer.url,
    DATABASE_DIRECT_URL: database.url,
  });
  const start = () => rollcallServer(settings());

  test('16 clients of two servers read and write through three connections', async () => {
    const clients = servers.flatMap(({ url }) => {
      const { baseUrl, apiKey } = seeded(first.banner, 'V2');
      const scim = scimClient(url + new URL(baseUrl).pathname, apiKey);
      return Array.from({ length: 8 }, () => scim);
    });
    const statuses = await Promise.all(
      clients.map(async (scim, number) => {
        const answers: number[] = [];
        for (let made = 0; made < 5; made += 1) {
          const userName = `pooled-${number}-${made}@acme.test`;
          const { status, body } = await scim.post('/Users', { userName });
          const path = `/Users/${body.id}`;
          const operations = [{ op: 'replace', path: 'title', value: 'Engineer' }];
          const patch = {
            schemas: ['urn:ietf:params:scim:api:messages:2.0:PatchOp'],
            Operations: operations,
          };
          answers.push(status, (await scim.get(path)).status, (await scim.patch(path, patch)).status);
          const found = await scim.get(`/Users?filter=${encodeURIComponent(`userName eq "${userName}"`)}`);
          answers.push(found.status, found.body.totalResults);
        }
        return answers;
      }),
    );
    expect(statuses.flat()).toEqual(Array.from({ length: 80 }, () => [201, 200, 200, 200, 1]).flat());
  }, 60_000);

  test('more different statements than a connection keeps prepared', async () => {
    const { baseUrl, apiKey } = seeded(first.banner, 'V2');
    const scim = scimClient(baseUrl, apiKey);
    const terms = [
      'displayName',
      'nickName',
      'title',
      'locale',
      'timezone',
      'userType',
      'externalId',
      'userName',
    ];
    const operators = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'lt'];
    const filters = terms.flatMap((left) =>
      terms
        .slice(0, 5)
        .flatMap((right) => operators.map((operator) => `${left} ${operator} "a" or ${right} pr`)),
    );
    expect(filters.length).toBeGreaterThan(250);
    for (const filter of filters) {
      const { status } = await scim.get(`/Users?count=1&filter=${encodeURIComponent(filter)}`);
      expect({ filter, status }).toEqual({ filter, status: 200 });
    }
  }, 60_000);

  test('each server listens on a connection of its own, past PgBouncer', async () => {
    const client = new pg.Client(database.address);
    await client.connect();
    const { rows } = await client.query(
      `select count(*)::integer as listening from pg_stat_activity
       where datname = current_database() and query like 'listen %' and state = 'idle'`,
    );
    await client.end();
    expect(rows).toEqual([{ listening: servers.length }]);
  });

  test('the command line uses the server itself', async () => {
    const { code, stderr } = await rollcall(['migrate', '--json'], settings());
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(database.address.database) });
  });

  test('the server does not start when the connections of PgBouncer have other time-outs', async () => {
    const { code, stderr } = await rollcall(['serve', '--port', '0'], {
      ...settings(),
      DATABASE_STATEMENT_SECONDS: '20',
    });
    expect(code).toBe(1);
    expect(stderr).toContain(
      "connect_query='set lock_timeout = 3000; set statement_timeout = 20000; set idle_in_transaction_session_timeout = 10000'",
    );
  });

  test('the server does not start when it is not told that DATABASE_URL is a PgBouncer', async () => {
    const { DATABASE_URL } = settings();
    const { code, stderr } = await rollcall(['serve', '--port', '0'], { DATABASE_URL });
    expect(code).toBe(1);
    expect(stderr).toContain('In transaction mode, set DATABASE_DIRECT_URL to the URL of the server itself');
  });

  test('without prepared statements in PgBouncer, the server prepares none', async () => {
    const without = await startBouncer(database, isAtLeast(1, 21) ? 'max_prepared_statements = 0' : '');
    try {
      expect(await examinePooler(clientConfig(without.url), LIMITS)).toEqual({ prepares: false });
      expect(await examinePooler(clientConfig(bouncer.url), LIMITS)).toEqual({ prepares: isAtLeast(1, 24) });
    } finally {
      await without.stop();
    }
  });

  function isAtLeast(major: number, minor: number): boolean {
    const [ours = 0, its = 0] = (VERSION ?? '').split('.').map(Number);
    return ours > major || (ours === major && its >= minor);
  }
});
