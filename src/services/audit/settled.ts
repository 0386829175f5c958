import { text } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';

/**
 * The time up to which the audit log is complete: no entry with an earlier `logged_at` can be committed any more. `logged_at`
 * is the database's clock when an entry is written. A transaction that has written one holds a lock on the table until it
 * has ended, so entries before the start of the earliest such transaction are committed or never will be. A transaction
 * that has written none yet will write later entries. Read it before the entries, in a statement of its own.
 */
export const SETTLED = statement({
  name: 'audit.settled',
  text: `
    select to_char(least(statement_timestamp(), min(a.xact_start)) at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as settled,
      to_char(statement_timestamp() at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as now
    from pg_locks l, pg_stat_get_activity(l.pid) a
    where l.locktype = 'relation' and l.relation = 'audit_entry'::regclass and l.mode = 'RowExclusiveLock'
      and l.database = (select oid from pg_database where datname = current_database())`,
  parameters: {},
  columns: { settled: text, now: text },
});
