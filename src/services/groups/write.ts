import { type Sql, violatedConstraint } from '../../database/database.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { canonicalName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import type { GroupGrant } from '../../domain/granted-access.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import type { Group } from '../../model/group.js';
import { changesBetween, recordMany } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { GROUP_COLUMNS } from '../rows/groups.js';
import type { MembersChanged } from './members.js';

/** Writes what a group becomes, with its next version. @throws DomainError ALREADY_A_GROUP */
export async function writeGroup(sql: Sql, next: Group): Promise<Group> {
  const [written] = await refusingNamesakes(next.displayName, () =>
    sql.rows<Group>(
      `update member_group g set display_name = $3,
         canonical_display_name = case when g.display_name = $3 then g.canonical_display_name else $7 end, external_id = $4, granted_role = $5, granted_seat_type = $6,
         version = version + 1, updated_at = greatest(clock_timestamp(), updated_at)
       where id = $1 and workspace_id = $2 returning ${GROUP_COLUMNS}`,
      [
        next.id,
        next.workspaceId,
        next.displayName,
        next.externalId,
        next.grantedRole,
        next.grantedSeatType,
        canonicalName(next.displayName),
      ],
    ),
  );
  if (written === undefined) throw new Error('a group was not written');
  return written;
}

/** The group's own audit entry; those of its members, at the same moment, are `followGrants`'s. */
export async function recordGroup(
  context: ServiceContext,
  sql: Sql,
  { id, workspaceId, displayName }: Group,
  action: AuditAction,
  changes: AuditChanges,
  at: Date,
): Promise<void> {
  const target = { type: 'group', id, label: displayName };
  await recordMany(context, sql, [{ workspaceId, action, target, changes }], at);
}

export function namesOf({ displayName, externalId }: Group): object {
  return { displayName, externalId };
}

export function grantOf({ grantedRole, grantedSeatType }: GroupGrant): object {
  return { grantedRole, grantedSeatType };
}

export function hasGrant({ grantedRole, grantedSeatType }: GroupGrant): boolean {
  return grantedRole !== null || grantedSeatType !== null;
}

/** Who came and who went: a list of all before and after would drown one newcomer among thousands. */
export function memberChangesOf({ joined, left }: MembersChanged): AuditChanges {
  return changesBetween({ 'members.removed': listed(left) }, { 'members.added': listed(joined) });
}

export function listed(members: MembersChanged['joined']): MembersChanged['joined'] | null {
  return members.length === 0 ? null : members;
}

/** Runs a write whose unique constraint stands for rule 29. @throws DomainError ALREADY_A_GROUP */
export async function refusingNamesakes<Result>(
  displayName: string,
  write: () => Promise<Result>,
): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    if (violatedConstraint(error) !== 'member_group_display_name_unique') throw error;
    throw new DomainError('ALREADY_A_GROUP', `There is a group named ${displayName} in this workspace.`, {
      attribute: 'displayName',
      hint: 'Update that group, or give this one another displayName.',
    });
  }
}
