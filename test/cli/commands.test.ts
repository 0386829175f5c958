import { rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readConfig } from '../../src/server/config.js';
import { type RunningServer, serve } from '../../src/server/serve.js';
import { emptyDirectory } from '../data-directory.js';
import { createTestDatabase, databaseUrl, type TestDatabase } from '../database.js';
import { UUID } from '../http/graphql/operations.js';
import type { Ended } from '../process.js';
import { runInProcess } from './terminal.js';

let database: TestDatabase;
let environment: Readonly<Record<string, string>>;
let dataDir: string;
let server: RunningServer;
let url: string;

/** Every command works beside a running server, which is how it is used. */
beforeAll(async () => {
  database = await createTestDatabase();
  dataDir = await emptyDirectory();
  environment = { ROLLCALL_DATA_DIR: dataDir, DATABASE_URL: databaseUrl(database), LOG_LEVEL: 'silent' };
  const config = readConfig({ PORT: '0', NODE_ENV: 'production' }, environment);
  server = await serve(config, (address) => {
    url = address;
  });
});

afterAll(async () => {
  await server.stop();
  await database.drop();
  await rm(dataDir, { recursive: true, force: true });
});

/** The first line of every command. */
const usedDatabase = () => `Database: ${database.address.database} at ${database.address.host}.\n`;

function rollcall(args: readonly string[]): Promise<Ended> {
  return runInProcess(args, environment);
}

/** Runs a command that must be refused. @returns what it says about that */
async function refusal(args: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await rollcall(args);
  expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  return stderr.startsWith('Database: ') ? stderr.slice(usedDatabase().length) : stderr;
}

/** Runs a command with `--json` that must succeed: standard output is one line of JSON, and nothing else. */
async function json(...args: string[]): Promise<Record<string, string>> {
  const { code, stdout, stderr } = await rollcall([...args, '--json']);
  expect({ code, stderr, stdout }).toEqual({
    code: 0,
    stderr: usedDatabase(),
    stdout: expect.stringMatching(/^\{.*\}\n$/),
  });
  return JSON.parse(stdout);
}

/** What a key sees at a SCIM path of the running server. */
async function scimStatus(workspaceId: string, apiKey: string): Promise<number> {
  const headers = { Authorization: apiKey };
  const response = await fetch(`${url}/scim/v2/organizations/${workspaceId}/Users`, { headers });
  return response.status;
}

const KEY = expect.stringMatching(/^rollcall_key_[0-9a-f]{16}_[\w-]{43}$/);

function workspaceCreate(...more: string[]): string[] {
  return ['workspace', 'create', '--name', 'Acme', '--owner', 'owner@acme.test', ...more];
}

