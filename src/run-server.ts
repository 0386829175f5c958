import { type Config, readConfig } from './config.js';
import { failureText } from './failure.js';
import { serve } from './serve.js';

/** SIGHUP comes when the terminal is closed: like the others it must not leave the embedded PostgreSQL behind. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Serves until the process is told to stop. A second signal changes nothing: what is under way is finished first.
 * @param overrides configuration from the command line, before that of the environment
 */
export async function runServer(overrides: Readonly<Record<string, string>> = {}): Promise<void> {
  try {
    await serveUntilStopped(readConfig(overrides));
  } catch (error) {
    process.stderr.write(`${failureText(error)}\n`);
    process.exitCode = 1;
  }
}

/** Signals are heeded from the first moment: one during the start takes effect when the start is over. */
async function serveUntilStopped(config: Config): Promise<void> {
  const told = new Promise<void>((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve());
    if (config.underNpm) whenOrphaned(resolve);
  });
  const server = await serve(config, (text) => process.stdout.write(`${text}\n`));
  await told;
  await server.stop();
}

const ORPHAN_CHECK_MS = 500;

/** npm passes SIGTERM to the shell of its script; the shell ends, and tells nobody. */
function whenOrphaned(stop: () => void): void {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    stop();
  }, ORPHAN_CHECK_MS);
  check.unref();
}
