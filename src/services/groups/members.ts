import type { Sql } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';
import type { MembersWish } from '../../domain/group.js';
import { isId } from '../../domain/ids.js';
import type { Group } from '../../model/group.js';
import { memberIdsOf } from '../rows/groups.js';

/** Somebody as the audit log names them. */
interface NamedMember {
  readonly id: string;
  readonly userName: string;
}

/** Who came into a group and who went out of it. */
export interface MembersChanged {
  readonly joined: readonly NamedMember[];
  readonly left: readonly NamedMember[];
}

/** As much of an id that was sent as a message should repeat. */
const SHOWN_LENGTH = 100;

export const NOBODY: MembersChanged = { joined: [], left: [] };

/** Each id once, in lower case: UUIDs come in any case (RFC 9562 §4). */
export function readIds(ids: readonly string[]): string[] {
  return [...new Set(ids.map((id) => id.toLowerCase()))];
}

/**
 * Puts members into a group and takes others out.
 * @param locked the members whose locks the transaction holds; who is not among them is not there (any more)
 * @returns those who were not in it before, and those who were
 * @throws DomainError INVALID_INPUT naming the first id to be put in that is of no member of the workspace
 */
export async function changeMembers(
  sql: Sql,
  group: Group,
  { all, add, remove }: MembersWish,
  locked: ReadonlySet<string>,
): Promise<MembersChanged> {
  const wanted = new Set([...(all ?? []), ...add]);
  const unwanted = new Set(remove);
  for (const id of wanted) if (unwanted.has(id)) wanted.delete(id);
  const stranger = [...wanted].find((id) => !locked.has(id));
  if (stranger !== undefined) throw noSuchMember(stranger);
  const leaving =
    all === undefined
      ? remove.filter(isId)
      : (await memberIdsOf(sql, group.id)).filter((id) => !wanted.has(id));
  const left = await takeOut(sql, group.id, leaving);
  const joined = await putIn(sql, group.id, [...wanted]);
  return { joined, left };
}

function noSuchMember(id: string): DomainError {
  return new DomainError(
    'INVALID_INPUT',
    `There is no member with the id ${id.slice(0, SHOWN_LENGTH)} in this workspace.`,
    {
      attribute: 'members',
      hint: 'Provision the person first, and send the id that this workspace has given.',
    },
  );
}

async function putIn(sql: Sql, groupId: string, ids: readonly string[]): Promise<NamedMember[]> {
  if (ids.length === 0) return [];
  return sql.rows<NamedMember>(
    `with joined as (
       insert into group_member (group_id, member_id) select $1, unnest($2::uuid[])
       on conflict do nothing returning member_id)
     select m.id, m.user_name as "userName" from joined join member m on m.id = joined.member_id order by m.id`,
    [groupId, ids],
  );
}

async function takeOut(sql: Sql, groupId: string, ids: readonly string[]): Promise<NamedMember[]> {
  if (ids.length === 0) return [];
  return sql.rows<NamedMember>(
    `with gone as (
       delete from group_member where group_id = $1 and member_id = any($2::uuid[]) returning member_id)
     select m.id, m.user_name as "userName" from gone join member m on m.id = gone.member_id order by m.id`,
    [groupId, ids],
  );
}

/** Groups are part of what a member shows, so its version grows with them (spec scim, "ETag"). */
export async function growVersions(
  sql: Sql,
  workspaceId: string,
  memberIds: readonly string[],
): Promise<void> {
  if (memberIds.length === 0) return;
  await sql.rows(
    `update member set version = version + 1, updated_at = greatest(clock_timestamp(), updated_at)
     where workspace_id = $1 and id = any($2::uuid[])`,
    [workspaceId, memberIds],
  );
}
