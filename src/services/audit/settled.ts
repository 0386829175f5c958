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
    select least(min(coalesce(a.xact_start, '-infinity')), statement_timestamp())::text as settled
    from pg_locks l left join pg_stat_activity a on a.pid = l.pid
    where l.locktype = 'relation' and l.relation = 'audit_entry'::regclass and l.mode = 'RowExclusiveLock'
      and l.database = (select oid from pg_database where datname = current_database())`,
  parameters: {},
  columns: { settled: text },
});

/**
 * The time up to which the log is complete: no entry with an earlier `logged_at` can be committed any more. It is the
 * earliest start of the transactions that write entries now, or the time of the statement when there are none. Read it
 * before the entries, and once in a transaction, which keeps what it has seen of others.
 * @param sql not a transaction that writes entries, which would wait for itself
 */
export async function settledTime(sql: Sql): Promise<string> {
  const row = await SETTLED.row(sql, {});
  return row?.settled ?? '-infinity';
}
