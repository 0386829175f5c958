import type { Workspace } from '../../model/workspace.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { authorizeFilter, type MemberFilter, memberFilterSql, requireModest } from '../filters/members.js';
import {
  MEMBER_ROW_COLUMNS,
  MEMBER_TABLES,
  type MemberRecord,
  type MemberRow,
  memberRow,
} from '../rows/members.js';

/** Large enough for few round trips, and small enough to be nothing in memory. */
const BATCH_SIZE = 500;

/**
 * The members of a workspace, however many, in the order of their ids and as they are at one moment: when the first
 * batch is asked for. A connection is held from then on, until the last one or until the loop is left.
 * @returns the workspace, and the members in batches
 * @throws DomainError as `authorize` does; INVALID_INPUT for a filter without measure
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
  const sql = `select ${MEMBER_ROW_COLUMNS} from ${MEMBER_TABLES} where ${where} order by m.id`;
  return { workspace, batches: batchesOf(context, sql, values) };
}

async function* batchesOf(
  { database }: ServiceContext,
  sql: string,
  values: readonly unknown[],
): AsyncGenerator<MemberRow[]> {
  for await (const records of database.batches<MemberRecord>(sql, values, BATCH_SIZE)) {
    yield records.map(memberRow);
  }
}
