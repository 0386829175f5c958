import { LRUCache } from 'lru-cache';
import type { Sql } from '../../database/database.js';
import type { Landmark, Positions } from './page.js';

/** How far landmarks are apart: no more rows are skipped, whichever page is asked for. */
const DISTANCE = 1000;
/** Where landmarks are lost again and again, because members are being deleted, they are looked for no more often. */
const LOOKED_FOR_EVERY_MS = 5000;
/** Of a workspace of a million members, a thousand ids are kept. */
const MOST_WORKSPACES = 200;

/** The id of every thousandth member, in the order of ids. */
interface Landmarks {
  readonly ids: readonly string[];
  /** How many members had been deleted at the time. */
  readonly deletions: number;
}

interface Known {
  /** Undefined where they have turned out not to be true. */
  readonly landmarks: Promise<Landmarks | undefined>;
  /** When they were looked for. */
  readonly since: number;
}

const NONE: Landmarks = { ids: [], deletions: 0 };

/** Before every id there is. */
const FIRST = '00000000-0000-0000-0000-000000000000';

const TALLY = `
  select coalesce(sum(members), 0)::integer as members, coalesce(sum(deletions), 0)::integer as deletions
  from member_tally where workspace_id = $1`;

/** The landmarks from an id on, that of the id included. `before`: how many members there are before it. */
const LANDMARKS = `
  with t as (${TALLY}),
  numbered as (
    select id, row_number() over (order by id) - 1 as number from member where workspace_id = $1 and id >= $2)
  select coalesce(array_agg(id order by id) filter (where number % ${DISTANCE} = 0), '{}')::text[] as ids,
    t.members - count(id)::integer as before, t.deletions
  from t left join numbered on true group by t.members, t.deletions`;

/** What is so while landmarks are true; `last` is the place of the last one's id, the workspace's is `$1`. */
const evidence = (last: string) => `(
  select (t.members - (select count(*) from member where workspace_id = $1 and id >= ${last})) || ' ' || t.deletions
  from (${TALLY}) t)`;

/**
 * At which place of the list of all members somebody stands, in the order of ids. Members come at the end of it, since
 * ids are made in the order of time, and hardly ever go: so what was found out once is kept in memory. It is true as
 * long as nobody was deleted and nobody has come before the last landmark (ids are made before they are committed, and
 * so not in quite the same order); the statement that makes use of it sees to that, in the same snapshot.
 */
export class MemberPositions {
  readonly #known = new LRUCache<string, Known>({ max: MOST_WORKSPACES });

  /**
   * The positions of a workspace's members. Whoever asks may read them all.
   * @param lookUps for what is found at once
   */
  of(sql: Sql, lookUps: Sql, workspaceId: string): Positions {
    return {
      far: DISTANCE,
      total: async () => {
        const [tally] = await lookUps.rows<{ members: number }>(TALLY, [workspaceId]);
        return tally?.members ?? 0;
      },
      landmarkBefore: (offset, total) => this.#landmarkBefore(sql, workspaceId, offset, total),
    };
  }

  async #landmarkBefore(
    sql: Sql,
    workspaceId: string,
    offset: number,
    total: number,
  ): Promise<Landmark | undefined> {
    const known = await this.#lookedFor(sql, workspaceId, total);
    const landmarks = await known.landmarks;
    if (landmarks === undefined) return undefined;
    const number = Math.min(Math.floor(offset / DISTANCE), landmarks.ids.length - 1);
    const [id, last] = [landmarks.ids[number], landmarks.ids.at(-1)];
    if (id === undefined || last === undefined) return undefined;
    return {
      id,
      position: number * DISTANCE,
      evidence: (place) => evidence(place(last)),
      truth: `${positionOfLast(landmarks)} ${landmarks.deletions}`,
      refute: () => this.#refute(workspaceId, known),
    };
  }

  /** What is known, looked for once more where that is due: by the first who comes, for all who come meanwhile. */
  async #lookedFor(sql: Sql, workspaceId: string, total: number): Promise<Known> {
    const known = this.#known.get(workspaceId);
    if (known === undefined) return this.#keep(workspaceId, lookFor(sql, workspaceId));
    const landmarks = await known.landmarks;
    const now = this.#known.get(workspaceId);
    if (now !== undefined && now !== known) return now;
    const isOld = performance.now() - known.since > LOOKED_FOR_EVERY_MS;
    const mayLook = landmarks === undefined ? isOld : total - positionOfLast(landmarks) > 2 * DISTANCE;
    return mayLook ? this.#keep(workspaceId, lookFor(sql, workspaceId, landmarks)) : known;
  }

  /** Of all who have found out, the first is heard: for the others, there may be new ones already. */
  #refute(workspaceId: string, known: Known): void {
    if (this.#known.get(workspaceId) !== known) return;
    this.#known.set(workspaceId, { landmarks: Promise.resolve(undefined), since: known.since });
  }

  #keep(workspaceId: string, landmarks: Promise<Landmarks | undefined>): Known {
    const known = { landmarks, since: performance.now() };
    this.#known.set(workspaceId, known);
    landmarks.catch(() => this.#known.delete(workspaceId));
    return known;
  }
}

/** @returns undefined when those that are known are not true any more */
async function lookFor(
  sql: Sql,
  workspaceId: string,
  known: Landmarks = NONE,
): Promise<Landmarks | undefined> {
  const [found] = await sql.rows<Landmarks & { before: number }>(LANDMARKS, [
    workspaceId,
    known.ids.at(-1) ?? FIRST,
  ]);
  if (found === undefined) return undefined;
  const { ids, before, deletions } = found;
  if (known === NONE) return { ids, deletions };
  const isTrue = deletions === known.deletions && before === positionOfLast(known);
  return isTrue ? { ids: [...known.ids.slice(0, -1), ...ids], deletions } : undefined;
}

function positionOfLast({ ids }: Landmarks): number {
  return (ids.length - 1) * DISTANCE;
}
