import { query, rowOf } from '../../database/query.js';
import { selection } from '../../database/statement.js';
import { selectList } from '../../database/tables.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import { type AuditFilter, auditFilterSql } from './filter.js';
import { AUDIT_ENTRY } from './record.js';

export const ENTRY_TYPES = AUDIT_ENTRY.columns;

export const AUDIT_LIST = selection({
  name: 'audit.list',
  columns: selectList(AUDIT_ENTRY, 'e'),
  types: ENTRY_TYPES,
  from: 'audit_entry e',
});

/**
 * The changes in a workspace, newest first.
 * @throws DomainError as `authorize` does
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  filter: AuditFilter,
  page: PageArguments,
): Promise<Page<AuditEntry>> {
  await authorize(context, 'audit.read', workspaceId);
  const values: unknown[] = [];
  return new Page<AuditEntry>(
    context.batched,
    {
      ...AUDIT_LIST,
      owner: filter.targetId ?? workspaceId,
      where: auditFilterSql(workspaceId, filter, values),
      values,
      id: 'e.id',
      descending: true,
      ofRow: filter.targetId != null,
    },
    page,
    asIs,
  );
}

/**
 * One entry of the workspace's audit log.
 * @returns null when there is none with the id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<AuditEntry | null> {
  await authorize(context, 'audit.read', workspaceId);
  const entry = await rowOf(
    context.reads,
    query
      .selectFrom('auditEntry')
      .select(AUDIT_ENTRY.properties)
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', id),
  );
  return entry ?? null;
}
