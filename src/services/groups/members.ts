import { arrayOf, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import type { GroupMembersChange } from '../../domain/group.js';
import { isId } from '../../domain/ids.js';
import type { Group } from '../../model/group.js';
import { memberIdsOf, NAME_IN_GROUPS } from '../rows/groups.js';

/** A member as the audit log names it. */
interface NamedMember {
  readonly id: string;
  readonly userName: string;
}

/** A member who has joined. */
interface JoinedMember extends NamedMember {
  /** The name under which the group lists it. */
  readonly name: string;
}

/** The members that joined a group and left it. */
export interface MembersChanged {
  readonly joined: readonly JoinedMember[];
  readonly left: readonly NamedMember[];
}

/** The longest part of an id that a message repeats. */
const SHOWN_LENGTH = 100;

export const NOBODY: MembersChanged = { joined: [], left: [] };

/** Each id once, in lower case: UUIDs come in any case (RFC 9562 §4). */
export function readIds(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}

/**
 * Adds members to a group and removes others.
 * @param locked the members that the transaction has locked; ids that are missing are not members of the workspace
 * @returns the members that joined, and those that left
 * @throws DomainError INVALID_INPUT naming the first id to be added that is not a member of the workspace
 */
export async function changeMembers(
  sql: Sql,
  group: Group,
  { all, add, remove }: GroupMembersChange,
  locked: ReadonlySet<string>,
): Promise<MembersChanged> {
  const wanted = new Set([...(all ?? []), ...add]);
  const unwanted = new Set(remove);
  for (const id of wanted) if (unwanted.has(id)) wanted.delete(id);
  const unknown = [...wanted].find((id) => !locked.has(id));
  if (unknown !== undefined) throw noSuchMember(unknown);
  const leaving =
    all === undefined
      ? remove.filter(isId)
      : (await memberIdsOf(sql, group.id)).filter((id) => !wanted.has(id));
  const left = await removeFrom(sql, group.id, leaving);
  const joined = await addTo(sql, group.id, [...wanted]);
  return { joined, left };
}

function noSuchMember(id: string): DomainError {
  return new DomainError(
    'INVALID_INPUT',
    `There is no member with the id ${id.slice(0, SHOWN_LENGTH).toWellFormed()} in this workspace.`,
    {
      attribute: 'members',
      hint: 'Provision the person first, and send the id that this workspace has given.',
    },
  );
}

async function addTo(sql: Sql, groupId: string, ids: readonly string[]): Promise<JoinedMember[]> {
  if (ids.length === 0) return [];
  return JOIN.rows(sql, { groupId, ids });
}

const PARAMETERS = { groupId: uuid, ids: arrayOf(uuid) };

/**
 * The caller holds the lock of the group, so nobody else adds the same members meanwhile; `on conflict` would write
 * each row to the log twice. Rows in the order of the indexes are written faster.
 */
const JOIN = statement({
  name: 'groups.join',
  text: `
    with joined as (
      insert into group_member (group_id, member_id)
      select $groupId, id from unnest($ids::uuid[]) id
      where not exists (select 1 from group_member where group_id = $groupId and member_id = id)
      order by id returning member_id)
    select m.id, m.user_name as "userName", ${NAME_IN_GROUPS} as name
    from joined join member m on m.id = joined.member_id order by m.id`,
  parameters: PARAMETERS,
  columns: { id: uuid, userName: text, name: text },
});

const LEAVE = statement({
  name: 'groups.leave',
  text: `
    with gone as (
      delete from group_member where group_id = $groupId and member_id = any($ids::uuid[]) returning member_id)
    select m.id, m.user_name as "userName" from gone join member m on m.id = gone.member_id order by m.id`,
  parameters: PARAMETERS,
  columns: { id: uuid, userName: text },
});

async function removeFrom(sql: Sql, groupId: string, ids: readonly string[]): Promise<NamedMember[]> {
  if (ids.length === 0) return [];
  return LEAVE.rows(sql, { groupId, ids });
}

/** Increases the members' versions: a member's version covers its groups (spec scim, "ETag"). */
export async function growVersions(
  sql: Sql,
  workspaceId: string,
  memberIds: readonly string[],
): Promise<void> {
  if (memberIds.length === 0) return;
  await GROW_VERSIONS.rows(sql, { workspaceId, memberIds });
}

const GROW_VERSIONS = statement({
  name: 'groups.growVersions',
  text: `
    update member set version = version + 1, updated_at = greatest(clock_timestamp(), updated_at)
    where workspace_id = $workspaceId and id = any($memberIds::uuid[])`,
  parameters: { workspaceId: uuid, memberIds: arrayOf(uuid) },
});
