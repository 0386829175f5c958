import { type Sql, violatedConstraint } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { canonicalName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import type { GroupGrant } from '../../domain/granted-access.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import type { Group } from '../../model/group.js';
import { changesBetween, recordMany } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { GROUP_COLUMNS, GROUP_TYPES } from '../rows/groups.js';
import type { MembersChanged } from './members.js';

/** Writes a changed group with its next version. @throws DomainError ALREADY_A_GROUP */
export async function writeGroup(sql: Sql, next: Group): Promise<Group> {
  const written = await refusingSameName(next.displayName, () =>
    UPDATE.row(sql, { ...next, canonicalDisplayName: canonicalName(next.displayName) }),
  );
  if (written === undefined) throw new Error('a group was not written');
  return written;
}

const UPDATE = statement({
  name: 'groups.update',
  text: `
    update member_group g set display_name = $displayName,
      canonical_display_name = case when g.display_name = $displayName then g.canonical_display_name
        else $canonicalDisplayName end,
      external_id = $externalId, granted_role = $grantedRole,
      granted_seat_type = $grantedSeatType, version = version + 1, updated_at = greatest(clock_timestamp(), updated_at)
    where id = $id and workspace_id = $workspaceId returning ${GROUP_COLUMNS}`,
  parameters: typesOf(
    TABLES.memberGroup,
    'id',
    'workspaceId',
    'displayName',
    'canonicalDisplayName',
    'externalId',
    'grantedRole',
    'grantedSeatType',
  ),
  columns: GROUP_TYPES,
});

/** Writes the group's audit entry; `followGrants` writes those of its members, with the same time. */
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

/** The members that joined and left. A list of all members would hide one change among thousands. */
export function memberChangesOf({ joined, left }: MembersChanged): AuditChanges {
  return changesBetween({ 'members.removed': listed(left) }, { 'members.added': listed(joined) });
}

/** Members as an entry lists them; null for none. */
export function listed(members: MembersChanged['left']): MembersChanged['left'] | null {
  return members.length === 0 ? null : members.map(({ id, userName }) => ({ id, userName }));
}

/** Runs a write whose unique constraint enforces rule 29. @throws DomainError ALREADY_A_GROUP */
export async function refusingSameName<Result>(
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
