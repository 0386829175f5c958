import { LRUCache } from 'lru-cache';
import { arrayOf, integer, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

/** Finds the row at an offset of a list without reading all rows before it. */
export interface Positions {
  /** The offset from which a checkpoint is cheaper than skipping rows. */
  readonly far: number;
  total(): Promise<number>;
  /**
   * The last checkpoint at or before an offset; undefined when there is none.
   * @param total how many rows the list has
   */
  checkpointBefore(offset: number, total: number): Promise<Checkpoint | undefined>;
}

/** A row whose position was read earlier, with a check that the position is still right. */
export interface Checkpoint {
  readonly id: string;
  /** How many rows come before it. */
  readonly position: number;
  /** SQL that returns `expected` while the position is right. */
  check(place: (value: unknown) => string): string;
  readonly expected: string;
  /** Call it when the check returned another value. */
  invalidate(): void;
}

/** The number of rows between checkpoints, and so the most that a page skips. */
const DISTANCE = 1000;
/** While deletions invalidate the checkpoints again and again, they are not read more often than this. */
const READ_EVERY_MS = 5000;
/** The checkpoints of a workspace with a million members are a thousand ids. */
const MOST_WORKSPACES = 200;

/** The id of every thousandth member, in the order of ids. */
interface Checkpoints {
  readonly ids: readonly string[];
  /** How many members had been deleted when they were read. */
  readonly deletions: number;
}

interface Cached {
  /** Undefined after they have been invalidated. */
  readonly checkpoints: Promise<Checkpoints | undefined>;
  /** When they were read. */
  readonly since: number;
}

const NONE: Checkpoints = { ids: [], deletions: 0 };

/** Sorts before every id. */
const FIRST = '00000000-0000-0000-0000-000000000000';

const TALLY_SQL = `
  select coalesce(sum(members), 0)::integer as members, coalesce(sum(deletions), 0)::integer as deletions
  from member_tally where workspace_id = $workspaceId`;

const TALLY = statement({
  name: 'positions.tally',
  text: TALLY_SQL,
  parameters: { workspaceId: uuid },
  columns: { members: integer, deletions: integer },
});

/** The checkpoints from an id on, that of the id included, and how many members come before it. */
const CHECKPOINTS = statement({
  name: 'positions.checkpoints',
  text: `
    with t as (${TALLY_SQL}),
    numbered as (
      select id, row_number() over (order by id) - 1 as number
      from member where workspace_id = $workspaceId and id >= $first)
    select coalesce(array_agg(id order by id) filter (where number % ${DISTANCE} = 0), '{}')::text[] as ids,
      t.members - count(id)::integer as before, t.deletions
    from t left join numbered on true group by t.members, t.deletions`,
  parameters: { workspaceId: uuid, first: uuid },
  columns: { ids: arrayOf(text), before: integer, deletions: integer },
});

/**
 * The position of the last checkpoint and the number of deletions: while both are the same, every checkpoint is right.
 * @param last the placeholder of the last checkpoint's id; `$1` is the workspace
 */
const check = (last: string) => `(
  select (t.members - (select count(*) from member where workspace_id = $1 and id >= ${last})) || ' ' || t.deletions
  from (${TALLY_SQL.replace('$workspaceId', '$1')}) t)`;

/**
 * Caches which member is at which position of the list of all members, in the order of ids. Members are appended, since
 * ids are made in the order of time, and are rarely deleted, so a cached position is mostly right. It is
 * wrong after a deletion, and after a member was committed whose id sorts before the last checkpoint (ids are made before
 * they are committed). The page's own statement checks for both in its snapshot.
 */
export class MemberPositions {
  readonly #cached = new LRUCache<string, Cached>({ max: MOST_WORKSPACES });

  /**
   * The positions of a workspace's members. The caller may read all of them.
   * @param pipelined for statements that read a few rows by an index
   */
  of(sql: Sql, pipelined: Sql, workspaceId: string): Positions {
    return {
      far: DISTANCE,
      total: async () => (await TALLY.row(pipelined, { workspaceId }))?.members ?? 0,
      checkpointBefore: (offset, total) => this.#checkpointBefore(sql, workspaceId, offset, total),
    };
  }

  async #checkpointBefore(
    sql: Sql,
    workspaceId: string,
    offset: number,
    total: number,
  ): Promise<Checkpoint | undefined> {
    const cached = await this.#current(sql, workspaceId, total);
    const checkpoints = await cached.checkpoints;
    if (checkpoints === undefined) return undefined;
    const number = Math.min(Math.floor(offset / DISTANCE), checkpoints.ids.length - 1);
    const [id, last] = [checkpoints.ids[number], checkpoints.ids.at(-1)];
    if (id === undefined || last === undefined) return undefined;
    return {
      id,
      position: number * DISTANCE,
      check: (place) => check(place(last)),
      expected: `${positionOfLast(checkpoints)} ${checkpoints.deletions}`,
      invalidate: () => this.#invalidate(workspaceId, cached),
    };
  }

  /**
   * The cached checkpoints. When they must be read again, the first request reads them, and concurrent requests wait
   * for it.
   */
  async #current(sql: Sql, workspaceId: string, total: number): Promise<Cached> {
    const cached = this.#cached.get(workspaceId);
    if (cached === undefined) return this.#keep(workspaceId, read(sql, workspaceId));
    const checkpoints = await cached.checkpoints;
    const now = this.#cached.get(workspaceId);
    if (now !== undefined && now !== cached) return now;
    const isOld = performance.now() - cached.since > READ_EVERY_MS;
    const isDue = checkpoints === undefined ? isOld : total - positionOfLast(checkpoints) > 2 * DISTANCE;
    return isDue ? this.#keep(workspaceId, read(sql, workspaceId, checkpoints)) : cached;
  }

  /** Only the first request that finds them wrong invalidates them: later ones may see new checkpoints already. */
  #invalidate(workspaceId: string, cached: Cached): void {
    if (this.#cached.get(workspaceId) !== cached) return;
    this.#cached.set(workspaceId, { checkpoints: Promise.resolve(undefined), since: cached.since });
  }

  #keep(workspaceId: string, checkpoints: Promise<Checkpoints | undefined>): Cached {
    const cached = { checkpoints, since: performance.now() };
    this.#cached.set(workspaceId, cached);
    checkpoints.catch(() => this.#cached.delete(workspaceId));
    return cached;
  }
}

/** Reads the checkpoints that are not cached yet. @returns undefined when the cached ones are no longer right */
async function read(
  sql: Sql,
  workspaceId: string,
  cached: Checkpoints = NONE,
): Promise<Checkpoints | undefined> {
  const row = await CHECKPOINTS.row(sql, { workspaceId, first: cached.ids.at(-1) ?? FIRST });
  if (row === undefined) return undefined;
  const { ids, before, deletions } = row;
  if (cached === NONE) return { ids, deletions };
  const isRight = deletions === cached.deletions && before === positionOfLast(cached);
  return isRight ? { ids: [...cached.ids.slice(0, -1), ...ids], deletions } : undefined;
}

function positionOfLast({ ids }: Checkpoints): number {
  return (ids.length - 1) * DISTANCE;
}
