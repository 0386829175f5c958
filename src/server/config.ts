import { Resolver } from 'node:dns';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { fileURLToPath } from 'node:url';
import { isEncryptionKey } from '../auth/encryption.js';
import { parseDatabaseUrl } from '../database/hosts.js';
import { isAddress } from '../domain/address.js';
import { DEFAULT_IDLE_HOURS, DEFAULT_MAX_DAYS } from '../domain/session.js';

/** The settings of the process. docs/operators/configure.md describes each; a test compares the two. */
export interface Config {
  readonly port: number;
  /** The number of processes that serve; with one, this process serves. */
  readonly workers: number;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** The server itself, where `databaseUrl` names a PgBouncer in transaction mode. */
  readonly databaseDirectUrl: string | undefined;
  /** Replicas of the database, to read from. */
  readonly databaseReplicaUrls: readonly string[];
  /** The most connections that each process holds to the database, and to each replica. */
  readonly databasePoolSize: number;
  /** A statement waits so long for a lock. */
  readonly databaseLockSeconds: number;
  /** A statement takes so long at most. */
  readonly databaseStatementSeconds: number;
  /** A transaction waits so long for its next statement. */
  readonly databaseIdleSeconds: number;
  /** A request waits so long for a connection. */
  readonly databaseWaitSeconds: number;
  /** The most of a process's connections that one workspace uses, in percent. */
  readonly databaseSharePercent: number;
  /** A request is refused when it takes so many seconds, unless its answer has begun. */
  readonly requestSeconds: number;
  /** How long a server that is told to stop still takes requests, so that load balancers notice. */
  readonly drainSeconds: number;
  /** The directory of the embedded database and of the secrets of development. */
  readonly dataDir: string;
  /** The public URL of the server; undefined: the URL of each request. */
  readonly publicUrl: string | undefined;
  /** The proxies whose `X-Forwarded-*` headers are used: addresses, networks and names of networks. */
  readonly trustedProxies: readonly string[];
  /** How many wrong credentials a network address may send in a minute. */
  readonly wrongCredentialsLimit: number;
  readonly operatorToken: string | undefined;
  /** The token that reads `/metrics`; undefined: everybody may in development, nobody in production. */
  readonly metricsToken: string | undefined;
  /** The mail server and the sender; undefined: no mail is sent. */
  readonly mail: MailConfig | undefined;
  /**
   * The page of the customer's application that accepts invitations, with `{token}` in its URL; undefined: this
   * server's page.
   */
  readonly invitationUrl: string | undefined;
  /** How many days the provisioning log keeps entries; 0: there is no log. */
  readonly provisioningLogDays: number;
  /** The hours without use after which a session ends. */
  readonly sessionIdleHours: number;
  /** The age in days at which a session ends. */
  readonly sessionMaxDays: number;
  /** Keys that encrypt stored secrets, in base64: the first one encrypts, all decrypt. */
  readonly secretsKeys: readonly string[];
  /** The name servers for the records that verify domains; empty: those of the operating system. */
  readonly dnsServers: readonly string[];
  /** Whether identity providers may be on private networks. */
  readonly ssoPrivateNetworks: boolean;
  /** Whether events may be sent to private networks. */
  readonly webhookPrivateNetworks: boolean;
  /** Whether an identity provider for development is started beside the server. */
  readonly developmentIdentityProvider: boolean;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Whether introspection and the playground are served. */
  readonly playground: boolean;
  /** Development seeds an empty database and makes its own operator token. */
  readonly development: boolean;
  /** Whether an npm script started the process: then a shell is its parent, which passes no signals on. */
  readonly underNpm: boolean;
}

