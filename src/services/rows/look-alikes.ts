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

const FIND = statement({
  name: 'members.lookAlikes',
  text: `
    select e.place::integer as place, other.id as "memberId", other.user_name as "userName"
    from unnest($workspaceIds::uuid[], $memberIds::uuid[], $canonical::text[])
      with ordinality e(workspace_id, member_id, canonical, place)
    cross join lateral (
      select o.id, o.user_name from member o
      where o.workspace_id = e.workspace_id
        and look_alike(visible_user_name(o.canonical_user_name)) = look_alike(visible_user_name(e.canonical))
        and o.canonical_user_name <> e.canonical and o.id is distinct from e.member_id
        and exists (select 1 from membership s where s.member_id = o.id and s.ended_at is null)
      order by o.id limit 1) other`,
  parameters: {
    workspaceIds: arrayOf(uuid),
    memberIds: arrayOf(nullable(uuid)),
    canonical: arrayOf(text),
  },
  columns: { place: integer, memberId: uuid, userName: text },
});

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
