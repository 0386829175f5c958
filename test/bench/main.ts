import { openSync } from 'node:fs';
import { cpus, devNull } from 'node:os';
import { parseArgs } from 'node:util';
import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { createDatabase, pgOptions } from './database.ts';
import { type Operation, operationsOn } from './operations.ts';
import { type Comparison, compare, type Plan } from './rounds.ts';
import { differences } from './same-answers.ts';
import { seed } from './seed.ts';
import { type ServerProcess, type ServerSettings, startServer } from './server-process.ts';
import { table } from './table.ts';

/**
 * `npm run bench`: our server against the floor (`floor-server.ts`), in turns, on one database. Exits with 1 when an
 * answer is wrong; how fast anything is decides nothing.
 */

const CONNECTIONS = 32;
const POOL_SIZE = 20;

const { values } = parseArgs({
  options: {
    members: { type: 'string', default: '100000' },
    seconds: { type: 'string', default: '4' },
    rounds: { type: 'string', default: '5' },
    only: { type: 'string', multiple: true },
  },
});
const members = positive('members', values.members);
const plan: Plan = {
  rounds: positive('rounds', values.rounds),
  seconds: positive('seconds', values.seconds),
  connections: CONNECTIONS,
};

/** What has been started, for the end; the last first. */
const started: (() => Promise<void>)[] = [];
let ending: Promise<void> | undefined;
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => end().finally(() => process.exit(128 + number)));
}
try {
  process.exitCode = (await bench()) ? 0 : 1;
} finally {
  await end();
}

function end(): Promise<void> {
  ending ??= (async () => {
    for (const stop of started.reverse()) await stop();
  })();
  return ending;
}

/** Whether all answers were right. */
async function bench(): Promise<boolean> {
  const { BENCH_DATABASE_URL } = process.env;
  const database = await createDatabase(BENCH_DATABASE_URL);
  started.push(database.drop);
  console.log(await circumstances(database.target, BENCH_DATABASE_URL === undefined));
  const seeded = await seed(database.target, members);
  const operations = chosen(operationsOn(seeded, members));
  const floor = await start('floor-server.ts', { target: database.target, poolSize: POOL_SIZE });
  const ours = await start('rollcall-server.ts', { target: database.target, poolSize: POOL_SIZE });
  const wrong = await differences(operations, floor.url, ours.url, database.target);
  if (wrong.length > 0) {
    console.log(`The answers differ.\n${wrong.join('\n')}`);
    return false;
  }
  console.log('Both give the same answers, byte by byte.\n');
  const comparisons: Comparison[] = [];
  for (const operation of operations) {
    comparisons.push(await compare(operation, floor, ours, plan));
    console.error(`${operation.name} done`);
  }
  console.log(table(comparisons));
  return comparisons.every(({ floor, ours }) => floor.errors + ours.errors === 0);
}

async function start(file: string, settings: ServerSettings): Promise<ServerProcess> {
  // The request log is written, as in production, and kept by nobody.
  const server = await startServer(file, settings, openSync(devNull, 'w'));
  started.push(server.stop);
  return server;
}

function chosen(operations: readonly Operation[]): readonly Operation[] {
  const { only } = values;
  if (only === undefined) return operations;
  const names = operations.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new RangeError(`--only takes ${names.join(', ')}; not ${unknown.join(', ')}`);
  return operations.filter(({ name }) => only.includes(name));
}

function positive(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`--${name} takes a whole number from 1`);
  return number;
}

/** What the numbers depend on. */
async function circumstances(target: DatabaseTarget, embedded: boolean): Promise<string> {
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    const { rows } = await client.query<{ version: string; fsync: string; commit: string }>(
      `select current_setting('server_version') as version, current_setting('fsync') as fsync,
        current_setting('synchronous_commit') as commit`,
    );
    const [{ version, fsync, commit } = { version: '?', fsync: '?', commit: '?' }] = rows;
    const [cpu] = cpus();
    return [
      `${cpus().length} × ${cpu?.model.trim()}, shared by load generator, server${embedded ? ' and PostgreSQL' : ''}`,
      `Node ${process.version}, PostgreSQL ${version} (fsync ${fsync}, synchronous_commit ${commit})`,
      `${members.toLocaleString('en-US')} members, ${CONNECTIONS} connections, pools of ${POOL_SIZE},` +
        ` medians of ${plan.rounds} rounds of ${plan.seconds} s each, in turns`,
    ].join('\n');
  } finally {
    await client.end();
  }
}
