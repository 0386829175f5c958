import { arrayOf, integer, nullable, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { canonicalUserName } from '../../domain/canonical.js';

/** Somebody who has been added, or may be. */
export interface Named {
  readonly workspaceId: string;
  /** Null for somebody who is not a member yet. */
  readonly memberId: string | null;
  readonly userName: string;
}

/** An active member. */
export interface LookAlike {
  readonly memberId: string;
  readonly userName: string;
}

/** The row `e` has a person's workspace, the member's id or null, and the canonical userName. */
const ANOTHER_LIKE = `
    cross join lateral (
      select o.id, o.user_name from member o
      where o.workspace_id = e.workspace_id
        and look_alike(visible_user_name(o.canonical_user_name)) = look_alike(visible_user_name(e.canonical))
        and o.canonical_user_name <> e.canonical and o.id is distinct from e.member_id
        and exists (select 1 from membership s where s.member_id = o.id and s.ended_at is null)
      order by o.id limit 1) other`;

const FIND = statement({
  name: 'members.lookAlikes',
  text: `
    select e.place::integer as place, other.id as "memberId", other.user_name as "userName"
    from unnest($workspaceIds::uuid[], $memberIds::uuid[], $canonical::text[])
      with ordinality e(workspace_id, member_id, canonical, place)
    ${ANOTHER_LIKE}`,
  parameters: {
    workspaceIds: arrayOf(uuid),
    memberIds: arrayOf(nullable(uuid)),
    canonical: arrayOf(text),
  },
  columns: { place: integer, memberId: uuid, userName: text },
});

const FIND_OF_MEMBERS = statement({
  name: 'members.lookAlikesOfMembers',
  text: `
    select e.member_id as "of", other.id as "memberId", other.user_name as "userName"
    from (
      select m.workspace_id, m.id as member_id, m.canonical_user_name as canonical
      from unnest($memberIds::uuid[]) i(id) join member m on m.id = i.id) e
    ${ANOTHER_LIKE}`,
  parameters: { memberIds: arrayOf(uuid) },
  columns: { of: uuid, memberId: uuid, userName: text },
});

/** Another active member for each member, as `findLookAlikes` finds it. @returns by the id of the member */
export async function findLookAlikesOfMembers(
  sql: Sql,
  memberIds: readonly string[],
): Promise<ReadonlyMap<string, LookAlike>> {
  if (memberIds.length === 0) return new Map();
  const found = await FIND_OF_MEMBERS.rows(sql, { memberIds });
  return new Map(found.map(({ of, ...lookAlike }) => [of, lookAlike]));
}

/**
 * Another active member of the same workspace for each person, whose userName looks the same and is another (Unicode TR39).
 * @returns in the order of the people; undefined where there is none
 */
export async function findLookAlikes(sql: Sql, people: readonly Named[]): Promise<(LookAlike | undefined)[]> {
  if (people.length === 0) return [];
  const found = await FIND.rows(sql, {
    workspaceIds: people.map(({ workspaceId }) => workspaceId),
    memberIds: people.map(({ memberId }) => memberId),
    canonical: people.map(({ userName }) => canonicalUserName(userName)),
  });
  const byPlace = new Map(found.map(({ place, ...lookAlike }) => [place, lookAlike]));
  // PostgreSQL counts from 1.
  return people.map((_, index) => byPlace.get(index + 1));
}
