import { text } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

/**
 * Who writes an entry locks the table before `logged_at` is computed, and until the commit. Locks are visible to every
 * role; where the start of a transaction is not (of another role, or prepared), nothing counts as complete until it ends.
 */
const SETTLED = statement({
  name: 'audit.settled',
  text: `
    select case when bool_or(a.xact_start is null) then '-infinity'
        else to_char(least(statement_timestamp(), min(a.xact_start)) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')
      end as settled,
      to_char(statement_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now
    from pg_locks l left join pg_stat_get_activity(l.pid) a on l.pid is not null
    where l.locktype = 'relation' and l.relation = 'audit_entry'::regclass and l.mode = 'RowExclusiveLock'
      and l.database = (select oid from pg_database where datname = current_database())`,
  parameters: {},
  columns: { settled: text, now: text },
});

/** Times of the database in ISO 8601, in UTC, with microseconds: they compare as text. */
export interface Settled {
  /** No entry with an earlier `logged_at` can be committed any more; `-infinity` when that is not known. */
  readonly settled: string;
  /** The time of the statement. */
  readonly now: string;
}

/**
 * Returns up to which time the audit log is complete: the earliest start of the transactions that write entries now, or
 * the time of the statement when there are none. Read it before the entries, and once in a transaction, which keeps what
 * it has seen of others.
 * @param sql not a transaction that writes entries, which would wait for itself
 */
export async function settledTimes(sql: Sql): Promise<Settled> {
  const row = await SETTLED.row(sql, {});
  return row ?? { settled: '-infinity', now: '-infinity' };
}
