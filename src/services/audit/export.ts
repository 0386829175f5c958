import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type AuditFilter, auditFilterSql } from './filter.js';
import { ENTRY_COLUMNS } from './record.js';

/** An entry, with the place behind which a later export goes on. */
export type ExportedEntry = AuditEntry & { readonly cursor: string };

const BATCH_SIZE = 500;

/**
 * Up to when the log is settled: nothing comes any more with an earlier `logged_at`. That is taken from the database's
 * clock when an entry is written, so it lies after the beginning of its transaction; and of every transaction that may
 * still write, this is the earliest beginning. One that has not begun to write and is not at it will be later in any
 * case, however long it has been reading.
 */
const SETTLED = `
  select coalesce(min(xact_start), clock_timestamp())::text as settled from pg_stat_activity
  where datname = current_database() and xact_start is not null and pid <> pg_backend_pid()
    and (backend_xid is not null or state = 'active')`;

/**
 * The changes in a workspace in the order in which the database was told of them, from the first one or from behind a
 * cursor. Whoever asks again and again, each time behind the last cursor, gets every entry once: entries that are
 * committed late do not come before others that have been given out already.
 * @param after the cursor of the last entry that is known
 * @returns the entries in batches; a connection is held from the first one until the last one, or until the loop is left
 * @throws DomainError as `authorize` does; INVALID_INPUT for a cursor or a filter that is none
 */
export async function exportEntries(
  context: ServiceContext,
  workspaceId: string,
  filter: AuditFilter,
  after: string | undefined,
): Promise<AsyncIterable<ExportedEntry[]>> {
  const { workspace } = await authorize(context, 'audit.read', workspaceId);
  const values: unknown[] = [];
  const conditions = [auditFilterSql(workspace.id, filter, values)];
  const place = (value: unknown, type: string) => `$${values.push(value)}::${type}`;
  if (after !== undefined) {
    const { loggedAt, id } = readCursor(after);
    conditions.push(`(e.logged_at, e.id) > (${place(loggedAt, 'timestamptz')}, ${place(id, 'uuid')})`);
  }
  // Before the entries are read, so that whatever is settled is there to be seen.
  const [row] = await context.database.rows<{ settled: string }>(SETTLED, []);
  conditions.push(`e.logged_at < ${place(row?.settled, 'timestamptz')}`);
  const sql = `
    select ${ENTRY_COLUMNS}, e.logged_at::text as "loggedText" from audit_entry e
    where ${conditions.join(' and ')} order by e.logged_at, e.id`;
  return batchesOf(context, sql, values);
}

async function* batchesOf(
  { database }: ServiceContext,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<ExportedEntry[]> {
  type Row = AuditEntry & { loggedText: string };
  for await (const rows of database.batches<Row>(sql, values, BATCH_SIZE)) {
    yield rows.map(({ loggedText, ...entry }) => ({ ...entry, cursor: writeCursor(loggedText, entry.id) }));
  }
}

function writeCursor(loggedAt: string, id: string): string {
  return Buffer.from(JSON.stringify([loggedAt, id])).toString('base64url');
}

const TIMESTAMPTZ = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/;

function readCursor(text: string): { readonly loggedAt: string; readonly id: string } {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parsed)) {
      const [loggedAt, id]: unknown[] = parsed;
      const isTime =
        typeof loggedAt === 'string' && TIMESTAMPTZ.test(loggedAt) && !Number.isNaN(Date.parse(loggedAt));
      if (isTime && typeof id === 'string' && isId(id)) return { loggedAt, id };
    }
  } catch {
    // Not JSON: not one of our cursors either.
  }
  throw new DomainError('INVALID_INPUT', 'after is not a cursor of this export.', {
    attribute: 'after',
    hint: 'Send the cursor of the last line that you have, or leave it out to begin with the first entry.',
  });
}
