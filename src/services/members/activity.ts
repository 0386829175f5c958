import { nullable, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberRow } from '../rows/members.js';

// The account is the first parameter, so that the members of a page are read in one statement (`lists/batch.ts`).
const LAST_ACTIVE_AT = statement({
  name: 'members.lastActiveAt',
  text: `
    select greatest(
      (select c.at from credit_consumption c
       where c.account_id = $accountId and c.workspace_id = $workspaceId order by c.id desc limit 1),
      (select e.at from audit_entry e
       where e.actor_id = $accountId and e.workspace_id = $workspaceId order by e.id desc limit 1)
    ) as "lastActiveAt"`,
  parameters: { accountId: uuid, workspaceId: uuid },
  columns: { lastActiveAt: nullable(timestamptz) },
});

/**
 * The last time at which a member used credits or made a change in the workspace. The caller may see the member.
 * @returns null when there is no such time
 */
export async function lastActiveAt(
  { batched }: ServiceContext,
  { accountId, workspaceId }: Pick<MemberRow, 'accountId' | 'workspaceId'>,
): Promise<Date | null> {
  const row = await LAST_ACTIVE_AT.row(batched, { accountId, workspaceId });
  return row?.lastActiveAt ?? null;
}
