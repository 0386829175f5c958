import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { banner } from './banner.js';
import type { Config } from './config.js';
import { WorkerFailure } from './failure.js';
import { createLogger } from './logger.js';
import { answerMetricsRequests } from './metrics/all-workers.js';
import { type Announce, identityProviderBeside, prepareDatabase, type RunningServer } from './serve.js';

/** The message that tells a worker to stop. */
export const STOP_MESSAGE = 'stop';

/** The pause keeps a worker that fails at once from being forked in a tight loop. */
const REPLACEMENT_DELAY_MS = 1000;

/**
 * Serves with several worker processes that share the port. The primary answers no requests: it prepares the database,
 * replaces workers that exit, and stops the embedded PostgreSQL after the last worker.
 * @param announce called when all workers are ready
 * @throws when the database cannot be opened or a worker cannot start; nothing keeps running then
 */
export async function serveWithWorkers(config: Config, announce: Announce): Promise<RunningServer> {
  const logger = createLogger(config);
  const prepared = await prepareDatabase(config, logger);
  const workers = new Workers(logger);
  let provider: Awaited<ReturnType<typeof identityProviderBeside>>;
  const end = async () => {
    await provider?.stop();
    await workers.stop().finally(prepared.close);
  };
  try {
    const port = await workers.start(config.workers);
    const url = config.publicUrl ?? `http://localhost:${port}`;
    provider = await identityProviderBeside(config, prepared, logger, { url, port });
    announce(url, banner(url, config, prepared.secrets, provider));
  } catch (error) {
    await end();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  return { stop, failed: prepared.failed };
}

class Workers {
  readonly #logger: Logger;
  readonly #running = new Set<Worker>();
  readonly #replacements = new Set<NodeJS.Timeout>();
  #isStopping = false;

  constructor(logger: Logger) {
    this.#logger = logger;
  }

  /** @returns the port on which all of them listen */
  async start(count: number): Promise<number> {
    const ports = await Promise.all(Array.from({ length: count }, () => listening(this.#fork())));
    return ports[0] ?? 0;
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const replacement of this.#replacements) clearTimeout(replacement);
    const ended = [...this.#running].map((worker) => once(worker, 'exit'));
    for (const worker of this.#running) if (worker.isConnected()) worker.send(STOP_MESSAGE, () => undefined);
    await Promise.all(ended);
  }

  #fork(): Worker {
    const worker = cluster.fork();
    this.#running.add(worker);
    answerMetricsRequests(worker);
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.#running.delete(worker);
      if (this.#isStopping) return;
      this.#logger.error({ worker: worker.process.pid, code, signal }, 'a worker exited');
      const replacement = setTimeout(() => {
        this.#replacements.delete(replacement);
        this.#fork();
      }, REPLACEMENT_DELAY_MS);
      this.#replacements.add(replacement);
    });
    return worker;
  }
}

/**
 * @returns the port on which the worker listens
 * @throws WorkerFailure when it exits instead
 */
function listening(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('listening', ({ port }: AddressInfo) => resolve(port));
    worker.once('message', (failure) => reject(new WorkerFailure(String(failure))));
    worker.once('exit', (code, signal) =>
      reject(new WorkerFailure(`A worker exited while it started (${signal ?? `code ${code}`}).`)),
    );
  });
}
