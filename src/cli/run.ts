import { databaseName, type OpenDatabase, openDatabase } from '../database/open.js';
import { sessionLifetimes } from '../domain/session.js';
import { runningServer } from '../server/address.js';
import { type Config, readConfig } from '../server/config.js';
import { developmentSecretsKey } from '../server/development.js';
import { ssoEnvironment } from '../server/sso.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { localContext } from '../services/context/system.js';
import type { Terminal } from './terminal.js';

/** The options of commands that use the database. */
export interface DatabaseOptions {
  readonly json?: boolean;
  /** Whether to create the database when it does not exist. */
  readonly init?: boolean;
}

/** The open database and services of a command. */
interface Opened extends Pick<OpenDatabase, 'migrations' | 'duplicates' | 'draft'> {
  readonly context: ServiceContext;
  /** The origin of the server of this database, whether or not it runs. */
  readonly origin: string;
}

/** A command's result: values by name, in the order of the output. */
export type Result = Readonly<Record<string, string | readonly string[]>>;

/**
 * Runs a command on the configured database, even while a server runs on it. It names the database on standard error,
 * and writes the result to standard output as one line of JSON or as text.
 * @param text formats the result for people; lines of `name: value` by default, without what is empty
 * @throws ConfigError, MissingDatabaseError, and the refusals of `work`
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

/**
 * Says whether a server runs on the database. Nothing is said for a configured database, whose servers may run
 * anywhere.
 */
function serverNote({ databaseUrl }: Config, url: string | undefined): string {
  if (url !== undefined) return ` Its server runs at ${url}.`;
  return databaseUrl === undefined ? ' No server runs on it.' : '';
}

function lines(result: Result): string {
  return Object.entries(result)
    .filter(([, value]) => value.length > 0)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
