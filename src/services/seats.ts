import { arrayOf, oneOf, uuid } from '../database/column-types.js';
import type { Sql } from '../database/database.js';
import { statement } from '../database/statement.js';
import { SEAT_TYPES, type SeatType } from '../domain/access.js';

import { DomainError } from '../domain/errors.js';
import { SeatAllocation } from '../model/seat-allocation.js';
import { changesBetween, record } from './audit/record.js';
import { authorize } from './context/authorization.js';
import type { ServiceContext } from './context/service-context.js';

/**
 * The seats that a workspace has bought, by type; none on V2.
 * @throws DomainError as `authorize` does
 */
export async function list(context: ServiceContext, workspaceId: string): Promise<SeatAllocation[]> {
  const { workspace } = await authorize(context, 'seats.read', workspaceId);
  if (workspace.version !== 'V1') return [];
  return context.batched.rows<SeatAllocation>(
    `select workspace_id as "workspaceId", seat_type as "seatType", workspace_version as "workspaceVersion", total, used
     from seat_allocation where workspace_id = $1 order by seat_type`,
    [workspaceId],
  );
}

/**
 * Sets how many seats of a type the workspace has (rule 8).
 * @throws DomainError as `authorize` does; WRONG_WORKSPACE_VERSION on V2; INVALID_INPUT for fewer than are taken
 */
export async function set(
  context: ServiceContext,
  { workspaceId, seatType, total }: { workspaceId: string; seatType: SeatType; total: number },
): Promise<SeatAllocation> {
  const { workspace } = await authorize(context, 'seats.set', workspaceId);
  if (workspace.version !== 'V1') {
    throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V2 workspace has no seats.', {
      attribute: 'seatType',
    });
  }
  if (total < 0) throw new DomainError('INVALID_INPUT', 'total cannot be negative.', { attribute: 'total' });
  return context.database.transaction(async (tx) => {
    // There must be a row to lock before what it holds can be relied on.
    await tx.rows(
      `insert into seat_allocation (workspace_id, seat_type, workspace_version, total, used) values ($1, $2, 'V1', 0, 0)
       on conflict do nothing`,
      [workspaceId, seatType],
    );
    const [before] = await tx.rows<{ total: number; used: number }>(
      'select total, used from seat_allocation where workspace_id = $1 and seat_type = $2 for no key update',
      [workspaceId, seatType],
    );
    const used = before?.used ?? 0;
    if (total < used) {
      throw new DomainError('INVALID_INPUT', `${used} ${seatType.toLowerCase()} seats are taken.`, {
        attribute: 'total',
        hint: 'Take seats from members first, or keep at least as many as are taken.',
        seat: { seatType, total: before?.total ?? 0, used },
      });
    }
    const [after] = await tx.rows<SeatAllocation>(
      `update seat_allocation set total = $3 where workspace_id = $1 and seat_type = $2
       returning workspace_id as "workspaceId", seat_type as "seatType", workspace_version as "workspaceVersion", total, used`,
      [workspaceId, seatType, total],
    );
    if (after === undefined) throw new Error('a seat allocation was not written');
    if (before?.total !== total) {
      await record(context, tx, {
        workspaceId,
        action: 'seats.set',
        target: { type: 'workspace', id: workspaceId, label: workspace.name },
        changes: changesBetween({ [seatType]: before?.total ?? 0 }, { [seatType]: total }),
      });
    }
    return after;
  });
}

/**
 * Takes one seat and frees another, in a transaction of the caller's (rule 9). Rows are visited in one order
 * whichever is taken, so that two members who swap types do not wait for each other.
 * @throws DomainError SEAT_UNAVAILABLE with the counts (rule 8)
 */
export async function exchange(
  sql: Sql,
  workspaceId: string,
  freed: SeatType | null,
  taken: SeatType | null,
): Promise<void> {
  if (freed === taken) return;
  const visits = [freed, taken].filter((seatType) => seatType !== null).toSorted();
  for (const seatType of visits) {
    if (seatType === taken) await take(sql, workspaceId, seatType);
    else await free(sql, workspaceId, seatType);
  }
}

/**
 * The same for many members at once: what they take and free of each type is counted together, types in one order.
 * @param moves in the order in which seats are given; the first who gets none is named
 * @throws DomainError SEAT_UNAVAILABLE with the counts and the name (rule 30)
 */
