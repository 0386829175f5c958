import { arrayOf, json, nullable, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { sameAccess, visibleAccess } from '../../domain/access.js';
import { type GroupGrant, grantedAccess } from '../../domain/granted-access.js';
import type { Workspace } from '../../model/workspace.js';
import { changesBetween, recordMany } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { ACCESS_COLUMNS, ACCESS_TYPES, updateAccesses } from '../rows/member-statements.js';
import { accessIn } from '../rows/members.js';
import { exchangeMany } from '../seats.js';

/**
 * The members whose access follows their groups, with what the groups grant: not owners, inactive members, and members
 * whose access was set explicitly (rule 30).
 */
const HOLDERS = statement({
  name: 'groups.grantHolders',
  text: `
    select m.id, m.user_name as "userName", s.id as "membershipId", ${ACCESS_COLUMNS},
      (select json_agg(json_build_object('grantedRole', g.granted_role, 'grantedSeatType', g.granted_seat_type))
       from group_member i join member_group g on g.id = i.group_id
       where i.member_id = m.id and (g.granted_role is not null or g.granted_seat_type is not null)) as grants
    from member m join membership s on s.member_id = m.id and s.ended_at is null
    where m.workspace_id = $workspaceId and m.id = any($memberIds::uuid[]) and s.role <> 'OWNER'
      and s.access_set_by is null
    order by m.id`,
  parameters: { workspaceId: uuid, memberIds: arrayOf(uuid) },
  columns: {
    id: uuid,
    userName: text,
    membershipId: uuid,
    ...ACCESS_TYPES,
    grants: nullable(json<readonly GroupGrant[]>()),
  },
});

/**
 * Recomputes the access of members after their groups, or the grants of their groups, have changed (rule 30): the
 * strongest grant, or else the workspace's default. Each member whose access changes gets an audit entry; the caller
 * increases versions, because it knows what else has changed.
 * @param sql the transaction, which holds the locks of these members
 * @returns the ids of those whose access has changed
 * @throws DomainError SEAT_UNAVAILABLE, naming the first member without a free seat
 */
export async function followGrants(
  context: ServiceContext,
  sql: Sql,
  workspace: Workspace,
  memberIds: readonly string[],
  at: Date,
): Promise<string[]> {
  const holders = await HOLDERS.rows(sql, { workspaceId: workspace.id, memberIds });
  const changes = holders
    .map((holder) => {
      const before = accessIn(holder);
      return {
        holder,
        before,
        after: grantedAccess({ access: before, accessSetBy: null }, holder.grants ?? [], workspace),
      };
    })
    .filter(({ before, after }) => !sameAccess(before, after));
  if (changes.length === 0) return [];
  await exchangeMany(
    sql,
    workspace.id,
    changes.map(({ holder, before, after }) => ({
      userName: holder.userName,
      freed: before.seatType,
      taken: after.seatType,
    })),
  );
  await updateAccesses(
    sql,
    changes.map(({ holder, after }) => ({ membershipId: holder.membershipId, access: after })),
  );
  await recordMany(
    context,
    sql,
    changes.map(({ holder, before, after }) => ({
      workspaceId: workspace.id,
      action: 'member.update',
      target: { type: 'member', id: holder.id, label: holder.userName },
      changes: changesBetween(visibleAccess(before), visibleAccess(after)),
    })),
    at,
  );
  // The grant that this request has cached may be about one of these members.
  context.grants.delete(workspace.id);
  return changes.map(({ holder }) => holder.id);
}
