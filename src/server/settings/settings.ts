import { fileURLToPath } from 'node:url';
import { DEFAULT_IDLE_HOURS, DEFAULT_MAX_DAYS } from '../../domain/session.js';
import {
  databaseUrl,
  databaseUrls,
  directory,
  invitationUrl,
  keys,
  nameServers,
  oneOf,
  onOff,
  onOffInDevelopment,
  origin,
  proxies,
  sender,
  smtpUrl,
  token,
  wholeNumber,
} from './kinds.js';
import { list, optional, type Setting, withDefault } from './setting.js';

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** `test` is what test runners set; it is development. */
const MODES = ['development', 'production', 'test'] as const;
const MOST_SESSION_DAYS = 90;
const seconds = wholeNumber(1, 600);

/** Below the program, wherever the process was started. */
const DATA_DIR = fileURLToPath(new URL('../../../.rollcall', import.meta.url));
const dataDir: Setting<string> = {
  ...withDefault(
    { name: 'ROLLCALL_DATA_DIR', kind: directory, meaning: 'Directory of the embedded database' },
    '.rollcall',
  ),
  fallback: () => DATA_DIR,
};

/**
 * Every setting of the program, by its property of `Config`. `npm run settings` writes the tables of
 * docs/operators/configure.md from it, which says the rest.
 */
