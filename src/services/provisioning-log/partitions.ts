import { integer, text } from '../../database/column-types.js';
import type { Database, Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

const DAY_MS = 24 * 3_600_000;

/** The advisory lock for which processes that create or drop partitions wait. */
const LOCK = 4_917_231;

const LOCKED = statement({
  name: 'provisioningLog.lockPartitions',
  text: 'select 1 from pg_advisory_xact_lock($lock::integer::bigint)',
  parameters: { lock: integer },
});

const PARTITIONS = statement({
  name: 'provisioningLog.partitions',
  text: `
    select c.relname::text as name from pg_inherits i join pg_class c on c.oid = i.inhrelid
    where i.inhparent = 'scim_request_set'::regclass`,
  parameters: {},
  columns: { name: text },
});

/** The day of a time, in UTC. */
export function dayOf(moment: Date): string {
  return moment.toISOString().slice(0, 10);
}

/** Creates the partitions of some days, if they do not exist. @param days in UTC, as `dayOf` writes them */
export async function createPartitions(database: Database, days: readonly string[]): Promise<void> {
  const existing = new Set((await PARTITIONS.rows(database, {})).map(({ name }) => name));
  if (days.every((day) => existing.has(nameOf(day)))) return;
  await database.transaction(async (tx) => {
    await LOCKED.rows(tx, { lock: LOCK });
    const names = new Set((await PARTITIONS.rows(tx, {})).map(({ name }) => name));
    for (const day of days) if (!names.has(nameOf(day))) await createPartition(tx, day);
  });
}

/** The lists in which nothing is searched. ANALYZE would read every element of them: seconds of CPU time on a busy day. */
const UNSEARCHED = ['places', 'ats', 'durations_ms', 'target_names', 'request_ids'];

/**
 * Attaching a table takes a weaker lock than creating it as a partition: other transactions read and write in the
 * meantime.
 */
async function createPartition(sql: Sql, day: string): Promise<void> {
  const name = nameOf(day);
  const next = dayOf(new Date(Date.parse(day) + DAY_MS));
  await sql.rows(`create table ${name} (like scim_request_set including defaults including indexes)`, []);
  const withoutStatistics = UNSEARCHED.map((column) => `alter column ${column} set statistics 0`);
  await sql.rows(`alter table ${name} ${withoutStatistics.join(', ')}`, []);
  await sql.rows(
    `alter table scim_request_set attach partition ${name}
       for values from ('${isoDay(day)} 00:00:00+00') to ('${isoDay(next)} 00:00:00+00')`,
    [],
  );
}

/**
 * Drops the partitions of past days (rule 52), without scanning their rows.
 * @param before the first day to keep
 */
export async function dropPartitions(database: Database, before: string): Promise<void> {
  const oldest = nameOf(before);
  const expired = (await PARTITIONS.rows(database, {}))
    .map(({ name }) => name)
    .filter((name) => name < oldest);
  if (expired.length === 0) return;
  await database.transaction(async (tx) => {
    await LOCKED.rows(tx, { lock: LOCK });
    // Without the limit, a long read of the log would make this statement, and all writers behind it, wait.
    await tx.rows(`set local lock_timeout = '2s'`, []);
    const names = new Set((await PARTITIONS.rows(tx, {})).map(({ name }) => name));
    for (const name of expired) if (names.has(name)) await tx.rows(`drop table ${checked(name)}`, []);
  });
}

/** A name in SQL cannot be bound, so it is checked. */
function checked(name: string): string {
  if (!/^scim_request_set_\d{8}$/.test(name))
    throw new Error(`${name} is no partition of the provisioning log`);
  return name;
}

function isoDay(day: string): string {
  if (!/^\d{4}-\d\d-\d\d$/.test(day)) throw new Error(`${day} is no day`);
  return day;
}

function nameOf(day: string): string {
  return checked(`scim_request_set_${isoDay(day).replaceAll('-', '')}`);
}
