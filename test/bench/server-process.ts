import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { fileURLToPath } from 'node:url';
import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';

/** The settings of both servers. */
export interface ServerSettings {
  readonly target: DatabaseTarget;
  readonly poolSize: number;
  /** Whether it keeps its statements, with the values of the first time. */
  readonly keepsStatements?: boolean;
}

/** A statement that a server has sent. */
export interface SentStatement {
  readonly text: string;
  readonly values: readonly unknown[];
}

/** The resources that a server process has used. */
export interface Usage {
  /** Microseconds of CPU time. */
  readonly cpu: number;
  /** SQL statements, `begin` and `commit` among them. */
  readonly statements: number;
  /** Megabytes that are resident now. */
  readonly memory: number;
}

/** A server in a process of its own. */
export interface ServerProcess {
  readonly url: string;
  /** Where its second handler is served, if it has one. */
  readonly secondUrl: string | undefined;
  usage(): Promise<Usage>;
  /** The different statements since it started, if it keeps them. */
  statements(): Promise<readonly SentStatement[]>;
  stop(): Promise<void>;
}

/** The public URL of all servers, so that their answers do not differ in their ports. */
export const PUBLIC_URL = 'http://bench.test';

/**
 * Starts a server of this directory.
 * @param log the file descriptor that takes its request log
 * @param flags Node's own options
 * @throws Error when it ends before it serves
 */
export async function startServer(
  file: string,
  settings: ServerSettings,
  log: number,
  flags: readonly string[] = [],
): Promise<ServerProcess> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: [...flags],
    stdio: ['ignore', log, 'inherit', 'ipc'],
    // JSON would not keep the values of statements that are sent as bytes.
    serialization: 'advanced',
  });
  const stop = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exit = once(child, 'exit');
    if (child.connected) child.disconnect();
    await exit;
  };
  try {
    // Two contenders may ask one process at the same time, and answers have no number.
    let answered: Promise<unknown> = Promise.resolve();
    const askInTurn = <Answer>(question: string): Promise<Answer> => {
      const answer = answered.then(() => ask<Answer>(child, question));
      answered = answer.catch(() => undefined);
      return answer;
    };
    const ports = await ask<readonly number[]>(child, JSON.stringify(settings));
    const [url = '', secondUrl] = ports.map((port) => `http://127.0.0.1:${port}`);
    return {
      url,
      secondUrl,
      usage: () => askInTurn<Usage>('usage'),
      statements: () => askInTurn<readonly SentStatement[]>('statements'),
      stop,
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Asks the other end, which is the code below. */
async function ask<Answer>(child: ChildProcess, question: string): Promise<Answer> {
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
    const [told] = await Promise.race([answer, ended]);
    return told;
  } finally {
    over.abort();
  }
}

let statements = 0;
const sent = new Map<string, SentStatement>();
let keepsStatements = false;

/** Counts what clients of that class send. Whoever has a pg of its own says so; the product's and the floor's is known. */
export function countStatements(client: { readonly prototype: { query(...args: never): unknown } }): void {
  const { prototype } = client;
  const { query } = prototype;
  prototype.query = function counted(this: unknown, ...args: never) {
    statements += 1;
    if (keepsStatements) keep(args);
    return Reflect.apply(query, this, args);
  };
}

function keep([query]: readonly unknown[]): void {
  if (typeof query !== 'object' || query === null || !('text' in query) || !('values' in query)) return;
  const { text, values } = query;
  if (typeof text === 'string' && Array.isArray(values) && !sent.has(text)) sent.set(text, { text, values });
}

/**
 * The other end of `startServer`: serves until the parent has gone.
 * @param handlersFor makes the server's handlers from the parent's settings; each is served at a port of its own
 */
export async function serveForBench(
  handlersFor: (settings: ServerSettings) => Promise<readonly RequestListener[]>,
): Promise<void> {
  countStatements(pg.Client);
  process.once('disconnect', () => process.exit());
  // Ctrl-C reaches the whole group; the parent says when it is over.
  process.on('SIGINT', () => undefined);
  const [message] = await once(process, 'message');
  const settings: ServerSettings = JSON.parse(message);
  keepsStatements = settings.keepsStatements ?? false;
  const servers = (await handlersFor(settings)).map((handler) => createServer(handler));
  for (const server of servers) {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
  }
  process.on('message', (question) => {
    if (question === 'statements') {
      process.send?.([...sent.values()]);
      return;
    }
    const { user, system } = process.cpuUsage();
    const usage: Usage = { cpu: user + system, statements, memory: process.memoryUsage.rss() / 1e6 };
    process.send?.(usage);
  });
  process.send?.(servers.map((server) => portOf(server.address())));
}

function portOf(address: AddressInfo | string | null): number | undefined {
  return typeof address === 'object' ? address?.port : undefined;
}
