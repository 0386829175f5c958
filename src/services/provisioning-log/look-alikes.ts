import { arrayOf, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { cut, type ScimOperation } from '../../domain/provisioning-log.js';
import { findLookAlikes, type LookAlike, type Named } from '../rows/look-alikes.js';
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

/** An accepted request that may have named a member. */
interface Candidate extends Named {
  readonly entry: LogEntry;
}

/**
 * Adds a notice to each entry whose member got a userName that looks like another active member's (rule 53a). Where such
 * notices are open, all changes of members are checked, because a change without a notice ends the open one. It runs after
 * the answer, so that nobody waits for it.
 */
export async function withLookAlikes(sql: Sql, entries: readonly LogEntry[]): Promise<readonly LogEntry[]> {
  const candidates = entries.flatMap((entry): Candidate[] => {
    const { workspaceId, targetId, targetName, operation, code } = entry;
    return code === null && NAMING.has(operation) && targetId !== null && targetName !== null
      ? [{ entry, workspaceId, memberId: targetId, userName: targetName }]
      : [];
  });
  if (candidates.length === 0) return entries;
  const found = await lookAlikesOf(
    sql,
    candidates.filter(({ entry }) => entry.tookUserName),
  );
  const open = await WITH_NOTICES.rows(sql, {
    workspaceIds: [...new Set(candidates.map(({ workspaceId }) => workspaceId))],
  });
  const noticed = new Set([
    ...open.map(({ id }) => id),
    ...[...found.keys()].map((entry) => entry.workspaceId),
  ]);
  const others = candidates.filter(({ entry }) => !entry.tookUserName && noticed.has(entry.workspaceId));
  for (const [entry, other] of await lookAlikesOf(sql, others)) found.set(entry, other);
  return entries.map((entry) => withNotice(entry, found.get(entry)));
}

async function lookAlikesOf(sql: Sql, candidates: readonly Candidate[]): Promise<Map<LogEntry, LookAlike>> {
  const found = await findLookAlikes(sql, candidates);
  return new Map(
    candidates.flatMap(({ entry }, index) => {
      const other = found[index];
      return other === undefined ? [] : [[entry, other] as const];
    }),
  );
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
