import { arrayOf, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { cut, type ScimOperation } from '../../domain/provisioning-log.js';
import { findLookAlikesOfMembers, type LookAlike } from '../rows/look-alikes.js';
import type { LogEntry } from './entry.js';

/** The operations after which a member may be active under a userName. */
const NAMING: ReadonlySet<ScimOperation> = new Set(['USER_CREATE', 'USER_UPDATE', 'USER_REACTIVATE']);

const WITH_NOTICES = statement({
  name: 'provisioningLog.workspacesWithLookAlikes',
  text: `
    select w.id from unnest($workspaceIds::uuid[]) as w(id)
    where exists (
      select 1 from scim_problem p
      where p.workspace_id = w.id and p.severity = 'NOTICE' and p.code = 'LOOKS_LIKE_A_MEMBER')`,
  parameters: { workspaceIds: arrayOf(uuid) },
  columns: { id: uuid },
});

/** An entry of an accepted request that may have named a member. */
type NamingEntry = LogEntry & { readonly targetId: string };

function isNaming(entry: LogEntry): entry is NamingEntry {
  return entry.code === null && entry.targetId !== null && NAMING.has(entry.operation);
}

/**
 * Adds a notice to each entry whose member got a userName that looks like another active member's (rule 53a). Where such
 * notices are open, all changes of members are checked, because a change without a notice ends the open one. It runs after
 * the answer, so that nobody waits for it.
 */
export async function withLookAlikes(sql: Sql, entries: readonly LogEntry[]): Promise<readonly LogEntry[]> {
  const naming = entries.filter(isNaming);
  const named = await findLookAlikesOfMembers(sql, membersOf(naming.filter((entry) => entry.tookUserName)));
  const others = naming.filter((entry) => !entry.tookUserName);
  const noticed = await workspacesWithNotices(sql, others);
  for (const { workspaceId, targetId } of naming) if (named.has(targetId)) noticed.add(workspaceId);
  const found = new Map([
    ...named,
    ...(await findLookAlikesOfMembers(
      sql,
      membersOf(others.filter(({ workspaceId }) => noticed.has(workspaceId))),
    )),
  ]);
  if (found.size === 0) return entries;
  return entries.map((entry) => (isNaming(entry) ? withNotice(entry, found.get(entry.targetId)) : entry));
}

function membersOf(entries: readonly NamingEntry[]): string[] {
  return [...new Set(entries.map(({ targetId }) => targetId))];
}

async function workspacesWithNotices(sql: Sql, entries: readonly LogEntry[]): Promise<Set<string>> {
  if (entries.length === 0) return new Set();
  const workspaceIds = [...new Set(entries.map(({ workspaceId }) => workspaceId))];
  return new Set((await WITH_NOTICES.rows(sql, { workspaceIds })).map(({ id }) => id));
}

function withNotice(entry: LogEntry, other: LookAlike | undefined): LogEntry {
  if (other === undefined) return entry;
  const notice = {
    code: 'LOOKS_LIKE_A_MEMBER',
    attribute: 'userName',
    closest: cut(other.userName),
  } as const;
  return { ...entry, notices: [...(entry.notices ?? []), notice] };
}
