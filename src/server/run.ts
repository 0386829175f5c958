import cluster from 'node:cluster';
import { type Config, readConfig } from './config.js';
import { failureText } from './failure.js';
import { prepareForRequests } from './runtime.js';
import { serve } from './serve.js';
import { STOP_WORD, serveWithWorkers } from './workers.js';

/** SIGHUP comes when the terminal is closed: like the others it must not leave the embedded PostgreSQL behind. */
const STOP_SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

/**
 * Serves until the process is told to stop. A second signal changes nothing: what is under way is finished first.
 * With several workers, each of them comes here too.
 * @param overrides configuration from the command line, before that of the environment
 */
export async function runServer(overrides: Readonly<Record<string, string>> = {}): Promise<void> {
  try {
    await serveUntilStopped(readConfig(overrides));
    if (cluster.isWorker) process.disconnect();
  } catch (error) {
    process.exitCode = 1;
    fail(failureText(error));
  }
}

/** Signals are heeded from the first moment: one during the start takes effect when the start is over. */
async function serveUntilStopped(config: Config): Promise<void> {
  const told = new Promise<void>((resolve) => {
    // Ctrl-C tells the workers too, and a worker that alone is told ends alone.
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve());
    if (cluster.isWorker) process.on('message', (word) => word === STOP_WORD && resolve());
    else if (config.underNpm) whenOrphaned(resolve);
  });
  const server = await start(config);
  prepareForRequests();
  await told;
  await server.stop();
}

function start(config: Config) {
  if (cluster.isWorker) return serve(config, () => undefined);
  const announce = (text: string) => process.stdout.write(`${text}\n`);
  return config.workers === 1 ? serve(config, announce) : serveWithWorkers(config, announce);
}

/** Of what keeps all workers from starting, the process that has started them tells once. */
function fail(text: string): void {
  if (cluster.isWorker) process.send?.(text, () => process.disconnect());
  else process.stderr.write(`${text}\n`);
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
