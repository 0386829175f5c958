import { fileURLToPath } from 'node:url';
import { isAddress } from './domain/address.js';

/** What the process is told from outside. The README has the table. */
export interface Config {
  readonly port: number;
  /** Undefined: the embedded PostgreSQL. */
  readonly databaseUrl: string | undefined;
  /** Where the embedded database and what development remembers are kept. */
  readonly dataDir: string;
  /** Where the server is reached from outside; undefined: where each request says. */
  readonly publicUrl: string | undefined;
  readonly operatorToken: string | undefined;
  /** Where mails are sent from, and as whom; undefined: nowhere. */
  readonly mail: MailConfig | undefined;
  /** The page of the customer's application on which invitations are accepted, with `{token}` in it. */
  readonly invitationUrl: string | undefined;
  readonly logLevel: (typeof LOG_LEVELS)[number];
  /** Whether introspection and the playground are served. */
  readonly playground: boolean;
  /** Development seeds an empty database and makes its own operator token. */
  readonly development: boolean;
  /** Whether an npm script has started the process: a shell stands between the two, and passes no signals on. */
  readonly underNpm: boolean;
}

export interface MailConfig {
  /** `smtp://` or `smtps://`, with what the server wants to know. */
  readonly smtpUrl: string;
  readonly from: string;
}

const LOG_LEVELS = ['fatal', 'error', 'warn', 'info', 'debug', 'trace', 'silent'] as const;
/** `test` is what test runners set; it is development. */
const MODES = ['development', 'production', 'test'] as const;
const SHORTEST_TOKEN = 16;

/** The configuration is wrong: `message` has one sentence a fault. */
export class ConfigError extends Error {
  constructor(faults: readonly string[]) {
    super(faults.join('\n'));
    this.name = 'ConfigError';
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Reads the configuration; the only place that looks at the environment.
 * @param overrides what the command line says, which goes before the environment
 * @throws ConfigError naming every fault at once
 */
export function readConfig(overrides: Environment = {}, base: Environment = process.env): Config {
  const environment = { ...base, ...overrides };
  const faults: string[] = [];
  const read = <Value>(
    name: string,
    fallback: Value,
    parse: (text: string) => Value | undefined,
    allowed: string,
  ): Value => {
    const text = environment[name]?.trim();
    if (text === undefined || text === '') return fallback;
    const value = parse(text);
    if (value === undefined) faults.push(`${name} must be ${allowed}.`);
    return value ?? fallback;
  };
  const mode = read(
    'NODE_ENV',
    'development',
    (text) => MODES.find((known) => known === text),
    `one of ${MODES.join(', ')}`,
  );
  const development = mode !== 'production';
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
    port: read('PORT', 4000, parsePort, 'a port number from 0 to 65535'),
    databaseUrl: read<string | undefined>(
      'DATABASE_URL',
      undefined,
      parseDatabaseUrl,
      'a postgresql:// URL with the name of a database',
    ),
    dataDir: read(
      'ROLLCALL_DATA_DIR',
      fileURLToPath(new URL('../.rollcall', import.meta.url)),
      (text) => text,
      'a directory',
    ),
    publicUrl: read<string | undefined>(
      'PUBLIC_URL',
      undefined,
      parseOrigin,
      'an http:// or https:// URL without a path, such as https://rollcall.example.com',
    ),
    operatorToken: read<string | undefined>(
      'OPERATOR_TOKEN',
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
    mail: smtpUrl === undefined || from === undefined ? undefined : { smtpUrl, from },
    invitationUrl: read<string | undefined>(
      'INVITATION_URL',
      undefined,
      parseInvitationUrl,
      'an http:// or https:// URL with {token} in it, such as https://app.example.com/join/{token}',
    ),
    playground: read('PLAYGROUND', development, parseSwitch, 'on or off'),
    development,
    underNpm: environment.npm_lifecycle_event !== undefined,
  };
  // A mail without a sender is refused by others, and one without a link is of no use.
  for (const name of smtpUrl === undefined ? [] : ['MAIL_FROM', 'INVITATION_URL']) {
    if ((environment[name]?.trim() ?? '') === '') faults.push(`${name} is needed with SMTP_URL.`);
  }
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

function parsePort(text: string): number | undefined {
  const port = Number(text);
  return /^\d+$/.test(text) && port <= 65_535 ? port : undefined;
}

function parseDatabaseUrl(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !['postgres:', 'postgresql:'].includes(url.protocol) || url.pathname.length < 2)
    return undefined;
  return text;
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
