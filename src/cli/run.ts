import { databaseName, type OpenDatabase, openDatabase } from '../database/open.js';
import { sessionLifetimes } from '../domain/session.js';
import { runningServer } from '../server/address.js';
import { type Config, readConfig } from '../server/config.js';
import { developmentSecretsKey } from '../server/development.js';
import { ssoEnvironment } from '../server/sso.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { localContext } from '../services/context/system.js';
import type { Terminal } from './terminal.js';

/** What every command takes that works on the database. */
export interface DatabaseOptions {
  readonly json?: boolean;
  /** Whether to make the database when it does not exist. */
  readonly init?: boolean;
}

/** What a command works with. */
interface Opened extends Pick<OpenDatabase, 'migrations' | 'duplicates' | 'draft'> {
  readonly context: ServiceContext;
  /** Where the server of this database is reached, or would be. */
  readonly origin: string;
}

/** A command's result: by name, in the order in which people read it. */
export type Result = Readonly<Record<string, string | readonly string[]>>;

/**
 * Runs a command on the configured database, beside a server if one is running. Standard error says which database
 * that is; standard output is one line of JSON, or text for people.
 * @param text the result for people; lines of `name: value` by default
 * @throws ConfigError, MissingDatabaseError, and whatever `work` refuses
 */
export async function run<Value extends Result>(
  terminal: Terminal,
  { json = false, init = false }: DatabaseOptions,
  work: (opened: Opened) => Promise<Value>,
  text: (result: Value) => string = lines,
): Promise<void> {
  const config = readConfig({}, terminal.environment);
  const url = runningServer(config);
  terminal.err(`Database: ${databaseName(config)}.${serverNote(config, url)}\n`);
  const opened = await openDatabase(config, { mayCreate: init });
  try {
    const developmentKey = config.development ? await developmentSecretsKey(config.dataDir) : undefined;
    const sso = ssoEnvironment(config, developmentKey);
    const { database, migrations, duplicates, draft } = opened;
    const origin = config.publicUrl ?? url ?? `http://localhost:${config.port}`;
    const result = await work({
      context: localContext(database, 'CLI', sessionLifetimes(config), sso),
      migrations,
      duplicates,
      draft,
      origin,
    });
    terminal.out(json ? `${JSON.stringify(result)}\n` : text(result));
  } finally {
    await opened.close();
  }
}

/** Whether a server will know at once what the command makes. Servers of a configured database may run anywhere. */
function serverNote({ databaseUrl }: Config, url: string | undefined): string {
  if (url !== undefined) return ` Its server runs at ${url}.`;
  return databaseUrl === undefined ? ' No server runs on it.' : '';
}

function lines(result: Result): string {
  return Object.entries(result)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
