import { cpus } from 'node:os';
import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import {
  type Arena,
  type Contender,
  floor,
  followed,
  keepingStatements,
  ours,
  POOL_SIZE,
  peers,
  withoutLog,
} from './contenders.ts';
import { measureDashboard } from './dashboard.ts';
import { cpuOf, createDatabase, pgOptions, settled } from './database.ts';
import { measureGroups } from './groups.ts';
import { addHistory } from './history.ts';
import { HELP, type Options, readOptions } from './options.ts';
import { measureQueries } from './queries.ts';
import { type Comparison, compare } from './rounds.ts';
import { differences } from './same-answers.ts';
import { seed, seedOthers } from './seed.ts';
import { comparisonTable, growthTable, type Size, whole } from './table.ts';
import { importMembers, soak, startTimes } from './trials.ts';
import { measureUpgrade } from './upgrade.ts';

/** `npm run bench`: see `HELP`. */

/** The times of `--queries` with the fewest members. */
const queryTimes = new Map<string, number>();

/** What has been started, for the end; the last first. */
const started: (() => Promise<void>)[] = [];
for (const [signal, number] of [
  ['SIGINT', 2],
  ['SIGTERM', 15],
] as const) {
  process.once(signal, () => end().finally(() => process.exit(128 + number)));
}
try {
  process.exitCode = (await run(readOptions(process.argv.slice(2)))) ? 0 : 1;
} catch (error) {
  if (!(error instanceof RangeError || error instanceof TypeError)) throw error;
  console.error(`${error.message}\n\n${HELP}`);
  process.exitCode = 2;
} finally {
  await end();
}

async function end(): Promise<void> {
  for (let stop = started.pop(); stop !== undefined; stop = started.pop()) await stop();
}

/** Whether all answers were right. */
async function run(options: Options): Promise<boolean> {
  if (options.help) {
    console.log(HELP);
    return true;
  }
  if (options.start) return startTimes();
  const sizes: Size[] = [];
  let isRight = true;
  for (const members of options.members) {
    const comparisons = await onDatabase(members, options);
    isRight &&= comparisons !== undefined;
    if (comparisons !== undefined) sizes.push({ members, comparisons });
    await end();
  }
  if (sizes.length > 1) console.log(`${growthTable(sizes)}\n`);
  return isRight;
}

/** @returns undefined when an answer was wrong */
async function onDatabase(members: number, options: Options): Promise<Comparison[] | undefined> {
  const { BENCH_DATABASE_URL } = process.env;
  const { target, drop } = await createDatabase(BENCH_DATABASE_URL);
  started.push(drop);
  console.log(await circumstances(target, members, BENCH_DATABASE_URL === undefined));
  if (options.upgrade) return (await measureUpgrade(target, members)) ? [] : undefined;
  const seeded = await seed(target, members);
  const onStart = (stop: () => Promise<void>) => started.push(stop);
  const others = options.workspaces > 1 ? await seedOthers(target, members, options.workspaces) : [];
  const arena: Arena = { target, seeded, others, members, processes: options.processes, onStart };
  if (options.queries) {
    await addHistory(target, seeded.workspaceId, members);
    return (await measureQueries(await keepingStatements(arena), arena, queryTimes)) ? [] : undefined;
  }
  const our = await ours(arena);
  if (options.soak !== undefined) return (await soak(our, options.soak)) ? [] : undefined;
  if (options.groups) return (await measureGroups(our, arena)) ? [] : undefined;
  if (options.dashboard) {
    await measureDashboard(our.servers[0].url, seeded);
    return [];
  }
  const base = await floor(arena);
  const contenders = [
    our,
    ...(options.subscribers === undefined ? [] : [await followed(arena, options.subscribers)]),
    ...(options.log && options.import === undefined ? [withoutLog(our)] : []),
    base,
    ...(options.peers ? await peers(arena) : []),
  ];
  if (options.import !== undefined) return (await importMembers(contenders, options.import)) ? [] : undefined;

  const operations = chosen(our, options);
  const wrong = await differences(operations, base.servers[0].url, our.servers[0].url, {
    target,
    active: seeded.active,
  });
  if (wrong.length > 0) {
    console.log(`The answers differ.\n${wrong.join('\n')}`);
    return undefined;
  }
  console.log('Ours and the floor give the same answers, byte by byte.');
  console.log(`${options.connections} connections\n`);
  const comparisons: Comparison[] = [];
  for (const { name } of operations) {
    comparisons.push(
      await compare(name, contenders, {
        ...options,
        settled: () => settled(target),
        databaseCpu: () => cpuOf(target),
      }),
    );
    console.error(`${name} done`);
  }
  console.log(`${comparisonTable(comparisons)}\n`);
  const isRight = comparisons.every(({ measured }) => measured.get(our.name)?.errors === 0);
  return isRight ? comparisons : undefined;
}

function chosen({ operations }: Contender, { only }: Options): Contender['operations'] {
  if (only === undefined) return operations;
  const names = operations.map(({ name }) => name);
  const unknown = only.filter((name) => !names.includes(name));
  if (unknown.length > 0) throw new RangeError(`--only takes ${names.join(', ')}; not ${unknown.join(', ')}`);
  return operations.filter(({ name }) => only.includes(name));
}

/** The environment on which the numbers depend. */
async function circumstances(target: DatabaseTarget, members: number, embedded: boolean): Promise<string> {
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
      `${whole(members)} members, pools of ${POOL_SIZE}`,
    ].join('\n');
  } finally {
    await client.end();
  }
}
