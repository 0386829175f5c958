import cluster from 'node:cluster';
import { databaseExists } from '../database/open.js';
import { leaveAddress } from './address.js';
import { type Config, readConfig, requireServable } from './config.js';
import { failureText } from './failure.js';
import { prepareForRequests } from './runtime.js';
import { type Announce, type RunningServer, serve } from './serve.js';
import { STOP_SIGNALS } from './stop-signals.js';
import { STOP_MESSAGE, serveWithWorkers } from './workers.js';

/**
 * Serves until a signal arrives; requests in flight are finished first. Each worker process runs this function too.
 * @param overrides settings of the command line, which take precedence over the environment
 */
export async function runServer(overrides: Readonly<Record<string, string>> = {}): Promise<void> {
  try {
    const config = readConfig(overrides);
    requireServable(config);
    await serveUntilStopped(config);
    if (cluster.isWorker) process.disconnect();
  } catch (error) {
    process.exitCode = 1;
    fail(failureText(error));
  }
}

/** Handles signals before the server starts: one that arrives during the start stops the server after it. */
async function serveUntilStopped(config: Config): Promise<void> {
  const stopRequested = new Promise<void>((resolve) => {
    for (const signal of STOP_SIGNALS) process.on(signal, () => resolve());
    if (cluster.isWorker) process.on('message', (message) => message === STOP_MESSAGE && resolve());
    else if (config.underNpm) whenOrphaned(resolve);
  });
  if (cluster.isWorker) return runUntil(stopRequested, await serve(config, () => undefined));
  if (config.development && !databaseExists(config)) {
    process.stdout.write(`Making a database in ${config.dataDir} …\n`);
  }
  let removeAddress = () => {};
  const announce: Announce = (url, text) => {
    removeAddress = leaveAddress(config, url);
    process.stdout.write(`${text}\n`);
  };
  const start = config.workers === 1 ? serve : serveWithWorkers;
  await runUntil(stopRequested, await start(config, announce)).finally(removeAddress);
}

async function runUntil(stopRequested: Promise<void>, server: RunningServer): Promise<void> {
  prepareForRequests();
  const failure = await Promise.race([stopRequested, server.failed]);
  await server.stop();
  if (failure instanceof Error) throw failure;
}

/** A worker sends its start failure to the primary, which reports it once. */
function fail(text: string): void {
  if (cluster.isWorker) process.send?.(text, () => process.disconnect());
  else process.stderr.write(`${text}\n`);
}

const ORPHAN_CHECK_MS = 500;

/** Stops when the parent has exited: npm sends SIGTERM to its shell, which exits without passing it on. */
function whenOrphaned(stop: () => void): void {
  const parent = process.ppid;
  const check = setInterval(() => {
    if (process.ppid === parent) return;
    clearInterval(check);
    stop();
  }, ORPHAN_CHECK_MS);
  check.unref();
}
