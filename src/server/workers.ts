import cluster, { type Worker } from 'node:cluster';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import type { Logger } from 'pino';
import { banner } from './banner.js';
import type { Config } from './config.js';
import { WorkerFailure } from './failure.js';
import { createLogger, prepareDatabase, type RunningServer } from './serve.js';

/** What a worker is told when it is over. */
export const STOP_WORD = 'stop';

/** So that a worker that ends as soon as it begins is not all that the machine has to do. */
const REPLACED_AFTER_MS = 1000;

/**
 * Serves with several processes, which share the port and, with other machines, nothing but the database. This
 * process prepares it and keeps it open, so that an embedded server is stopped after the last of them; it answers no
 * requests itself. A worker that ends by itself is replaced.
 * @param announce told what a newcomer needs, once all workers are ready
 * @throws when the database cannot be opened, or what a worker could not start for; nothing keeps running then
 */
export async function serveWithWorkers(
  config: Config,
  announce: (text: string) => void,
): Promise<RunningServer> {
  const logger = createLogger(config);
  const { secrets, close } = await prepareDatabase(config, logger);
  const workers = new Workers(logger);
  const end = () => workers.stop().finally(close);
  try {
    const port = await workers.start(config.workers);
    announce(banner(config.publicUrl ?? `http://localhost:${port}`, config, secrets));
  } catch (error) {
    await end();
    throw error;
  }
  let stopped: Promise<void> | undefined;
  const stop = () => {
    stopped ??= end();
    return stopped;
  };
  return { stop };
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
    for (const worker of this.#running) if (worker.isConnected()) worker.send(STOP_WORD, () => undefined);
    await Promise.all(ended);
  }

  #fork(): Worker {
    const worker = cluster.fork();
    this.#running.add(worker);
    worker.once('exit', (code: number | null, signal: string | null) => {
      this.#running.delete(worker);
      if (this.#isStopping) return;
      this.#logger.error({ worker: worker.process.pid, code, signal }, 'a worker has ended');
      const replacement = setTimeout(() => {
        this.#replacements.delete(replacement);
        this.#fork();
      }, REPLACED_AFTER_MS);
      this.#replacements.add(replacement);
    });
    return worker;
  }
}

/**
 * @returns the port on which the worker listens
 * @throws WorkerFailure when it ends instead
 */
function listening(worker: Worker): Promise<number> {
  return new Promise((resolve, reject) => {
    worker.once('listening', ({ port }: AddressInfo) => resolve(port));
    worker.once('message', (failure) => reject(new WorkerFailure(String(failure))));
    worker.once('exit', (code, signal) =>
      reject(new WorkerFailure(`A worker has ended at its start (${signal ?? `code ${code}`}).`)),
    );
  });
}
