import { double, integer, jsonb } from '../../database/column-types.js';
import type { Database, Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { batchIdOf, newBatchId, placeOf } from '../../domain/ids.js';
import type { LogEntry, WrittenEntry } from './entry.js';
import { insertEntries } from './insert.js';
import { withLookAlikes } from './look-alikes.js';
import { updateProblems } from './present-problems.js';

/** A batch of entries to write. */
export interface Batch {
  readonly entries: readonly LogEntry[];
  /** Written entries whose requests have been repeated since (rule 51), each with the number of further requests. */
  readonly repeated: readonly WrittenEntry[];
  /** The number of dropped requests, by workspace. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** Writers take turns, so that batches are committed in the order of their ids. */
const WRITER_LOCK = 4_917_232;

/** PostgreSQL would plan each statement of the first batches of a connection for its hundreds of values, which costs more than they do. */
const LOCK = statement({
  name: 'provisioningLog.lock',
  text: `
    select extract(epoch from clock_timestamp())::double precision * 1000000 as microseconds
    from pg_advisory_xact_lock($lock::integer::bigint), set_config('plan_cache_mode', 'force_generic_plan', true)`,
  parameters: { lock: integer },
  columns: { microseconds: double },
});

const HOUR_MS = 3_600_000;

const REPEAT = statement({
  name: 'provisioningLog.repeat',
  text: `
    update scim_request_set s set times = s.times + e.more
    from jsonb_to_recordset($repeated) as e("batchId" uuid, place integer, at timestamptz, more integer)
    where s.batch_id = e."batchId" and s.place = e.place and s.at = e.at`,
  parameters: { repeated: jsonb<readonly object[]>() },
});

const COUNT = statement({
  name: 'provisioningLog.count',
  text: `
    insert into scim_request_count (workspace_id, hour, code, requests, dropped)
    select w.id, date_trunc('hour', e.at, 'UTC'), e.code, sum(e.requests), sum(e.dropped)
    from jsonb_to_recordset($counts) as e("workspaceId" uuid, at timestamptz, code text, requests integer, dropped integer)
    join workspace w on w.id = e."workspaceId"
    group by 1, 2, 3
    on conflict (workspace_id, hour, code) do update
      set requests = scim_request_count.requests + excluded.requests,
        dropped = scim_request_count.dropped + excluded.dropped`,
  parameters: { counts: jsonb<readonly object[]>() },
});

const CONNECT = statement({
  name: 'provisioningLog.connect',
  text: `
    insert into scim_connection
      (workspace_id, first_request_at, last_request_at, last_success_at, refusals_in_row, client)
    select w.id, e.first, e.last, e.success, e.refusals, e.client
    from jsonb_to_recordset($connections)
      as e("workspaceId" uuid, first timestamptz, last timestamptz, success timestamptz, refusals integer, client text)
    join workspace w on w.id = e."workspaceId"
    on conflict (workspace_id) do update
      set last_request_at = greatest(scim_connection.last_request_at, excluded.last_request_at),
        last_success_at = greatest(scim_connection.last_success_at, excluded.last_success_at),
        refusals_in_row = case when excluded.last_success_at is null
          then scim_connection.refusals_in_row + excluded.refusals_in_row else excluded.refusals_in_row end,
        client = excluded.client`,
  parameters: { connections: jsonb<readonly object[]>() },
});

/** Writes a batch, or nothing of it. @returns its id, from which the ids of its entries follow */
export async function writeBatch(database: Database, batch: Batch): Promise<string> {
  const { repeated, dropped } = batch;
  return database.transaction(async (tx) => {
    const lock = await LOCK.row(tx, { lock: WRITER_LOCK });
    const batchId = newBatchId(lock?.microseconds ?? 1000 * Date.now());
    const entries = await withLookAlikes(tx, batch.entries);
    if (entries.length > 0) await insertEntries(tx, batchId, entries);
    if (repeated.length > 0) await REPEAT.rows(tx, { repeated: JSON.stringify(repeated.map(repetition)) });
    const seen = [...entries, ...repeated];
    await COUNT.rows(tx, { counts: JSON.stringify(countsOf(seen, dropped)) });
    await connect(tx, seen);
    await updateProblems(tx, { batchId, entries, repeated });
    return batchId;
  });
}

function repetition({ id, at, times }: WrittenEntry): object {
  return { batchId: batchIdOf(id), place: placeOf(id), at, more: times };
}

function countsOf(entries: readonly LogEntry[], dropped: Batch['dropped']): object[] {
  const now = new Date();
  const counts = new Map<
    string,
    { workspaceId: string; at: Date; code: string; requests: number; dropped: number }
  >();
  for (const { workspaceId, at, code, times } of entries) {
    const key = `${workspaceId} ${Math.floor(at.getTime() / HOUR_MS)} ${code ?? ''}`;
    const count = counts.get(key);
    if (count === undefined)
      counts.set(key, { workspaceId, at, code: code ?? '', requests: times, dropped: 0 });
    else count.requests += times;
  }
  const lost = [...dropped].map(([workspaceId, number]) => ({
    workspaceId,
    at: now,
    code: '',
    requests: 0,
    dropped: number,
  }));
  return [...counts.values(), ...lost];
}

interface Connection {
  readonly workspaceId: string;
  readonly first: Date;
  last: Date;
  success: Date | null;
  refusals: number;
  client: string;
}

async function connect(sql: Sql, entries: readonly LogEntry[]): Promise<void> {
  const connections = new Map<string, Connection>();
  for (const { workspaceId, at, code, client, times, apiKeyId } of entries) {
    const known = connections.get(workspaceId);
    // An unknown key does not come from the identity provider.
    if (apiKeyId === null && known === undefined && code === 'KEY_UNKNOWN') continue;
    const connection = known ?? { workspaceId, first: at, last: at, success: null, refusals: 0, client };
    connection.last = at;
    connection.client = client;
    if (code === null) {
      connection.success = at;
      connection.refusals = 0;
    } else connection.refusals += times;
    connections.set(workspaceId, connection);
  }
  if (connections.size > 0)
    await CONNECT.rows(sql, { connections: JSON.stringify([...connections.values()]) });
}
