import type { Workspace } from '../../model/workspace.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberFilter } from '../filters/filter.js';
import { requireModest } from '../filters/limits.js';
import { authorizeFilter, memberFilterSql } from '../filters/members.js';
import { FILTER_TABLES } from '../filters/tables.js';
import { MEMBER_COLUMNS, type MemberRow, type MemberValues, memberOf } from '../rows/members.js';

/** Large enough for few round trips, and small enough for little memory. */
const BATCH_SIZE = 500;

/**
 * All members of a workspace in the order of their ids, as they are when the first batch is read. A connection is held
 * until the last batch, or until the caller leaves the loop.
 * @returns the workspace, and the members in batches
 * @throws DomainError as `authorize` does; INVALID_INPUT for a filter that is too large
 */
export async function exportMembers(
  context: ServiceContext,
  workspaceId: string,
  filter: MemberFilter,
): Promise<{ workspace: Workspace; batches: AsyncIterable<MemberRow[]> }> {
  const { workspace } = await authorize(context, 'member.read', workspaceId);
  requireModest(filter);
  await authorizeFilter(context, workspaceId, filter);
  const values: unknown[] = [workspace.id];
  const where = `m.workspace_id = $1 and ${memberFilterSql(filter, values)}`;
  const sql = `select ${MEMBER_COLUMNS} from ${FILTER_TABLES} where ${where} order by m.id`;
  return { workspace, batches: batchesOf(context, sql, values) };
}

async function* batchesOf(
  { database }: ServiceContext,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<MemberRow[]> {
  for await (const rows of database.batches<MemberValues>(sql, values, BATCH_SIZE)) {
    yield rows.map(memberOf);
  }
}
