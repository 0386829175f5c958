import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import type { DatabaseTarget } from '../../src/database/orm.ts';

/** What both servers are told. */
export interface ServerSettings {
  readonly target: DatabaseTarget;
  readonly poolSize: number;
}

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** The CPU time that the process has used so far, in microseconds. */
  cpuTime(): Promise<number>;
  stop(): Promise<void>;
}

/** Where both servers believe to be reached, so that their answers do not differ in their ports. */
export const PUBLIC_URL = 'http://bench.test';

/**
 * Starts a server of this directory.
 * @param log the file descriptor that takes its request log
 * @throws Error when it ends before it serves
 */
export async function startServer(
  file: string,
  settings: ServerSettings,
  log: number,
): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    stdio: ['ignore', log, 'inherit', 'ipc'],
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    if (child.connected) child.disconnect();
    await exit;
  };
  try {
    const port = await ask(child, JSON.stringify(settings));
    return { url: `http://127.0.0.1:${port}`, cpuTime: () => ask(child, 'cpu'), stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Every question has a number for its answer. */
async function ask(child: ChildProcess, question: string): Promise<number> {
  const over = new AbortController();
  const ended = once(child, 'exit', { signal: over.signal }).then(() => {
    throw new Error('A server of the bench has ended by itself.');
  });
  // The answer comes first as a rule, and then nobody waits for this one.
  ended.catch(() => undefined);
  const answer = once(child, 'message', { signal: over.signal });
  answer.catch(() => undefined);
  child.send(question);
  try {
    const [number] = await Promise.race([answer, ended]);
    return Number(number);
  } finally {
    over.abort();
  }
}

/**
 * The other end of `startServer`: serves until the parent has gone.
 * @param handlerFor makes the server's handler from what the parent tells
 */
export async function serveForBench(
  handlerFor: (settings: ServerSettings) => Promise<RequestListener>,
): Promise<void> {
  process.once('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group; the parent says when it is over.
  process.on('SIGINT', () => undefined);
  const [message] = await once(process, 'message');
  const settings: ServerSettings = JSON.parse(message);
  const server = createServer(await handlerFor(settings));
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  process.on('message', () => {
    const { user, system } = process.cpuUsage();
    process.send?.(user + system);
  });
  const address: AddressInfo | string | null = server.address();
  process.send?.(typeof address === 'object' ? address?.port : undefined);
}
