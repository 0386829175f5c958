import type { Sql } from '../../database/database.js';
import { isId } from '../../domain/ids.js';
import type { Group } from '../../model/group.js';

/** A group as it stands in its member's row: JSON has no dates, so they are RFC 3339 text there. */
export type GroupOfMember = Omit<Group, 'createdAt' | 'updatedAt'> & {
  readonly createdAt: string;
  readonly updatedAt: string;
};

export function groupOfMember({ createdAt, updatedAt, ...group }: GroupOfMember): Group {
  return { ...group, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
}

/** The columns of a `Group`, of a table called `g`. */
export const GROUP_COLUMNS = `
  g.id, g.workspace_id as "workspaceId", g.workspace_version as "workspaceVersion",
  g.display_name as "displayName", g.external_id as "externalId", g.granted_role as "grantedRole",
  g.granted_seat_type as "grantedSeatType", g.version, g.created_at as "createdAt", g.updated_at as "updatedAt"`;

/**
 * The groups of a member `m`, by name, in the member's own row: one look into an index for who is in none, and no
 * statement more for anybody.
 */
export const GROUPS_OF_MEMBER = `(
  select json_agg(json_build_object(
    'id', g.id, 'workspaceId', g.workspace_id, 'workspaceVersion', g.workspace_version,
    'displayName', g.display_name, 'externalId', g.external_id, 'grantedRole', g.granted_role,
    'grantedSeatType', g.granted_seat_type, 'version', g.version, 'createdAt', g.created_at,
    'updatedAt', g.updated_at) order by g.canonical_display_name)
  from group_member gm join member_group g on g.id = gm.group_id where gm.member_id = m.id)`;

/** The group of that workspace with that id, if there is one. */
export async function findGroup(sql: Sql, workspaceId: string, id: string): Promise<Group | undefined> {
  if (!isId(id)) return undefined;
  const [group] = await sql.rows<Group>(
    `select ${GROUP_COLUMNS} from member_group g where g.id = $1 and g.workspace_id = $2`,
    [id, workspaceId],
  );
  return group;
}

/** The same, kept from everybody else until the transaction ends. */
export async function lockGroup(sql: Sql, workspaceId: string, id: string): Promise<Group | undefined> {
  if (!isId(id)) return undefined;
  const [group] = await sql.rows<Group>(
    `select ${GROUP_COLUMNS} from member_group g where g.id = $1 and g.workspace_id = $2 for no key update`,
    [id, workspaceId],
  );
  return group;
}

/** The ids of those who are in the group, in order. */
export async function memberIdsOf(sql: Sql, groupId: string): Promise<string[]> {
  if (!isId(groupId)) return [];
  const rows = await sql.rows<{ id: string }>(
    'select member_id as id from group_member where group_id = $1 order by member_id',
    [groupId],
  );
  return rows.map(({ id }) => id);
}