export const SETTINGS = {
  port: withDefault(
    {
      name: 'PORT',
      kind: wholeNumber(0, 65_535, 'a port number from 0 to 65535'),
      meaning: 'Port to listen on',
    },
    '4000',
  ),
  workers: withDefault(
    { name: 'WORKERS', kind: wholeNumber(1, 64), meaning: 'Processes that share the port' },
    '1',
  ),
  databaseUrl: optional({
    name: 'DATABASE_URL',
    kind: databaseUrl,
    meaning: 'The database',
    isSecret: true,
  }),
  databaseDirectUrl: optional({
    name: 'DATABASE_DIRECT_URL',
    kind: databaseUrl,
    meaning: 'The server itself, if the above is a PgBouncer',
    isSecret: true,
  }),
  embeddedDatabase: withDefault(
    { name: 'EMBEDDED_DATABASE', kind: onOff, meaning: 'Without a database: use the embedded one' },
    'on',
    'off',
  ),
  databaseReplicaUrls: list({
    name: 'DATABASE_REPLICA_URLS',
    kind: databaseUrls,
    meaning: 'Read replicas, separated by commas',
    isSecret: true,
  }),
  databasePoolSize: withDefault(
    {
      name: 'DATABASE_POOL_SIZE',
      // One connection listens for the notifications of other processes.
      kind: wholeNumber(2, 500),
      meaning: 'Connections per process and database',
    },
    '20',
  ),
  databaseLockSeconds: withDefault(
    { name: 'DATABASE_LOCK_SECONDS', kind: seconds, meaning: 'How long a statement waits for a lock' },
    '3',
  ),
  databaseStatementSeconds: withDefault(
    { name: 'DATABASE_STATEMENT_SECONDS', kind: seconds, meaning: 'How long a statement takes at most' },
    '10',
  ),
  databaseIdleSeconds: withDefault(
    { name: 'DATABASE_IDLE_SECONDS', kind: seconds, meaning: 'How long a transaction may be idle' },
    '10',
  ),
  databaseWaitSeconds: withDefault(
    { name: 'DATABASE_WAIT_SECONDS', kind: seconds, meaning: 'How long a request waits for a connection' },
    '5',
  ),
  databaseSharePercent: withDefault(
    {
      name: 'DATABASE_SHARE_PERCENT',
      kind: wholeNumber(1, 100),
      meaning: 'Part of the connections one workspace may use',
    },
    '50',
  ),
  requestSeconds: withDefault(
    { name: 'REQUEST_SECONDS', kind: seconds, meaning: 'How long a request takes at most' },
    '30',
  ),
  drainSeconds: withDefault(
    {
      name: 'DRAIN_SECONDS',
      kind: wholeNumber(0, 600),
      meaning: 'How long a stopping server still takes requests',
    },
    '0',
    // Most load balancers ask every few seconds.
    '5',
  ),
  dataDir,
  publicUrl: optional({
    name: 'PUBLIC_URL',
    kind: origin,
    meaning: 'Origin at which clients reach the server',
    needed: 'the origin at which clients reach the server, such as https://rollcall.example.com.',
  }),
  trustedProxies: withDefault(
    { name: 'TRUSTED_PROXIES', kind: proxies, meaning: 'Proxies whose `X-Forwarded-*` headers count' },
    'private',
  ),
  wrongCredentialsLimit: withDefault(
    {
      name: 'WRONG_CREDENTIALS_LIMIT',
      kind: wholeNumber(1, 100_000),
      meaning: 'Wrong credentials one network address may send',
    },
    '100',
  ),
  invitationsLimit: withDefault(
    {
      name: 'INVITATIONS_LIMIT',
      kind: wholeNumber(1, 1_000_000),
      meaning: 'Invitations one workspace may send',
    },
    '10000',
  ),
  domainChecksLimit: withDefault(
    {
      name: 'DOMAIN_CHECKS_LIMIT',
      kind: wholeNumber(1, 100_000),
      meaning: 'Checks of domains one workspace may ask for',
    },
    '60',
  ),
  operatorToken: optional({
    name: 'OPERATOR_TOKEN',
    kind: token,
    meaning: 'Operator token, without blanks',
    isSecret: true,
  }),
  metricsToken: optional({
    name: 'METRICS_TOKEN',
    kind: token,
    meaning: 'Token that reads `/metrics`, without blanks',
    isSecret: true,
  }),
  smtpUrl: optional({
    name: 'SMTP_URL',
    kind: smtpUrl,
    meaning: 'Mail server for invitations and sign-in links',
    isSecret: true,
  }),
  mailFrom: optional({
    name: 'MAIL_FROM',
    kind: sender,
    meaning: 'Sender of mails; required with `SMTP_URL`',
  }),
  invitationUrl: optional({
    name: 'INVITATION_URL',
    kind: invitationUrl,
    meaning: 'Invitation page of your own application',
  }),
  provisioningLogDays: withDefault(
    {
      name: 'PROVISIONING_LOG_DAYS',
      kind: wholeNumber(0, 400),
      meaning: 'Days the provisioning log is kept',
    },
    '30',
  ),
  sessionIdleHours: withDefault(
    {
      name: 'SESSION_IDLE_HOURS',
      kind: wholeNumber(1, 24 * MOST_SESSION_DAYS),
      meaning: 'Hours without use after which a session ends',
    },
    String(DEFAULT_IDLE_HOURS),
  ),
  sessionMaxDays: withDefault(
    {
      name: 'SESSION_MAX_DAYS',
      kind: wholeNumber(1, MOST_SESSION_DAYS),
      meaning: 'Days after which every session ends',
    },
    String(DEFAULT_MAX_DAYS),
  ),
  /** The first one encrypts, all decrypt. */
  secretsKeys: list({
    name: 'SECRETS_KEY',
    kind: keys,
    meaning: 'Keys that encrypt stored secrets',
    isSecret: true,
    needed: 'the key that encrypts stored secrets. `openssl rand -base64 32` makes one.',
  }),
  dnsServers: list({
    name: 'DNS_SERVERS',
    kind: nameServers,
    meaning: 'Name servers that verify domains',
  }),
  ssoPrivateNetworks: withDefault(
    {
      name: 'SSO_PRIVATE_NETWORKS',
      kind: onOff,
      meaning: 'Allow identity providers on private networks',
    },
    'on',
    'off',
  ),
  webhookPrivateNetworks: withDefault(
    { name: 'WEBHOOK_PRIVATE_NETWORKS', kind: onOff, meaning: 'Allow webhooks on private networks' },
    'on',
    'off',
  ),
  developmentIdentityProvider: withDefault(
    {
      name: 'DEV_IDENTITY_PROVIDER',
      kind: onOffInDevelopment,
      meaning: 'Development: start an identity provider',
    },
    'on',
    'off',
  ),
  logLevel: withDefault(
    { name: 'LOG_LEVEL', kind: oneOf(LOG_LEVELS), meaning: 'Least important lines in the log' },
    'info',
  ),
  playground: withDefault(
    { name: 'PLAYGROUND', kind: onOff, meaning: 'Serve the playground and introspection' },
    'on',
    'off',
  ),
  mode: withDefault(
    {
      name: 'NODE_ENV',
      kind: oneOf(MODES),
      meaning: '`development`, `production` or `test`',
    },
    'development',
  ),
} as const;
