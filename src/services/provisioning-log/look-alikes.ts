import type { Sql } from '../../database/database.js';
import { cut, type ScimOperation } from '../../domain/provisioning-log.js';
import { findLookAlikes } from '../rows/look-alikes.js';
import type { LogEntry } from './entry.js';

/** The operations that can give somebody a userName. */
const NAMING: ReadonlySet<ScimOperation> = new Set(['USER_CREATE', 'USER_UPDATE', 'USER_REACTIVATE']);

/**
 * Adds a notice to each entry whose member looks like another active member (rule 53a). It runs after the answer, so that
 * nobody waits for it.
 */
export async function withLookAlikes(sql: Sql, entries: readonly LogEntry[]): Promise<readonly LogEntry[]> {
  const named = entries.flatMap((entry) => {
    const { workspaceId, targetId, targetName, operation, code } = entry;
    return code === null && NAMING.has(operation) && targetId !== null && targetName !== null
      ? [{ entry, workspaceId, memberId: targetId, userName: targetName }]
      : [];
  });
  const found = await findLookAlikes(sql, named);
  const others = new Map(named.map(({ entry }, index) => [entry, found[index]]));
  return entries.map((entry) => {
    const other = others.get(entry);
    if (other === undefined) return entry;
    const notice = {
      code: 'LOOKS_LIKE_A_MEMBER',
      attribute: 'userName',
      closest: cut(other.userName),
    } as const;
    return { ...entry, notices: [...(entry.notices ?? []), notice] };
  });
}
