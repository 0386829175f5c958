import { jsonb, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { visibleUserName } from '../../domain/canonical.js';
import { cut, type ScimOperation } from '../../domain/provisioning-log.js';
import type { LogEntry } from './entry.js';

/** The operations that can give somebody a userName. */
const NAMING: ReadonlySet<ScimOperation> = new Set(['USER_CREATE', 'USER_UPDATE', 'USER_REACTIVATE']);

/** Another active member whose userName looks the same (Unicode TR39). */
const LOOK_ALIKES = statement({
  name: 'provisioningLog.lookAlikes',
  text: `
    select e.id, other.user_name as "userName"
    from jsonb_to_recordset($names) as e(id uuid, "workspaceId" uuid, "memberId" uuid, name text)
    cross join lateral (
      select o.user_name from member o
      where o.workspace_id = e."workspaceId" and look_alike(o.canonical_user_name) = look_alike(e.name)
        and o.id <> e."memberId"
        and exists (select 1 from membership s where s.member_id = o.id and s.ended_at is null)
      order by o.id limit 1) other`,
  parameters: { names: jsonb<readonly object[]>() },
  columns: { id: uuid, userName: text },
});

/**
 * Adds a notice to each entry whose member looks like another active member (rule 53a). It runs after the answer, so that
 * nobody waits for it.
 */
export async function withLookAlikes(sql: Sql, entries: readonly LogEntry[]): Promise<readonly LogEntry[]> {
  const names = entries.flatMap(({ id, workspaceId, targetId, targetName, operation, code }) =>
    code === null && NAMING.has(operation) && targetId !== null && targetName !== null
      ? [{ id, workspaceId, memberId: targetId, name: visibleUserName(targetName) }]
      : [],
  );
  if (names.length === 0) return entries;
  const found = await LOOK_ALIKES.rows(sql, { names: JSON.stringify(names) });
  const others = new Map(found.map(({ id, userName }) => [id, userName]));
  return entries.map((entry) => {
    const other = others.get(entry.id);
    if (other === undefined) return entry;
    const notice = { code: 'LOOKS_LIKE_A_MEMBER', attribute: 'userName', closest: cut(other) } as const;
    return { ...entry, notices: [...(entry.notices ?? []), notice] };
  });
}
