import { text } from '../../database/column-types.js';
import { type RowOfSelection, selection } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { decode, encode, isTimestamp } from '../lists/cursor.js';
import { type AuditFilter, auditFilterSql } from './filter.js';
import { AUDIT_LIST, ENTRY_TYPES } from './queries.js';
import { settledTimes } from './settled.js';

/** An entry with its cursor, after which a later export continues. */
export type ExportedEntry = AuditEntry & { readonly cursor: string };

const BATCH_SIZE = 500;

const EXPORTED = selection({
  name: 'audit.export',
  columns: `${AUDIT_LIST.columns}, e.logged_at::text as "loggedText"`,
  types: { ...ENTRY_TYPES, loggedText: text },
  from: AUDIT_LIST.from,
});

/**
 * The changes in a workspace in the order in which the database wrote them. A client that continues each export after the
 * last cursor of the one before gets every entry exactly once: entries that are committed late never sort before entries
 * that were exported.
 * @param after the cursor of the last entry that the client has; undefined: from the first entry on
 * @returns the entries in batches; a connection is held from the first batch to the last, or until the loop is left
 * @throws DomainError as `authorize` does; INVALID_INPUT for an invalid cursor or filter
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
  // Read before the entries, so that every entry before this time is committed and visible.
  const { settled } = await settledTimes(context.database);
  conditions.push(`e.logged_at < ${place(settled, 'timestamptz')}`);
  const sql = `
    select ${EXPORTED.columns} from ${EXPORTED.from}
    where ${conditions.join(' and ')} order by e.logged_at, e.id`;
  return batchesOf(context, sql, values);
}

async function* batchesOf(
  { database }: ServiceContext,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<ExportedEntry[]> {
  for await (const rows of database.batches<RowOfSelection<typeof EXPORTED>>(sql, values, BATCH_SIZE)) {
    yield rows.map(({ loggedText, ...entry }) => ({ ...entry, cursor: encode([loggedText, entry.id]) }));
  }
}

function readCursor(cursor: string): { readonly loggedAt: string; readonly id: string } {
  const [loggedAt, id] = decode(cursor);
  if (typeof loggedAt === 'string' && isTimestamp(loggedAt) && typeof id === 'string' && isId(id))
    return { loggedAt, id };
  throw new DomainError('INVALID_INPUT', 'after is not a cursor of this export.', {
    attribute: 'after',
    hint: 'Send the cursor of the last line that you have, or leave it out to begin with the first entry.',
  });
}
