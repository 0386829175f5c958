import { execFile } from 'node:child_process';
import { constants } from 'node:fs';
import { access, mkdir, readdir, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { emptyDirectory } from '../data-directory.js';
import { createTestDatabase, databaseUrl } from '../database.js';
import { rollcall, rollcallServer, type ServerProcess, seeded } from '../process.js';

/** The command and the server, each in a process of its own, as in two terminals. */

let scratch: string;
/** The data directory of the server. */
let dataDir: string;

beforeAll(async () => {
  scratch = await emptyDirectory();
  dataDir = join(scratch, 'data');
});

afterAll(() => rm(scratch, { recursive: true, force: true }));

const WORKSPACE = [
  'workspace',
  'create',
  '--name',
  'Acme',
  '--version',
  'V2',
  '--scim',
  '--owner',
  'owner@acme.test',
];

describe('a command beside a server with its own data directory and port', () => {
  let server: ServerProcess;

  beforeAll(async () => {
    server = await rollcallServer({ ROLLCALL_DATA_DIR: dataDir });
  });

  afterAll(async () => {
    server.signal('SIGTERM');
    await server.ended;
  });

  test('the first start of the server says that it creates a database, and where', () => {
    expect(server.banner).toContain(`Making a database in ${dataDir} …\n`);
  });

  test('with the same data directory prints URLs of the server and a key that the server accepts', async () => {
    const { code, stdout, stderr } = await rollcall([...WORKSPACE, '--json'], { ROLLCALL_DATA_DIR: dataDir });
    expect({ code, stderr }).toEqual({
      code: 0,
      stderr: `Database: the embedded one in ${dataDir}. Its server runs at ${server.url}.\n`,
    });
    const made: Record<string, string> = JSON.parse(stdout);
    expect(made.graphqlUrl).toBe(`${server.url}/graphql`);
    expect(made.scimBaseUrl).toBe(`${server.url}/scim/v2/organizations/${made.workspaceId}`);
    const response = await fetch(`${made.scimBaseUrl}/Users`, {
      headers: { Authorization: made.apiKey ?? '' },
    });
    expect(response.status).toBe(200);
  });

  test('with another data directory says which, and creates no database in it', async () => {
    const other = join(scratch, 'other');
    expect(await rollcall(WORKSPACE, { ROLLCALL_DATA_DIR: other })).toEqual({
      code: 1,
      stdout: '',
      stderr:
        `Database: the embedded one in ${other}. No server runs on it.\n` +
        `There is no Rollcall database yet: the embedded one in ${other}. If a server is running, it uses another ` +
        'database: set ROLLCALL_DATA_DIR or DATABASE_URL as for the server. To create a new database here, add --init.\n',
    });
    expect(await readdir(scratch)).toEqual(['data']);
  });

  test('ignores and removes the address that a killed server has left', async () => {
    const other = join(scratch, 'killed');
    await mkdir(join(other, 'servers'), { recursive: true });
    const left = { url: 'http://localhost:1', database: `the embedded one in ${other}` };
    // No process has this number: it is above the largest that Linux gives.
    await writeFile(join(other, 'servers', '4194305.json'), JSON.stringify(left));
    const { stderr } = await rollcall(WORKSPACE, { ROLLCALL_DATA_DIR: other });
    expect(stderr).toContain('No server runs on it.');
    expect(await readdir(join(other, 'servers'))).toEqual([]);
    await rm(other, { recursive: true });
  });

  test('sees the address of a client in lastUsedFrom, as people write it', async () => {
    const { apiKey } = seeded(server.banner, 'V2');
    const response = await fetch(`${server.url.replace('localhost', '127.0.0.1')}/graphql`, {
      method: 'POST',
      headers: { Authorization: apiKey, 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { type } }' }),
    });
    expect(response.status).toBe(200);
    const [, operatorToken = ''] = /Operator token\s+(\S+)/.exec(server.banner) ?? [];
    const lastUses = async () => {
      const answer = await fetch(`${server.url}/graphql`, {
        method: 'POST',
        headers: { Authorization: operatorToken, 'Content-Type': 'application/json' },
        body: JSON.stringify({ query: '{ workspaces { nodes { apiKeys { nodes { lastUsedFrom } } } } }' }),
      });
      return await answer.text();
    };
    await expect.poll(lastUses).toContain('"lastUsedFrom":"127.0.0.1"');
    expect(await lastUses()).not.toContain('::ffff:');
  });
});

test('--init creates the database; without a server, the URLs have PORT', async () => {
  const fresh = join(scratch, 'fresh');
  const { code, stdout } = await rollcall([...WORKSPACE, '--init', '--json'], {
    ROLLCALL_DATA_DIR: fresh,
    PORT: '4310',
  });
  expect(code).toBe(0);
  expect(JSON.parse(stdout).graphqlUrl).toBe('http://localhost:4310/graphql');
  await rm(fresh, { recursive: true });
});

test('a configured database without our tables is left unchanged without --init', async () => {
  const database = await createTestDatabase({ empty: true });
  try {
    const environment = { ROLLCALL_DATA_DIR: dataDir, DATABASE_URL: databaseUrl(database) };
    expect(await rollcall(['migrate'], environment)).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringContaining(`There is no Rollcall database yet: ${database.address.database} at `),
    });
    const migrated = await rollcall(['migrate', '--init', '--json'], environment);
    expect(migrated.code).toBe(0);
    expect(JSON.parse(migrated.stdout).applied).toContain('Migration20261123000000_Initial');
  } finally {
    await database.drop();
  }
});

describe('a start that fails says why in a sentence', () => {
  test('listing every wrong setting at once', async () => {
    const wrong = {
      PORT: 'http',
      DATABASE_URL: 'mysql://localhost/x',
      PUBLIC_URL: 'rollcall.acme.test',
      OPERATOR_TOKEN: 'short',
      LOG_LEVEL: 'loud',
      PLAYGROUND: 'maybe',
      NODE_ENV: 'prod',
    };
    const { code, stdout, stderr } = await rollcall(['serve'], { ROLLCALL_DATA_DIR: dataDir, ...wrong });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr.trim().split('\n')).toEqual(
      ['NODE_ENV', ...Object.keys(wrong).slice(0, -1)].map((name) =>
        expect.stringMatching(new RegExp(`^${name} must be .*\\.$`)),
      ),
    );
  });

  test('when the database does not exist', async () => {
    const DATABASE_URL = 'postgresql://rollcall:secret@127.0.0.1:9/rollcall';
    const ended = await rollcall(['serve', '--port', '0'], { ROLLCALL_DATA_DIR: dataDir, DATABASE_URL });
    expect(ended).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^The database cannot be reached \(.*\)\. Check DATABASE_URL\.\n$/),
    });
    expect(ended.stderr).not.toContain('secret');
  });

  test('when the port is taken', async () => {
    const taken = createServer();
    const port = await new Promise<number>((resolve) => {
      taken.listen(0, () => {
        const address = taken.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
    const { code, stderr } = await rollcall(['serve', '--port', String(port)], {
      ROLLCALL_DATA_DIR: dataDir,
    });
    taken.close();
    expect({ code, stderr }).toEqual({ code: 1, stderr: expect.stringContaining(`Port ${port} is taken`) });
  });
});

test('npx finds and runs the command', async () => {
  const command = fileURLToPath(new URL('../../bin/rollcall.js', import.meta.url));
  await expect(access(command, constants.X_OK)).resolves.toBeUndefined();
  const { stdout } = await promisify(execFile)(process.execPath, [command, '--help']);
  expect(stdout).toMatch(/^Usage: rollcall /);
});
