import { setTimeout as wait } from 'node:timers/promises';
import autocannon from 'autocannon';
import type { Contender } from './contenders.ts';
import type { Operation } from './operations.ts';
import type { ServerProcess } from './server-process.ts';

/** What a server did in one round, or the medians of its rounds, at one operation. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds, as the client sees it. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server process a request, with what it does after the answers. */
  readonly cpu: number;
  /** Microseconds of the database a request, likewise. */
  readonly databaseCpu: number;
  /** SQL statements a request. */
  readonly statements: number;
  /** Megabytes that the server process had at the end of the rounds. */
  readonly memory: number;
  /** Answers other than 2xx, broken connections and time-outs, in all rounds together. */
  readonly errors: number;
}

/** The medians of a server's rounds, and the rounds. */
export interface MeasuredRounds extends Measured {
  readonly rounds: readonly Measured[];
}

/** One operation, by the names of the contenders that can do it. */
export interface Comparison {
  readonly operation: string;
  readonly measured: ReadonlyMap<string, MeasuredRounds>;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  /** How many connections send load. */
  readonly connections: number;
  /** Waits until the database has nothing to do. */
  settled(): Promise<void>;
  /** The CPU time of the database so far, in microseconds. */
  databaseCpu(): Promise<number>;
}

const WARM_UP_SECONDS = 2;

/** Measures one operation: all processes are warmed up, and take turns. */
export async function compare(
  name: string,
  contenders: readonly Contender[],
  plan: Plan,
): Promise<Comparison> {
  const { rounds, seconds } = plan;
  const able = contenders.flatMap((contender) => {
    const operation = contender.operations.find((known) => known.name === name);
    return operation === undefined ? [] : [{ contender, operation, measured: [] as Measured[] }];
  });
  for (const { contender, operation } of able)
    for (const server of contender.servers) await round(operation, server, WARM_UP_SECONDS, plan);
  for (let done = 0; done < rounds; done++) {
    // Each begins and ends in its turn, with the others in both directions: who comes after another finds that one's garbage.
    const pair = Math.floor(done / 2);
    const first = pair % able.length;
    const turns = [...able.slice(first), ...able.slice(0, first)];
    if (done % 2 === 1) turns.reverse();
    for (const { contender, operation, measured } of turns) {
      const { servers } = contender;
      measured.push(await round(operation, servers[pair % servers.length] ?? servers[0], seconds, plan));
    }
  }
  const measured = new Map(able.map(({ contender, measured }) => [contender.name, medians(measured)]));
  return { operation: name, measured };
}

/** Longer than the provisioning log waits before it writes. */
const LOOK_MS = 600;
/** Of CPU time, in microseconds. */
const HARDLY_ANY = 20_000;

async function idle(server: ServerProcess): Promise<void> {
  for (let before = await server.usage(); ; ) {
    await wait(LOOK_MS);
    const after = await server.usage();
    if (after.cpu - before.cpu < HARDLY_ANY) return;
    before = after;
  }
}

async function round(
  operation: Operation,
  server: ServerProcess,
  seconds: number,
  { connections, databaseCpu, settled }: Plan,
): Promise<Measured> {
  const before = await server.usage();
  const databaseBefore = await databaseCpu();
  let connection = 0;
  const result = await autocannon({
    url: server.url,
    connections,
    duration: seconds,
    setupClient(client) {
      client.setRequests(operation.requests(connection, connections));
      connection += 1;
    },
  });
  // Unfinished requests and batches of the log would disturb the turns of others.
  await idle(server);
  await settled();
  const after = await server.usage();
  const databaseAfter = await databaseCpu();
  return {
    perSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpu: (after.cpu - before.cpu) / result['2xx'],
    databaseCpu: (databaseAfter - databaseBefore) / result['2xx'],
    statements: (after.statements - before.statements) / result['2xx'],
    memory: after.memory,
    errors: result.non2xx + result.errors + result.timeouts,
  };
}

function medians(rounds: readonly Measured[]): MeasuredRounds {
  const of = (name: keyof Measured) => median(rounds.map((measured) => measured[name]));
  return {
    perSecond: of('perSecond'),
    p50: of('p50'),
    p99: of('p99'),
    cpu: of('cpu'),
    databaseCpu: of('databaseCpu'),
    statements: of('statements'),
    memory: rounds.at(-1)?.memory ?? Number.NaN,
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
    rounds,
  };
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Between two values, the quantile is interpolated. @param part from 0 to 1 */
export function quantile(values: readonly number[], part: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const low = sorted[Math.floor(place)] ?? Number.NaN;
  const high = sorted[Math.ceil(place)] ?? Number.NaN;
  return low + (high - low) * (place - Math.floor(place));
}
