import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Config, readConfig } from '../../src/server/config.js';
import { codeIn, page, ROOT } from './pages.js';

/** docs/operators/configure.md and docker/compose.yaml against the code that reads the settings. */

const CONFIGURE = page('docs/operators/configure.md');

/** The setting that decides a part of the configuration. npm sets the variable behind `underNpm`. */
const SETTING_OF: Readonly<Record<keyof Config, string | undefined>> = {
  port: 'PORT',
  workers: 'WORKERS',
  databaseUrl: 'DATABASE_URL',
  databaseDirectUrl: 'DATABASE_DIRECT_URL',
  databaseReplicaUrls: 'DATABASE_REPLICA_URLS',
  databasePoolSize: 'DATABASE_POOL_SIZE',
  databaseLockSeconds: 'DATABASE_LOCK_SECONDS',
  databaseStatementSeconds: 'DATABASE_STATEMENT_SECONDS',
  databaseIdleSeconds: 'DATABASE_IDLE_SECONDS',
  databaseWaitSeconds: 'DATABASE_WAIT_SECONDS',
  databaseSharePercent: 'DATABASE_SHARE_PERCENT',
  requestSeconds: 'REQUEST_SECONDS',
  drainSeconds: 'DRAIN_SECONDS',
  trustedProxies: 'TRUSTED_PROXIES',
  wrongCredentialsLimit: 'WRONG_CREDENTIALS_LIMIT',
  dataDir: 'ROLLCALL_DATA_DIR',
  publicUrl: 'PUBLIC_URL',
  operatorToken: 'OPERATOR_TOKEN',
  metricsToken: 'METRICS_TOKEN',
  mail: 'SMTP_URL',
  invitationUrl: 'INVITATION_URL',
  provisioningLogDays: 'PROVISIONING_LOG_DAYS',
  sessionIdleHours: 'SESSION_IDLE_HOURS',
  sessionMaxDays: 'SESSION_MAX_DAYS',
  secretsKeys: 'SECRETS_KEY',
  dnsServers: 'DNS_SERVERS',
  ssoPrivateNetworks: 'SSO_PRIVATE_NETWORKS',
  webhookPrivateNetworks: 'WEBHOOK_PRIVATE_NETWORKS',
  developmentIdentityProvider: 'DEV_IDENTITY_PROVIDER',
  logLevel: 'LOG_LEVEL',
  playground: 'PLAYGROUND',
  development: 'NODE_ENV',
  underNpm: undefined,
};

/** Setting → its default in the table: a value in backquotes, or `none`. */
const DOCUMENTED = new Map(
  CONFIGURE.tables
    .filter(({ header }) => header[0] === 'Setting')
    .flatMap(({ rows }) => rows.map(([name = '', fallback = '']) => [codeIn(name), fallback] as const)),
);

describe('the table of settings', () => {
  test('has exactly the settings that the program reads', () => {
    expect([...DOCUMENTED.keys()].sort()).toEqual(settingsRead());
  });

  const keys = Object.keys(SETTING_OF).filter(isConfigKey);
  test.each(
    keys.flatMap((key) => {
      const setting = SETTING_OF[key];
      return setting === undefined ? [] : [[setting, key] as const];
    }),
  )('has the default of %s', (setting, key) => {
    const fallback = DOCUMENTED.get(setting) ?? '';
    const value = readConfig({}, {})[key];
    if (fallback === 'none') {
      expect(Array.isArray(value) ? value : [value].filter((part) => part !== undefined)).toEqual([]);
      return;
    }
    expect(fallback).toMatch(/^`[^`]+`/);
    const literal = codeIn(fallback);
    const told = setting === 'ROLLCALL_DATA_DIR' ? join(ROOT, literal) : literal;
    expect(readConfig({}, { [setting]: told })[key]).toEqual(value);
  });

  test('says that production has no playground by default', () => {
    expect(CONFIGURE.text).toContain(
      '- **`PLAYGROUND`**: `on` or `off`. In production the default is `off`.',
    );
    expect(readConfig({}, { NODE_ENV: 'production' }).playground).toBe(false);
  });
});

test('the example has every setting, and the program accepts it', () => {
  const example = CONFIGURE.blocks.find(({ language }) => language === 'ini')?.text ?? '';
  const settings = Object.fromEntries(
    example.split('\n').map((line) => [line.split('=', 1)[0], line.slice(line.indexOf('=') + 1)]),
  );
  expect(Object.keys(settings).sort()).toEqual(settingsRead());
  expect(readConfig({}, settings)).toMatchObject({ development: false, playground: false });
});

test('an empty value means the default, as compose.yaml needs', () => {
  const empty = Object.fromEntries(settingsRead().map((name) => [name, '']));
  expect(readConfig({}, empty)).toEqual(readConfig({}, {}));
});

/** Settings that the image or compose.yaml sets itself. */
const DECIDED_BY_COMPOSE = ['NODE_ENV', 'PORT', 'ROLLCALL_DATA_DIR'];

test('compose.yaml passes every setting to the server', () => {
  const compose = readFileSync(join(ROOT, 'docker/compose.yaml'), 'utf8');
  const missing = settingsRead().filter((name) => !new RegExp(`^ {6}${name}:`, 'm').test(compose));
  expect(missing).toEqual(DECIDED_BY_COMPOSE);
});

/** The names that `readConfig` looks up, sorted; not npm's own, nor the files that every setting may come from. */
function settingsRead(): string[] {
  const names = new Set<string>();
  const watched = new Proxy<Record<string, string>>(
    {},
    {
      get: (_target, name) => {
        names.add(String(name));
        return undefined;
      },
    },
  );
  readConfig({}, watched);
  return [...names].filter((name) => !name.startsWith('npm_') && !name.endsWith('_FILE')).sort();
}

function isConfigKey(key: string): key is keyof Config {
  return Object.hasOwn(SETTING_OF, key);
}