export async function exchangeMany(sql: Sql, workspaceId: string, moves: readonly SeatMove[]): Promise<void> {
  const types = new Set(moves.flatMap(({ freed, taken }) => [freed, taken]).filter((type) => type !== null));
  for (const seatType of [...types].toSorted()) {
    const takers = moves.filter(({ freed, taken }) => taken === seatType && freed !== seatType);
    const freed = moves.filter((move) => move.freed === seatType && move.taken !== seatType).length;
    const more = takers.length - freed;
    const moved = await sql.rows(
      `update seat_allocation set used = used + $3
       where workspace_id = $1 and seat_type = $2 and ($3 <= 0 or used + $3 <= total) returning used`,
      [workspaceId, seatType, more],
    );
    if (moved.length === 0 && more > 0) throw await unavailableTo(sql, workspaceId, seatType, takers, freed);
  }
}

/** Somebody who gives up one seat for another. */
export interface SeatMove {
  readonly userName: string;
  readonly freed: SeatType | null;
  readonly taken: SeatType | null;
}

async function unavailableTo(
  sql: Sql,
  workspaceId: string,
  seatType: SeatType,
  takers: readonly SeatMove[],
  freed: number,
): Promise<DomainError> {
  const { seat } = (await unavailable(sql, workspaceId, seatType)).details;
  const { total, used } = seat ?? { total: 0, used: 0 };
  const { userName } = takers[Math.max(total - used + freed, 0)] ?? { userName: 'everybody' };
  const type = seatType.toLowerCase();
  return new DomainError(
    'SEAT_UNAVAILABLE',
    `No ${type} seat is free for ${userName} (${type}: ${used} of ${total} taken).`,
    {
      attribute: 'seatType',
      hint: 'Buy more seats of this type, or free one; nothing has been changed.',
      seat: { seatType, total, used },
    },
  );
}

/**
 * Keeps others from the seats of these types until the transaction ends, in the order in which everybody visits them.
 * @param sql the transaction
 */
export async function lockTypes(sql: Sql, workspaceId: string, types: readonly SeatType[]): Promise<void> {
  if (types.length === 0) return;
  await LOCK_TYPES.rows(sql, { workspaceId, types });
}

const LOCK_TYPES = statement({
  name: 'seats.lockTypes',
  text: `
    select 1 from seat_allocation where workspace_id = $workspaceId and seat_type = any($types::text[])
    order by seat_type for no key update`,
  parameters: { workspaceId: uuid, types: arrayOf(oneOf(SEAT_TYPES)) },
});

/**
 * For who holds the lock of the type, and wants to know before anything is written.
 * @throws DomainError SEAT_UNAVAILABLE with the counts (rule 8)
 */
export async function requireFree(sql: Sql, workspaceId: string, seatType: SeatType): Promise<void> {
  const free = await sql.rows(
    'select 1 from seat_allocation where workspace_id = $1 and seat_type = $2 and used < total',
    [workspaceId, seatType],
  );
  if (free.length === 0) throw await unavailable(sql, workspaceId, seatType);
}

/** Counting and taking is one statement: of a hundred takers of the last seat, one finds `used < total` true. */
async function take(sql: Sql, workspaceId: string, seatType: SeatType): Promise<void> {
  const taken = await sql.rows(
    `update seat_allocation set used = used + 1
     where workspace_id = $1 and seat_type = $2 and used < total returning used`,
    [workspaceId, seatType],
  );
  if (taken.length === 0) throw await unavailable(sql, workspaceId, seatType);
}

async function free(sql: Sql, workspaceId: string, seatType: SeatType): Promise<void> {
  await sql.rows('update seat_allocation set used = used - 1 where workspace_id = $1 and seat_type = $2', [
    workspaceId,
    seatType,
  ]);
}

async function unavailable(sql: Sql, workspaceId: string, seatType: SeatType): Promise<DomainError> {
  const [seat] = await sql.rows<{ total: number; used: number }>(
    'select total, used from seat_allocation where workspace_id = $1 and seat_type = $2',
    [workspaceId, seatType],
  );
  const { total, used } = seat ?? { total: 0, used: 0 };
  return new DomainError(
    'SEAT_UNAVAILABLE',
    `No ${seatType.toLowerCase()} seat is free (${seatType.toLowerCase()}: ${used} of ${total} taken).`,
    {
      attribute: 'seatType',
      hint: 'Buy more seats of this type, free one, or send another seatType.',
      seat: { seatType, total, used },
    },
  );
}
