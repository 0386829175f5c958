import { integer, jsonb, text, uuid } from '../../database/column-types.js';
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
    select e.place, other.id as "memberId", other.user_name as "userName"
    from jsonb_to_recordset($people)
      as e(place integer, "workspaceId" uuid, "memberId" uuid, canonical text)
    cross join lateral (
      select o.id, o.user_name from member o
      where o.workspace_id = e."workspaceId"
        and look_alike(visible_user_name(o.canonical_user_name)) = look_alike(visible_user_name(e.canonical))
        and o.canonical_user_name <> e.canonical and o.id is distinct from e."memberId"
        and exists (select 1 from membership s where s.member_id = o.id and s.ended_at is null)
      order by o.id limit 1) other`,
  parameters: { people: jsonb<readonly object[]>() },
  columns: { place: integer, memberId: uuid, userName: text },
});

/**
 * Another active member of the same workspace for each person, whose userName looks the same and is another (Unicode TR39).
 * @returns in the order of the people; undefined where there is none
 */
export async function findLookAlikes(sql: Sql, people: readonly Named[]): Promise<(LookAlike | undefined)[]> {
  if (people.length === 0) return [];
  const rows = people.map(({ workspaceId, memberId, userName }, place) => ({
    place,
    workspaceId,
    memberId,
    canonical: canonicalUserName(userName),
  }));
  const found = await FIND.rows(sql, { people: JSON.stringify(rows) });
  const byPlace = new Map(found.map(({ place, ...lookAlike }) => [place, lookAlike]));
  return people.map((_, place) => byPlace.get(place));
}
