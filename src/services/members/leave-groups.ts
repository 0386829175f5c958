import { arrayOf, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import type { Group } from '../../model/group.js';
import type { MemberRow } from '../rows/members.js';

/**
 * Takes a member out of its groups (rule 29), and increments their versions. The caller has locked the member, so it
 * cannot join another group in the meantime.
 */
export async function leaveGroups(sql: Sql, { id, groups }: MemberRow): Promise<void> {
  if (groups.length === 0) return;
  const groupIds = groups.map((group) => group.id);
  await lockGroups(sql, groupIds);
  await LEAVE_ALL.rows(sql, { memberId: id });
  await GROW_VERSIONS.rows(sql, { groupIds });
}

/**
 * Increments the versions of a member's groups, which now show another name of the member: a version covers everything
 * that a group shows (RFC 7644 §3.14). The caller has locked the member.
 * @returns the groups afterwards, in the same order
 */
export async function showNewName(sql: Sql, { groups }: MemberRow): Promise<Group[]> {
  const groupIds = groups.map((group) => group.id);
  await lockGroups(sql, groupIds);
  const versions = new Map((await GROW_VERSIONS.rows(sql, { groupIds })).map((row) => [row.id, row]));
  return groups.map((group) => ({ ...group, ...versions.get(group.id) }));
}

const LEAVE_ALL = statement({
  name: 'members.leaveGroups',
  text: 'delete from group_member where member_id = $memberId',
  parameters: { memberId: uuid },
});

const GROW_VERSIONS = statement({
  name: 'members.growGroupVersions',
  text: `
    update member_group set version = version + 1, updated_at = greatest(clock_timestamp(), updated_at)
    where id = any($groupIds::uuid[])
    returning id, version, updated_at as "updatedAt"`,
  parameters: { groupIds: arrayOf(uuid) },
  columns: typesOf(TABLES.memberGroup, 'id', 'version', 'updatedAt'),
});

const LOCK_GROUPS = statement({
  name: 'members.lockGroups',
  text: 'select 1 from member_group where id = any($groupIds::uuid[]) order by id for no key update',
  parameters: { groupIds: arrayOf(uuid) },
});

/** Locks these groups until the transaction ends, in the order in which every command locks groups. */
export async function lockGroups(sql: Sql, groupIds: readonly string[]): Promise<void> {
  if (groupIds.length === 0) return;
  await LOCK_GROUPS.rows(sql, { groupIds });
}

/** The groups of a leaving member for the audit log; empty when there were none. */
export function groupsLeft({ groups }: MemberRow): AuditChanges {
  const left = groups.map(({ id, displayName }) => ({ id, displayName }));
  return left.length === 0 ? {} : { groups: { before: left, after: [] } };
}