export interface MailConfig {
  /** `smtp://` or `smtps://`, with user and password if needed. */
  readonly smtpUrl: string;
  readonly from: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** `test` is what test runners set; it is development. */
const MODES = ['development', 'production', 'test'] as const;
const SHORTEST_TOKEN = 16;
const MOST_WORKERS = 64;
const MOST_LOG_DAYS = 400;
const MOST_CONNECTIONS = 500;
const MOST_SESSION_DAYS = 90;
const MOST_SECONDS = 600;
/** In production. Most load balancers ask every few seconds. */
const DEFAULT_DRAIN_SECONDS = 5;
const MOST_WRONG_CREDENTIALS = 100_000;
/** Express's names for the networks that `private` stands for. */
const PRIVATE_NETWORKS = ['loopback', 'linklocal', 'uniquelocal'];

/** The configuration is wrong: `message` has one sentence for each fault. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration; nothing else reads the environment.
 * @param overrides options of the command line, which take precedence over the environment
 * @throws ConfigError naming every fault at once
 */
export function readConfig(overrides: Environment = {}, base: Environment = process.env): Config {
  // Settings are read by name and never copied: a test records the names and compares them with the documentation.
  const setting = (name: string) => overrides[name] ?? base[name];
  const faults: string[] = [];
  const read = <Value>(
    name: string,
    fallback: Value,
    parse: (text: string) => Value | undefined,
    allowed: string,
  ): Value => {
    const text = (textOfFile(name) ?? setting(name))?.trim();
    if (text === undefined || text === '') return fallback;
    const value = parse(text);
    if (value === undefined) faults.push(`${name} must be ${allowed}.`);
    return value ?? fallback;
  };
  /** The content of the file that `NAME_FILE` names, as container platforms pass secrets. */
  const textOfFile = (name: string): string | undefined => {
    const path = setting(`${name}_FILE`);
    if (path === undefined || path === '') return undefined;
    if ((setting(name) ?? '') !== '')
      faults.push(`${name} and ${name}_FILE are both set: remove one of them.`);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      faults.push(`${name}_FILE cannot be read (${error instanceof Error ? error.message : error}).`);
      return undefined;
    }
  };
  const mode = read(
    'NODE_ENV',
    'development',
    (text) => MODES.find((known) => known === text),
    `one of ${MODES.join(', ')}`,
  );
  const development = mode !== 'production';
  const seconds = (name: string, fallback: number) =>
    read(name, fallback, wholeNumber(1, MOST_SECONDS), `a whole number from 1 to ${MOST_SECONDS}`);
  const databaseUrl = (name: string) =>
    read<string | undefined>(
      name,
      undefined,
      (text) => (parseDatabaseUrl(text) === undefined ? undefined : text),
      'a postgresql:// URL with the name of a database; of several hosts, target_session_attrs may be read-write',
    );
  const smtpUrl = read<string | undefined>(
    'SMTP_URL',
    undefined,
    parseSmtpUrl,
    'an smtp:// or smtps:// URL, such as smtps://user:password@mail.example.com',
  );
  const from = read<string | undefined>(
    'MAIL_FROM',
    undefined,
    parseSender,
    'an e-mail address, or a name and an address: Rollcall <rollcall@example.com>',
  );
  const config: Config = {
    port: read('PORT', 4000, wholeNumber(0, 65_535), 'a port number from 0 to 65535'),
    workers: read('WORKERS', 1, wholeNumber(1, MOST_WORKERS), `a whole number from 1 to ${MOST_WORKERS}`),
    databaseUrl: databaseUrl('DATABASE_URL'),
    databaseDirectUrl: databaseUrl('DATABASE_DIRECT_URL'),
    databaseReplicaUrls: read<readonly string[]>(
      'DATABASE_REPLICA_URLS',
      [],
      parseReplicaUrls,
      'postgresql:// URLs with the name of a database, separated by commas',
    ),
    databasePoolSize: read(
      'DATABASE_POOL_SIZE',
      20,
      // One connection listens for the notifications of other processes.
      wholeNumber(2, MOST_CONNECTIONS),
      `a whole number from 2 to ${MOST_CONNECTIONS}`,
    ),
    databaseLockSeconds: seconds('DATABASE_LOCK_SECONDS', 3),
    databaseStatementSeconds: seconds('DATABASE_STATEMENT_SECONDS', 10),
    databaseIdleSeconds: seconds('DATABASE_IDLE_SECONDS', 10),
    databaseWaitSeconds: seconds('DATABASE_WAIT_SECONDS', 5),
    databaseSharePercent: read(
      'DATABASE_SHARE_PERCENT',
      50,
      wholeNumber(1, 100),
      'a whole number from 1 to 100',
    ),
    requestSeconds: seconds('REQUEST_SECONDS', 30),
    drainSeconds: read(
      'DRAIN_SECONDS',
      development ? 0 : DEFAULT_DRAIN_SECONDS,
      wholeNumber(0, MOST_SECONDS),
      `a whole number from 0 to ${MOST_SECONDS}`,
    ),
    dataDir: read(
      'ROLLCALL_DATA_DIR',
      fileURLToPath(new URL('../../.rollcall', import.meta.url)),
      (text) => text,
      'a directory',
    ),
    publicUrl: read<string | undefined>(
      'PUBLIC_URL',
      undefined,
      parseOrigin,
      'an http:// or https:// URL without a path, such as https://rollcall.example.com',
    ),
    trustedProxies: read<readonly string[]>(
      'TRUSTED_PROXIES',
      PRIVATE_NETWORKS,
      parseProxies,
      'none, or IP addresses, networks such as 192.0.2.0/24, and private, separated by commas',
    ),
    wrongCredentialsLimit: read(
      'WRONG_CREDENTIALS_LIMIT',
      100,
      wholeNumber(1, MOST_WRONG_CREDENTIALS),
      `a whole number from 1 to ${MOST_WRONG_CREDENTIALS}`,
    ),
    operatorToken: read<string | undefined>(
      'OPERATOR_TOKEN',
      undefined,
      parseToken,
      `at least ${SHORTEST_TOKEN} characters long, without blanks`,
    ),
    metricsToken: read<string | undefined>(
      'METRICS_TOKEN',
      undefined,
      parseToken,
      `at least ${SHORTEST_TOKEN} characters long, without blanks`,
    ),
    logLevel: read(
      'LOG_LEVEL',
      'info',
      (text) => LOG_LEVELS.find((level) => level === text),
      `one of ${LOG_LEVELS.join(', ')}`,
    ),
    provisioningLogDays: read(
      'PROVISIONING_LOG_DAYS',
      30,
      wholeNumber(0, MOST_LOG_DAYS),
      `a whole number from 0 to ${MOST_LOG_DAYS}`,
    ),
    mail: smtpUrl === undefined || from === undefined ? undefined : { smtpUrl, from },
    invitationUrl: read<string | undefined>(
      'INVITATION_URL',
      undefined,
      parseInvitationUrl,
      'an http:// or https:// URL with {token} in it, such as https://app.example.com/join/{token}',
    ),
    sessionIdleHours: read(
      'SESSION_IDLE_HOURS',
      DEFAULT_IDLE_HOURS,
      wholeNumber(1, 24 * MOST_SESSION_DAYS),
      `a whole number from 1 to ${24 * MOST_SESSION_DAYS}`,
    ),
    sessionMaxDays: read(
      'SESSION_MAX_DAYS',
      DEFAULT_MAX_DAYS,
      wholeNumber(1, MOST_SESSION_DAYS),
      `a whole number from 1 to ${MOST_SESSION_DAYS}`,
    ),
    secretsKeys: read<readonly string[]>(
      'SECRETS_KEY',
      [],
      parseKeys,
      'keys of 32 bytes in base64, separated by commas: `openssl rand -base64 32` makes one',
    ),
    dnsServers: read<readonly string[]>(
      'DNS_SERVERS',
      [],
      parseNameServers,
      'IP addresses, with or without a port, separated by commas, such as 192.0.2.53 or [2001:db8::53]:5353',
    ),
    ssoPrivateNetworks: read('SSO_PRIVATE_NETWORKS', development, parseSwitch, 'on or off'),
    webhookPrivateNetworks: read('WEBHOOK_PRIVATE_NETWORKS', development, parseSwitch, 'on or off'),
    developmentIdentityProvider: read(
      'DEV_IDENTITY_PROVIDER',
      development,
      (text) => (text === 'on' && !development ? undefined : parseSwitch(text)),
      'on or off, and off in production',
    ),
    playground: read('PLAYGROUND', development, parseSwitch, 'on or off'),
    development,
    underNpm: setting('npm_lifecycle_event') !== undefined,
  };
  // Mails need a sender, and their links must not use the host that a request names.
  for (const name of smtpUrl === undefined ? [] : development ? ['MAIL_FROM'] : ['MAIL_FROM', 'PUBLIC_URL']) {
    const isSet = [name, `${name}_FILE`].some((either) => (setting(either)?.trim() ?? '') !== '');
    if (!isSet) faults.push(`${name} is needed with SMTP_URL.`);
  }
  if (config.databaseDirectUrl !== undefined && config.databaseUrl === undefined)
    faults.push('DATABASE_URL is needed with DATABASE_DIRECT_URL: it names the PgBouncer.');
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/**
 * Checks what a server needs that the command line does not.
 * @throws ConfigError in production without PUBLIC_URL
 */
export function requireServable({ development, publicUrl }: Config): void {
  if (development || publicUrl !== undefined) return;
  throw new ConfigError([
    'PUBLIC_URL is needed in production: the origin at which clients reach the server, such as https://rollcall.example.com.',
  ]);
}

function wholeNumber(least: number, most: number): (text: string) => number | undefined {
  return (text) => {
    const number = Number(text);
    return /^\d+$/.test(text) && number >= least && number <= most ? number : undefined;
  };
}

function parseReplicaUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2)
    return undefined;
  return text;
}

