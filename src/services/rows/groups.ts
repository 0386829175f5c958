import { uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, without } from '../../database/tables.js';
import { isId } from '../../domain/ids.js';
import type { Group } from '../../model/group.js';

/** A group inside its member's row, in which JSON has times as RFC 3339 text. */
export type GroupOfMember = Omit<Group, 'createdAt' | 'updatedAt'> & {
  readonly createdAt: string;
  readonly updatedAt: string;
};

export function groupOfMember({ createdAt, updatedAt, ...group }: GroupOfMember): Group {
  return { ...group, createdAt: new Date(createdAt), updatedAt: new Date(updatedAt) };
}

const SHOWN = without(TABLES.memberGroup, 'canonicalDisplayName');

/** The columns of a `Group`, of a table called `g`, with the types that statements declare. */
export const GROUP_COLUMNS = selectList(SHOWN, 'g');
export const GROUP_TYPES = SHOWN.columns;

/** The groups of a member `m`, by name, as a column of the member's row, which saves a statement for each member. */
export const GROUPS_OF_MEMBER = `(
  select json_agg(json_build_object(
    'id', g.id, 'workspaceId', g.workspace_id, 'workspaceVersion', g.workspace_version,
    'displayName', g.display_name, 'externalId', g.external_id, 'grantedRole', g.granted_role,
    'grantedSeatType', g.granted_seat_type, 'version', g.version, 'createdAt', g.created_at,
    'updatedAt', g.updated_at) order by g.canonical_display_name)
  from group_member gm join member_group g on g.id = gm.group_id where gm.member_id = m.id)`;

/** The name under which a group lists a member `m`; `nameShown` is the same of a row. */
export const NAME_IN_GROUPS = `coalesce(m.profile->>'displayName', m.user_name)`;

const FIND = statement({
  name: 'groups.find',
  text: `select ${GROUP_COLUMNS} from member_group g where g.id = $id and g.workspace_id = $workspaceId`,
  parameters: { id: uuid, workspaceId: uuid },
  columns: GROUP_TYPES,
});

const LOCK = statement({
  name: 'groups.lock',
  text: `
    select ${GROUP_COLUMNS} from member_group g where g.id = $id and g.workspace_id = $workspaceId
    for no key update`,
  parameters: { id: uuid, workspaceId: uuid },
  columns: GROUP_TYPES,
});

const MEMBER_IDS = statement({
  name: 'groups.memberIds',
  text: 'select member_id as id from group_member where group_id = $groupId order by member_id',
  parameters: { groupId: uuid },
  columns: { id: uuid },
});

/** The group of the workspace with the id, if there is one. */
export async function findGroup(sql: Sql, workspaceId: string, id: string): Promise<Group | undefined> {
  return isId(id) ? FIND.row(sql, { id, workspaceId }) : undefined;
}

/** The group, locked until the transaction ends. */
export async function lockGroup(sql: Sql, workspaceId: string, id: string): Promise<Group | undefined> {
  return isId(id) ? LOCK.row(sql, { id, workspaceId }) : undefined;
}

/** The ids of the group's members, in order. */
export async function memberIdsOf(sql: Sql, groupId: string): Promise<string[]> {
  if (!isId(groupId)) return [];
  const rows = await MEMBER_IDS.rows(sql, { groupId });
  return rows.map(({ id }) => id);
}
