import type { ServiceContext } from '../context/service-context.js';
import type { MemberRow } from '../rows/members.js';

// The account is $1, so that the members of a page are read in one statement.
const LAST_ACTIVE_AT = `
  select greatest(
    (select c.at from credit_consumption c where c.workspace_id = $2 and c.account_id = $1 order by c.id desc limit 1),
    (select e.at from audit_entry e where e.workspace_id = $2 and e.actor_id = $1 order by e.id desc limit 1)
  ) as "lastActiveAt"`;

/**
 * The last time at which a member used credits or made a change in the workspace. For members whom the caller may see.
 * @returns null when there is no such time
 */
export async function lastActiveAt(
  { batched }: ServiceContext,
  { accountId, workspaceId }: Pick<MemberRow, 'accountId' | 'workspaceId'>,
): Promise<Date | null> {
  const values = [accountId, workspaceId];
  const [row] = await batched.rows<{ lastActiveAt: Date | null }>(LAST_ACTIVE_AT, values);
  return row?.lastActiveAt ?? null;
}
