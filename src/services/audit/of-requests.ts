import type { Sql } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import { AUDIT_ENTRY } from './record.js';

/** A bulk request has at most 1,000 operations, each with an entry. */
const MOST = 1_000;

/** The audit entries of a request, oldest first. The caller has authorized the request. */
export function auditEntriesOf(sql: Sql, workspaceId: string, requestId: string): Promise<AuditEntry[]> {
  return rowsOf(
    sql,
    query
      .selectFrom('auditEntry')
      .select(AUDIT_ENTRY.properties)
      .where('workspaceId', '=', workspaceId)
      .where('requestId', '=', requestId)
      .orderBy('id')
      .limit(MOST),
  );
}
