import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { sessionLifetimes } from '../../src/domain/session.js';
import { ConfigError, readConfig, requireServable } from '../../src/server/config.js';

function faultsOf(environment: Readonly<Record<string, string>>): string[] {
  try {
    readConfig({}, environment);
    return [];
  } catch (error) {
    if (error instanceof ConfigError) return error.message.split('\n');
    throw error;
  }
}

const SMTP_URL = 'smtps://user:p%40ss@mail.acme.test:465';
const MAIL_FROM = 'Rollcall <rollcall@acme.test>';
const INVITATION_URL = 'https://app.acme.test/join/{token}';

describe('NAME_FILE', () => {
  let file: string;

  beforeAll(async () => {
    const directory = await mkdtemp(join(tmpdir(), 'rollcall-config-'));
    file = join(directory, 'secret');
    await writeFile(file, 'token-from-a-file\n');
  });

  afterAll(() => rm(dirname(file), { recursive: true }));

  test('any setting may be the content of a file, without the line break at its end', () => {
    expect(readConfig({}, { OPERATOR_TOKEN_FILE: file }).operatorToken).toBe('token-from-a-file');
  });

  test('an empty name of a file is no file', () => {
    expect(readConfig({}, { OPERATOR_TOKEN_FILE: '' }).operatorToken).toBeUndefined();
  });

  test('refuses a file that cannot be read, and a setting that is set twice', () => {
    expect(faultsOf({ OPERATOR_TOKEN_FILE: `${file}-missing` })).toEqual([
      expect.stringMatching(/^OPERATOR_TOKEN_FILE cannot be read \(ENOENT: .*\)\.$/),
    ]);
    expect(faultsOf({ OPERATOR_TOKEN_FILE: file, OPERATOR_TOKEN: 'another-long-token' })).toEqual([
      'OPERATOR_TOKEN and OPERATOR_TOKEN_FILE are both set: remove one of them.',
    ]);
  });

  test('a wrong value in a file is refused without showing it', () => {
    expect(faultsOf({ PORT_FILE: file })).toEqual(['PORT must be a port number from 0 to 65535.']);
  });
});

describe('mail', () => {
  test('is off by default', () => {
    expect(readConfig({}, {})).toMatchObject({ mail: undefined, invitationUrl: undefined });
    expect(readConfig({}, { SMTP_URL: ' ', MAIL_FROM })).toMatchObject({ mail: undefined });
  });

  test.each(['rollcall@acme.test', MAIL_FROM, '"Acme, Inc." <rollcall@acme.test>'])(
    'is sent as %s',
    (from) => {
      expect(readConfig({}, { SMTP_URL, MAIL_FROM: from, INVITATION_URL })).toMatchObject({
        mail: { smtpUrl: SMTP_URL, from },
        invitationUrl: INVITATION_URL,
      });
    },
  );

  test('needs a sender and, in production, the URL of links', () => {
    expect(faultsOf({ SMTP_URL })).toEqual(['MAIL_FROM is needed with SMTP_URL.']);
    expect(faultsOf({ SMTP_URL, NODE_ENV: 'production' })).toEqual([
      'MAIL_FROM is needed with SMTP_URL.',
      'PUBLIC_URL is needed with SMTP_URL.',
    ]);
  });

  test.each(['mail.acme.test', 'http://mail.acme.test', 'smtp://', 'smtp:'])(
    'SMTP_URL: refuses %s',
    (url) => {
      expect(faultsOf({ SMTP_URL: url, MAIL_FROM, INVITATION_URL })).toEqual([
        'SMTP_URL must be an smtp:// or smtps:// URL, such as smtps://user:password@mail.example.com.',
      ]);
    },
  );

  test.each(['Rollcall', 'Rollcall <rollcall>', 'a@acme.test, b@acme.test', 'a@acme.test,b@acme.test', '<>'])(
    'MAIL_FROM: refuses %s',
    (from) => {
      expect(faultsOf({ SMTP_URL, MAIL_FROM: from, INVITATION_URL })).toEqual([
        'MAIL_FROM must be an e-mail address, or a name and an address: Rollcall <rollcall@example.com>.',
      ]);
    },
  );

  test.each(['https://app.acme.test/join', 'app.acme.test/{token}', 'javascript:{token}'])(
    'INVITATION_URL: refuses %s',
    (url) => {
      expect(faultsOf({ INVITATION_URL: url })).toEqual([
        'INVITATION_URL must be an http:// or https:// URL with {token} in it, such as https://app.example.com/join/{token}.',
      ]);
    },
  );
});

describe('rule 33: the duration of sessions', () => {
  const HOUR_MS = 3_600_000;

  test('is 12 hours without use and at most 7 days by default', () => {
    expect(sessionLifetimes(readConfig({}, {}))).toEqual({ idleMs: 12 * HOUR_MS, maxMs: 7 * 24 * HOUR_MS });
    expect(sessionLifetimes(readConfig({}, { SESSION_IDLE_HOURS: '1', SESSION_MAX_DAYS: '30' }))).toEqual({
      idleMs: HOUR_MS,
      maxMs: 30 * 24 * HOUR_MS,
    });
  });

  test.each(['0', '-1', '1.5', 'x', '9999'])('refuses %s', (text) => {
    expect(faultsOf({ SESSION_IDLE_HOURS: text, SESSION_MAX_DAYS: text })).toEqual([
      'SESSION_IDLE_HOURS must be a whole number from 1 to 2160.',
      'SESSION_MAX_DAYS must be a whole number from 1 to 90.',
    ]);
  });
});