function parseReplicaUrls(text: string): readonly string[] | undefined {
  const urls = text.split(',').map((url) => parseReplicaUrl(url.trim()));
  return urls.every((url) => url !== undefined) ? urls : undefined;
}

function parseKeys(text: string): readonly string[] | undefined {
  const keys = text.split(',').map((key) => key.trim());
  return keys.every(isEncryptionKey) ? keys : undefined;
}

function parseProxies(text: string): readonly string[] | undefined {
  if (text === 'none') return [];
  const proxies = text.split(',').map((proxy) => proxy.trim());
  if (!proxies.every((proxy) => proxy === 'private' || isNetwork(proxy))) return undefined;
  return proxies.flatMap((proxy) => (proxy === 'private' ? PRIVATE_NETWORKS : [proxy]));
}

/** Whether it is an IP address, or a network with the length of its prefix. */
function isNetwork(text: string): boolean {
  const [address = '', prefix, ...more] = text.split('/');
  const longest = isIP(address) === 4 ? 32 : 128;
  const isPrefix = prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= longest);
  return isIP(address) !== 0 && isPrefix && more.length === 0;
}

function parseNameServers(text: string): readonly string[] | undefined {
  const servers = text.split(',').map((server) => server.trim());
  try {
    // Node checks the form of each when it is set.
    new Resolver().setServers(servers);
    return servers;
  } catch {
    return undefined;
  }
}

function parseOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  if (
    url === null ||
    !['http:', 'https:'].includes(url.protocol) ||
    url.pathname !== '/' ||
    url.search !== ''
  ) {
    return undefined;
  }
  return url.origin;
}

function parseSmtpUrl(text: string): string | undefined {
  const url = URL.parse(text);
  return url !== null && ['smtp:', 'smtps:'].includes(url.protocol) && url.hostname !== '' ? text : undefined;
}

function parseSender(text: string): string | undefined {
  const [, address = text] = /^[^<>\p{Cc}]*<([^<>]*)>$/u.exec(text) ?? [];
  return isAddress(address) && !/[<>,;]/.test(address) ? text : undefined;
}

function parseInvitationUrl(text: string): string | undefined {
  if (!text.includes('{token}')) return undefined;
  const url = URL.parse(text);
  return url !== null && ['http:', 'https:'].includes(url.protocol) ? text : undefined;
}

function parseToken(text: string): string | undefined {
  return text.length >= SHORTEST_TOKEN && !/\s/.test(text) ? text : undefined;
}

function parseSwitch(text: string): boolean | undefined {
  if (text === 'on') return true;
  return text === 'off' ? false : undefined;
}
