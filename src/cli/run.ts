import { type OpenDatabase, openDatabase } from '../database/open.js';
import { type Config, readConfig } from '../server/config.js';
import { failureText } from '../server/failure.js';
import type { ServiceContext } from '../services/context/service-context.js';
import { localContext } from '../services/context/system.js';

/** How a command's result is shown. */
export interface OutputOptions {
  readonly json?: boolean;
}

/**
 * Runs a command on the configured database, beside a server if one is running, and prints what it gives: lines of
 * `name: value` for people, one line of JSON for scripts. A refusal ends the process with 1 and a sentence.
 */
export function run(
  { json = false }: OutputOptions,
  work: (context: ServiceContext, config: Config) => Promise<Readonly<Record<string, string>>>,
): Promise<void> {
  return onDatabase(async ({ database }, config) => {
    const result = await work(localContext(database, 'CLI', config.sessionLifetimes), config);
    return json ? `${JSON.stringify(result)}\n` : lines(result);
  });
}

/** Opens the configured database for some work, prints the text that it gives, and ends with 1 when it fails. */
export async function onDatabase(
  work: (opened: OpenDatabase, config: Config) => Promise<string>,
): Promise<void> {
  try {
    const config = readConfig();
    const opened = await openDatabase(config);
    try {
      process.stdout.write(await work(opened, config));
    } finally {
      await opened.close();
    }
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    process.exitCode = 1;
  }
}

function lines(result: Readonly<Record<string, string>>): string {
  return Object.entries(result)
    .map(([name, value]) => `${name}: ${value}\n`)
    .join('');
}