test('DRAIN_SECONDS is 5 in production, where load balancers have to notice, and may be 0', () => {
  expect(readConfig({}, {}).drainSeconds).toBe(0);
  expect(readConfig({}, { NODE_ENV: 'production' }).drainSeconds).toBe(5);
  expect(readConfig({}, { NODE_ENV: 'production', DRAIN_SECONDS: '0' }).drainSeconds).toBe(0);
  expect(faultsOf({ DRAIN_SECONDS: '-1' })).toEqual(['DRAIN_SECONDS must be a whole number from 0 to 600.']);
});

describe('processes and databases', () => {
  test('are one process without replicas by default', () => {
    expect(readConfig({}, {})).toMatchObject({
      workers: 1,
      databaseReplicaUrls: [],
      databasePoolSize: 20,
    });
  });

  test.each(['0', '65', 'two', '1.5', '-1'])('WORKERS: refuses %s', (workers) => {
    expect(faultsOf({ WORKERS: workers })).toEqual(['WORKERS must be a whole number from 1 to 64.']);
  });

  test('DATABASE_POOL_SIZE: refuses 1, which would only serve notifications', () => {
    expect(faultsOf({ DATABASE_POOL_SIZE: '1' })).toEqual([
      'DATABASE_POOL_SIZE must be a whole number from 2 to 500.',
    ]);
  });

  test('replicas are URLs, separated by commas', () => {
    const [one, other] = ['postgresql://a.acme.test/rollcall', 'postgres://b.acme.test:5433/rollcall'];
    expect(readConfig({}, { DATABASE_REPLICA_URLS: `${one}, ${other}` })).toMatchObject({
      databaseReplicaUrls: [one, other],
    });
    expect(faultsOf({ DATABASE_REPLICA_URLS: `${one},b.acme.test` })).toEqual([
      'DATABASE_REPLICA_URLS must be postgresql:// URLs with the name of a database, separated by commas.',
    ]);
  });
});

test('DATABASE_DIRECT_URL is of no use without the PgBouncer that DATABASE_URL names', () => {
  const url = 'postgresql://db.acme.test/rollcall';
  expect(faultsOf({ DATABASE_DIRECT_URL: url })).toEqual([
    'DATABASE_URL is needed with DATABASE_DIRECT_URL: it names the PgBouncer.',
  ]);
  const pooled = 'postgresql://pgbouncer.acme.test:6432/rollcall';
  expect(readConfig({}, { DATABASE_URL: pooled, DATABASE_DIRECT_URL: url })).toMatchObject({
    databaseUrl: pooled,
    databaseDirectUrl: url,
  });
});

describe('single sign-on', () => {
  test('needs no setting in development; several keys are accepted', () => {
    const [one, other] = [Buffer.alloc(32, 1).toString('base64'), Buffer.alloc(32, 2).toString('base64')];
    expect(readConfig({}, { SECRETS_KEY: `${one}, ${other}` })).toMatchObject({ secretsKeys: [one, other] });
    expect(readConfig({}, { NODE_ENV: 'production' })).toMatchObject({
      secretsKeys: [],
      dnsServers: [],
      ssoPrivateNetworks: false,
      developmentIdentityProvider: false,
    });
  });

  test.each([
    ['SECRETS_KEY', 'short', 'keys of 32 bytes in base64'],
    ['SECRETS_KEY', `${Buffer.alloc(32).toString('base64')},`, 'keys of 32 bytes in base64'],
    ['DNS_SERVERS', 'ns.acme.test', 'IP addresses'],
    ['SSO_PRIVATE_NETWORKS', 'yes', 'on or off'],
  ])('%s: refuses %s', (name, value, allowed) => {
    expect(faultsOf({ [name]: value })).toEqual([expect.stringContaining(`${name} must be ${allowed}`)]);
  });
});

describe('what the network may say', () => {
  test.each([
    ['private', ['loopback', 'linklocal', 'uniquelocal']],
    ['192.0.2.7, 2001:db8::/32', ['192.0.2.7', '2001:db8::/32']],
    ['none', []],
  ])('TRUSTED_PROXIES: %s', (text, proxies) => {
    expect(readConfig({}, { TRUSTED_PROXIES: text }).trustedProxies).toEqual(proxies);
  });

  test.each(['anybody', '192.0.2.0/33', '192.0.2.0/24/1', '*'])('TRUSTED_PROXIES: not %s', (text) => {
    expect(faultsOf({ TRUSTED_PROXIES: text })).toEqual([
      'TRUSTED_PROXIES must be none, or IP addresses, networks such as 192.0.2.0/24, and private, separated by commas.',
    ]);
  });
});

describe('a server in production', () => {
  const PRODUCTION = {
    NODE_ENV: 'production',
    DATABASE_URL: 'postgresql://db.acme.test/rollcall',
    PUBLIC_URL: 'https://rollcall.acme.test',
    SECRETS_KEY: Buffer.alloc(32, 1).toString('base64'),
  };
  const missing = (environment: Readonly<Record<string, string>>) => () =>
    requireServable(readConfig({}, environment));

  test('says in one sentence each what it lacks, which the command line does not need', () => {
    expect(missing({ NODE_ENV: 'production' })).toThrow(
      new ConfigError([
        'DATABASE_URL is needed, or EMBEDDED_DATABASE=on for the PostgreSQL that comes along.',
        'PUBLIC_URL is needed in production: the origin at which clients reach the server, such as https://rollcall.example.com.',
        'SECRETS_KEY is needed in production: the key that encrypts stored secrets. `openssl rand -base64 32` makes one.',
      ]),
    );
    missing(PRODUCTION)();
    missing({ ...PRODUCTION, DATABASE_URL: '', EMBEDDED_DATABASE: 'on' })();
  });

  test('development lacks nothing, unless the embedded database is switched off', () => {
    missing({})();
    expect(missing({ EMBEDDED_DATABASE: 'off' })).toThrow('DATABASE_URL is needed');
  });
});
