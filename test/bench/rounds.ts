import autocannon from 'autocannon';
import type { Operation } from './operations.ts';
import type { ServerProcess } from './server-process.ts';

/** The medians of a server's rounds at one operation. */
export interface Measured {
  readonly perSecond: number;
  /** Milliseconds, as the client sees it. */
  readonly p50: number;
  readonly p99: number;
  /** Microseconds of the server process a request; the database's are not in it. */
  readonly cpu: number;
  /** Answers other than 2xx, broken connections and time-outs, in all rounds together. */
  readonly errors: number;
}

export interface Comparison {
  readonly operation: string;
  readonly floor: Measured;
  readonly ours: Measured;
}

export interface Plan {
  readonly rounds: number;
  readonly seconds: number;
  readonly connections: number;
}

const WARM_UP_SECONDS = 2;

/** Measures one operation: both servers are warmed up, and take turns. */
export async function compare(
  operation: Operation,
  floor: ServerProcess,
  ours: ServerProcess,
  { rounds, seconds, connections }: Plan,
): Promise<Comparison> {
  const ofFloor: Measured[] = [];
  const ofOurs: Measured[] = [];
  for (const server of [floor, ours]) await round(operation, server, WARM_UP_SECONDS, connections);
  for (let done = 0; done < rounds; done++) {
    ofFloor.push(await round(operation, floor, seconds, connections));
    ofOurs.push(await round(operation, ours, seconds, connections));
  }
  return { operation: operation.name, floor: medians(ofFloor), ours: medians(ofOurs) };
}

async function round(
  operation: Operation,
  server: ServerProcess,
  seconds: number,
  connections: number,
): Promise<Measured> {
  const before = await server.cpuTime();
  const result = await autocannon({
    url: server.url,
    connections,
    duration: seconds,
    setupClient: (client) => client.setRequests(operation.requests()),
  });
  const used = (await server.cpuTime()) - before;
  return {
    perSecond: result['2xx'] / result.duration,
    p50: result.latency.p50,
    p99: result.latency.p99,
    cpu: used / result['2xx'],
    errors: result.non2xx + result.errors + result.timeouts,
  };
}

function medians(rounds: readonly Measured[]): Measured {
  return {
    perSecond: median(rounds.map(({ perSecond }) => perSecond)),
    p50: median(rounds.map(({ p50 }) => p50)),
    p99: median(rounds.map(({ p99 }) => p99)),
    cpu: median(rounds.map(({ cpu }) => cpu)),
    errors: rounds.reduce((sum, { errors }) => sum + errors, 0),
  };
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const [low = Number.NaN, high = low] =
    sorted.length % 2 === 1 ? [sorted[middle]] : sorted.slice(middle - 1, middle + 1);
  return (low + high) / 2;
}