describe('rollcall workspace create', () => {
  test('V2 with SCIM: the new key works at once in the running server', async () => {
    const made = await json(...workspaceCreate('--version', 'V2', '--scim', '--credits', '100000'));
    expect(made).toEqual({
      workspaceId: UUID,
      ownerMemberId: UUID,
      scimBaseUrl: `http://localhost:4000/scim/v2/organizations/${made.workspaceId}`,
      graphqlUrl: 'http://localhost:4000/graphql',
      apiKey: KEY,
    });
    expect(await scimStatus(made.workspaceId ?? '', made.apiKey ?? '')).toBe(200);
  });

  test.each([
    ['Olivia Olsen', { formatted: 'Olivia Olsen', givenName: 'Olivia', familyName: 'Olsen' }],
    [' Ana María  Ruiz ', { formatted: 'Ana María  Ruiz', givenName: 'Ana María', familyName: 'Ruiz' }],
    ['Cher', { formatted: 'Cher', givenName: 'Cher' }],
  ])('--owner-name %j: the first user has what Okta requires of it', async (ownerName, name) => {
    const made = await json(...workspaceCreate('--version', 'V2', '--scim', '--owner-name', ownerName));
    const response = await fetch(`${url}/scim/v2/organizations/${made.workspaceId}/Users?count=1`, {
      headers: { Authorization: made.apiKey ?? '' },
    });
    expect(await response.json()).toMatchObject({
      Resources: [
        { userName: 'owner@acme.test', name, emails: [{ value: 'owner@acme.test', primary: true }] },
      ],
    });
  });

  test('V1 with seats, printed for people: one value per line', async () => {
    const args = workspaceCreate('--version', 'V1', '--seats', 'builder=5,pro=2');
    const { code, stdout } = await runInProcess(args, {
      ...environment,
      PUBLIC_URL: 'https://rollcall.acme.test',
    });
    expect(code).toBe(0);
    expect(stdout.split('\n')).toEqual([
      expect.stringMatching(/^workspaceId: /),
      expect.stringMatching(/^ownerMemberId: /),
      expect.stringMatching(/^scimBaseUrl: https:\/\/rollcall\.acme\.test\/scim\/v2\/organizations\//),
      'graphqlUrl: https://rollcall.acme.test/graphql',
      expect.stringMatching(/^apiKey: rollcall_key_/),
      '',
    ]);
  });

  test.each([
    [['--version', 'V3'], /'V3' is invalid\. Allowed choices are V1, V2/],
    [['--version', 'V1', '--seats', 'gold=5'], /Write it as builder=5,pro=2/],
    [['--version', 'V2', '--credits', '1.5'], /Use a whole number from 0 to 2147483647/],
    [['--version', 'V2', '--plan', 'GOLD'], /Allowed choices are FREE, TEAM, ENTERPRISE/],
    [['--version', 'V2', '--plan', 'TEAM', '--scim'], /^SCIM is available on ENTERPRISE workspaces only\. /],
    [['--version', 'V1', '--credits', '5'], /^A V1 workspace has no credits\./],
    [['--version', 'V2', '--seats', 'pro=1'], /^A V2 workspace has no seats\./],
    [['--version', 'V2', '--owner', 'olivia'], /^--owner must have the form ann@example\.com\./],
    [['--version', 'V2', '--owner-name', ' '], /Write it as "Olivia Olsen"/],
    [[], /required option '--version <version>' not specified/],
    [['--version', 'V2', '--verbose'], /unknown option '--verbose'/],
  ])('refuses %j', async (more, message) => {
    expect(await refusal(workspaceCreate(...more, '--json'))).toMatch(message);
  });
});

describe('rollcall key create', () => {
  test('creates a key with the scopes, written in any case', async () => {
    const { workspaceId = '' } = await json(...workspaceCreate('--version', 'V2', '--scim'));
    const made = await json(
      ...['key', 'create', '--workspace', workspaceId, '--name', 'Okta', '--scopes', 'scim,MEMBERS_READ'],
    );
    expect(made).toEqual({ keyId: UUID, apiKey: KEY });
    expect(await scimStatus(workspaceId, made.apiKey ?? '')).toBe(200);
  });

  test.each([
    ['01890a5d-ac96-774b-bcce-b302099a8057', 'SCIM', /^There is no such workspace\./],
    ['nowhere', 'SCIM', /^There is no such workspace\./],
    ['nowhere', 'EVERYTHING', /Use some of SCIM,MEMBERS_READ/],
  ])('refuses workspace %s with scopes %s', async (workspace, scopes, message) => {
    const args = ['key', 'create', '--workspace', workspace, '--name', 'Okta', '--scopes', scopes];
    expect(await refusal(args)).toMatch(message);
  });
});

describe('rollcall session create', () => {
  test('creates a session for an owner, which GraphQL accepts', async () => {
    await json(...workspaceCreate('--version', 'V2'));
    const made = await json('session', 'create', '--email', 'Owner@acme.test');
    expect(made).toEqual({
      token: expect.stringMatching(/^rollcall_session_/),
      expiresAt: expect.any(String),
    });
    const response = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { Authorization: made.token ?? '', 'Content-Type': 'application/json' },
      body: JSON.stringify({ query: '{ viewer { type label } }' }),
    });
    expect(await response.json()).toEqual({ data: { viewer: { type: 'PERSON', label: 'owner@acme.test' } } });
  });

  test('refuses a person who has no account, and names the option that makes one', async () => {
    const args = ['session', 'create', '--email', 'nobody@acme.test'];
    expect(await refusal(args)).toBe(
      'Nobody on the platform has this address. Add the person to a workspace first. For somebody who has been ' +
        'invited, set --create-account.\n',
    );
    expect(await json(...args, '--create-account')).toMatchObject({
      token: expect.stringMatching(/^rollcall_session_/),
    });
  });
});

test.each([
  ['{bad', /^--body must be a JSON object, or @ and the name of a file with one\.\n$/],
  ['', /^--body must be a JSON object/],
  ['@nowhere.json', /^The file of --body cannot be read: ENOENT/],
])('rollcall explain refuses the body %j', async (body, message) => {
  const args = ['explain', '--workspace', '01890a5d-ac96-774b-bcce-b302099a8057', '--path', '/Users'];
  expect(await refusal([...args, '--body', body])).toMatch(message);
});

describe('rollcall migrate', () => {
  test('says that no migration is pending', async () => {
    expect(await rollcall(['migrate'])).toEqual({
      code: 0,
      stdout: 'The database is up to date.\n',
      stderr: usedDatabase(),
    });
  });

  test('--json lists the applied migrations', async () => {
    expect(await json('migrate')).toEqual({ applied: [] });
  });
});

test.each([
  ['okta', ''],
  ['entra', ''],
  ['entra', '?aadOptscim062020'],
])(
  'rollcall simulate %s passes against the running server, for both versions (%s)',
  async (provider, flag) => {
    for (const version of ['V1', 'V2']) {
      const seats = version === 'V1' ? ['--seats', 'builder=2,pro=2,starter=2'] : [];
      const { workspaceId, apiKey = '' } = await json(
        ...workspaceCreate('--version', version, '--scim', ...seats),
      );
      const base = `${url}/scim/v2/organizations/${workspaceId}${flag}`;
      const args = ['simulate', provider, '--base-url', base, '--token', apiKey];
      const { stdout, ...outcome } = await rollcall(args);
      expect({ ...outcome, failed: stdout.match(/^FAIL.*(\n {7}.*)*/gm) }).toEqual({
        code: 0,
        stderr: '',
        failed: null,
      });
      const wrong = await rollcall([...args.slice(0, -1), 'rollcall_key_wrong']);
      expect(wrong).toMatchObject({ code: 1, stdout: expect.stringContaining('401') });
    }
  },
  60_000,
);
