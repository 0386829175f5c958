import { readFileSync } from 'node:fs';
import type { Mode, Setting, ValueOf } from './settings/setting.js';
import { SETTINGS } from './settings/settings.js';

const { mode: MODE, ...OTHERS } = SETTINGS;

type Settings = { readonly [Key in keyof typeof OTHERS]: ValueOf<(typeof OTHERS)[Key]> };

/** The configuration of the process: the settings, and what follows from them. */
export interface Config extends Omit<Settings, 'smtpUrl' | 'mailFrom'> {
  /** The mail server and the sender; undefined: no mail is sent. */
  readonly mail: MailConfig | undefined;
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
  const reader = new Reader((name) => overrides[name] ?? base[name]);
  const development = reader.read(MODE, 'development') !== 'production';
  const { smtpUrl, mailFrom, ...settings } = reader.all(development ? 'development' : 'production');
  const config: Config = {
    ...settings,
    mail: smtpUrl === undefined || mailFrom === undefined ? undefined : { smtpUrl, from: mailFrom },
    development,
    underNpm: reader.text('npm_lifecycle_event') !== undefined,
  };
  const { faults } = reader;
  if (smtpUrl !== undefined) {
    if (!reader.isSet(SETTINGS.mailFrom)) faults.push('MAIL_FROM is needed with SMTP_URL.');
    // The links of mails must not use the host that a request names.
    if (!development && !reader.isSet(SETTINGS.publicUrl)) faults.push('PUBLIC_URL is needed with SMTP_URL.');
  }
  if (config.databaseDirectUrl !== undefined && config.databaseUrl === undefined)
    faults.push('DATABASE_URL is needed with DATABASE_DIRECT_URL: it names the PgBouncer.');
  if (faults.length > 0) throw new ConfigError(faults);
  return config;
}

/**
 * Checks what a server needs that the command line does not.
 * @throws ConfigError with a sentence for each setting that is missing
 */
export function requireServable(config: Config): void {
  const missing: string[] = [];
  if (config.databaseUrl === undefined && !config.embeddedDatabase)
    missing.push('DATABASE_URL is needed, or EMBEDDED_DATABASE=on for the PostgreSQL that comes along.');
  if (!config.development) {
    if (config.publicUrl === undefined) missing.push(neededText(SETTINGS.publicUrl));
    if (config.secretsKeys.length === 0) missing.push(neededText(SETTINGS.secretsKeys));
  }
  if (missing.length > 0) throw new ConfigError(missing);
}

function neededText({ name, needed }: Setting<unknown>): string {
  return `${name} is needed in production: ${needed}`;
}

/** Reads settings from the environment, and collects what is wrong with them. */
class Reader {
  readonly faults: string[] = [];
  /** Settings are read by name and never copied: a test records the names. */
  readonly text: (name: string) => string | undefined;

  constructor(text: (name: string) => string | undefined) {
    this.text = text;
  }

  all(mode: Mode): Settings {
    const values = Object.entries<Setting<unknown>>(OTHERS).map(
      ([key, setting]) => [key, this.read(setting, mode)] as const,
    );
    // The compiler does not know that `Object.entries` keeps the type of each property.
    return Object.fromEntries(values) as unknown as Settings;
  }

  read<Value>({ name, kind, fallback }: Setting<Value>, mode: Mode): Value {
    const text = (this.#textOfFile(name) ?? this.text(name))?.trim();
    if (text === undefined || text === '') return fallback(mode);
    const value = kind.parse(text, mode === 'development');
    if (value === undefined) this.faults.push(`${name} must be ${kind.allowed}.`);
    return value ?? fallback(mode);
  }

  /** Whether it has a value, right or wrong. */
  isSet({ name }: Setting<unknown>): boolean {
    return [name, `${name}_FILE`].some((either) => (this.text(either)?.trim() ?? '') !== '');
  }

  /** The content of the file that `NAME_FILE` names, as container platforms pass secrets. */
  #textOfFile(name: string): string | undefined {
    const path = this.text(`${name}_FILE`);
    if (path === undefined || path === '') return undefined;
    if ((this.text(name) ?? '') !== '')
      this.faults.push(`${name} and ${name}_FILE are both set: remove one of them.`);
    try {
      return readFileSync(path, 'utf8');
    } catch (error) {
      this.faults.push(`${name}_FILE cannot be read (${error instanceof Error ? error.message : error}).`);
      return undefined;
    }
  }
}
