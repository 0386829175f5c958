import { parseArgs } from 'node:util';

/** The options of the command line. */
export interface Options {
  readonly help: boolean;
  /** How many members there are, one run after the other. */
  readonly members: readonly number[];
  /** How many workspaces of so many members there are. */
  readonly workspaces: number;
  readonly rounds: number;
  /** How many connections send load. */
  readonly connections: number;
  /** How long each round is. */
  readonly seconds: number;
  /** How many processes each server has. */
  readonly processes: number;
  /** The operations to measure; undefined: all. */
  readonly only: readonly string[] | undefined;
  readonly peers: boolean;
  /** Measure our server with so many subscribers too. */
  readonly subscribers: number | undefined;
  /** Measure our server without the provisioning log too. */
  readonly log: boolean;
  /** Import that many members instead of measuring operations. */
  readonly import: number | undefined;
  /** Measure large groups and bulk requests instead. */
  readonly groups: boolean;
  /** Measure the queries of the dashboard's screens, and look at the plans of all statements instead. */
  readonly queries: boolean;
  /** Measure the dashboard in a browser instead. */
  readonly dashboard: boolean;
  /** Start and stop the server instead. */
  readonly start: boolean;
  /** Upgrade a database of the previous release instead. */
  readonly upgrade: boolean;
  /** Load the server with everything for so many seconds instead. */
  readonly soak: number | undefined;
}

export const HELP = `npm run bench -- [options]

Measures Rollcall beside the floor (Express and SQL by hand, giving the same bytes) and beside peers (SCIMMY on the
same tables, better-auth on its own), in turns, on one database, with connections from another process. Exits with 1
when an answer of ours is wrong; how fast anything is decides nothing.

  --members N,N,…    how many members there are; with several, how the times grow  [100000]
  --workspaces N     how many workspaces of so many members there are; each connection asks its own [1]
  --connections N    how many connections send load                                [32]
  --rounds N         how often each server has its turn at an operation            [5]
  --seconds N        how long a turn is                                            [4]
  --processes N      how many processes each server has, which serve the rounds in turn; 1 or 2 [1]
  --only NAME        measure that operation; may be repeated
  --no-peers         without the peers, which are installed when they are first needed
  --subscribers N    our server a second time, with so many subscriptions
  --no-log           without our server a second time, with no provisioning log, in the same processes

Instead of operations:
  --import N         add N members through POST, 8 at a time
  --groups           changes of groups of thousands, and bulk requests
  --queries          the queries of the dashboard's screens, one at a time, and the plans of all statements
  --dashboard        the dashboard in a browser: kilobytes, and how long people wait
  --start            start the built server on an existing embedded database, and look at it when it is idle
  --upgrade          a database of the previous release gets the migrations of this one, while it is read
  --soak SECONDS     everything at once on our server, and its memory on the way

BENCH_DATABASE_URL: a PostgreSQL to make the databases on, instead of an embedded one.

"ours ÷ it" is our requests a second by the other server's: above 1 we are faster. CPU µs, SQL and MB are the server
process's: microseconds and statements a request, memory at the end. DB µs are PostgreSQL's microseconds a request.`;

/** @throws RangeError or TypeError with a sentence, for whoever has called it */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      help: { type: 'boolean', default: false },
      members: { type: 'string', default: '100000' },
      workspaces: { type: 'string', default: '1' },
      connections: { type: 'string', default: '32' },
      rounds: { type: 'string', default: '5' },
      seconds: { type: 'string', default: '4' },
      processes: { type: 'string', default: '1' },
      only: { type: 'string', multiple: true },
      peers: { type: 'boolean', default: true },
      log: { type: 'boolean', default: true },
      subscribers: { type: 'string' },
      import: { type: 'string' },
      groups: { type: 'boolean', default: false },
      queries: { type: 'boolean', default: false },
      dashboard: { type: 'boolean', default: false },
      start: { type: 'boolean', default: false },
      upgrade: { type: 'boolean', default: false },
      soak: { type: 'string' },
    },
    allowNegative: true,
  });
  const {
    help,
    members,
    workspaces,
    connections,
    rounds,
    seconds,
    processes,
    only,
    peers,
    log,
    groups,
    queries,
    dashboard,
    start,
    upgrade,
    soak,
  } = values;
  return {
    help,
    members: members.split(',').map((text) => positive('members', text)),
    workspaces: positive('workspaces', workspaces),
    connections: positive('connections', connections),
    rounds: positive('rounds', rounds),
    seconds: positive('seconds', seconds),
    processes: processesIn(processes),
    only,
    peers,
    log,
    subscribers: values.subscribers === undefined ? undefined : positive('subscribers', values.subscribers),
    import: values.import === undefined ? undefined : positive('import', values.import),
    groups,
    queries,
    dashboard,
    start,
    upgrade,
    soak: soak === undefined ? undefined : positive('soak', soak),
  };
}

function processesIn(text: string): number {
  const number = positive('processes', text);
  if (number > 2) throw new RangeError('--processes takes 1 or 2: PostgreSQL has no connections for more');
  return number;
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`--${name} takes whole numbers from 1`);
  return number;
}
