import type { Sql } from '../../database/database.js';
import { type Access, sameAccess, visibleAccess } from '../../domain/access.js';
import { type GroupGrant, grantedAccess } from '../../domain/granted-access.js';
import type { Workspace } from '../../model/workspace.js';
import { changesBetween, recordMany } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { ACCESS_COLUMNS, updateAccesses } from '../rows/member-statements.js';
import { accessIn } from '../rows/members.js';
import * as seats from '../seats.js';

/** A member whose access follows its groups, with what these grant now. */
interface GrantHolder extends Access {
  readonly id: string;
  readonly userName: string;
  readonly membershipId: string;
  readonly grants: readonly GroupGrant[] | null;
}

/** Owners are not among them, nor who is inactive, nor whose access somebody has set by name (rule 30). */
const HOLDERS = `
  select m.id, m.user_name as "userName", s.id as "membershipId", ${ACCESS_COLUMNS},
    (select json_agg(json_build_object('grantedRole', g.granted_role, 'grantedSeatType', g.granted_seat_type))
     from group_member i join member_group g on g.id = i.group_id
     where i.member_id = m.id and (g.granted_role is not null or g.granted_seat_type is not null)) as grants
  from member m join membership s on s.member_id = m.id and s.ended_at is null
  where m.workspace_id = $1 and m.id = any($2::uuid[]) and s.role <> 'OWNER' and s.access_set_by is null
  order by m.id`;

/**
 * Works out anew what members may do whose groups, or whose groups' grants, have just changed (rule 30): the strongest
 * grant, else the workspace's default. Each member whose access changes gets its audit entry; versions are the
 * caller's, who knows what else has changed.
 * @param sql the transaction, which holds the locks of these members
 * @returns the ids of those whose access has changed
 * @throws DomainError SEAT_UNAVAILABLE, naming who would get none
 */
export async function followGrants(
  context: ServiceContext,
  sql: Sql,
  workspace: Workspace,
  memberIds: readonly string[],
  at: Date,
): Promise<string[]> {
  const holders = await sql.rows<GrantHolder>(HOLDERS, [workspace.id, memberIds]);
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
  await seats.exchangeMany(
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
  // Whatever this request knows of the caller's standing may have been about one of these members.
  context.grants.delete(workspace.id);
  return changes.map(({ holder }) => holder.id);
}
