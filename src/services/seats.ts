import { arrayOf, integer, oneOf, uuid } from '../database/column-types.js';
import type { Sql, Transaction } from '../database/database.js';
import { query, rowOf, rowsOf } from '../database/query.js';
import { statement } from '../database/statement.js';
import { TABLES } from '../database/tables.js';
import { SEAT_TYPES, type SeatType } from '../domain/access.js';
import { DomainError } from '../domain/errors.js';
import type { SeatAllocation } from '../model/seat-allocation.js';
import type { Workspace } from '../model/workspace.js';
import { record } from './audit/record.js';
import { authorize } from './context/authorization.js';
import { runCommand } from './context/command.js';
import type { ServiceContext } from './context/service-context.js';

/**
 * The seats that a workspace has bought, by type; none on V2.
 * @throws DomainError as `authorize` does
 */
export async function list(context: ServiceContext, workspaceId: string): Promise<SeatAllocation[]> {
  const { workspace } = await authorize(context, 'seats.read', workspaceId);
  if (workspace.version !== 'V1') return [];
  return rowsOf(
    context.batched,
    query
      .selectFrom('seatAllocation')
      .select(TABLES.seatAllocation.properties)
      .where('workspaceId', '=', workspaceId)
      .orderBy('seatType'),
  );
}

/** The number of seats of one type. */
export interface SeatTotal {
  readonly seatType: SeatType;
  readonly total: number;
}

/**
 * Sets how many seats the workspace has of some types, all or none (rule 8).
 * @throws DomainError as `authorize` does; WRONG_WORKSPACE_VERSION on V2; INVALID_INPUT for fewer than are taken
 */
export async function set(
  context: ServiceContext,
  { workspaceId, seats }: { readonly workspaceId: string; readonly seats: readonly SeatTotal[] },
): Promise<Workspace> {
  const { workspace } = await authorize(context, 'seats.set', workspaceId);
  if (workspace.version !== 'V1') {
    throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V2 workspace has no seats.', { attribute: 'seats' });
  }
  requireTotals(seats);
  await runCommand(context, 'seats.set', workspaceId, async (tx) => {
    const changes: [SeatType, { before: number; after: number }][] = [];
    // Every command locks the types in this order.
    for (const { seatType, total } of seats.toSorted((a, b) => (a.seatType < b.seatType ? -1 : 1))) {
      const before = await setOne(tx, workspaceId, seatType, total);
      if (before !== total) changes.push([seatType, { before, after: total }]);
    }
    if (changes.length === 0) return;
    await record(context, tx, {
      workspaceId,
      action: 'seats.set',
      target: { type: 'workspace', id: workspaceId, label: workspace.name },
      changes: Object.fromEntries(changes),
    });
  });
  return workspace;
}

/** @throws DomainError INVALID_INPUT */
function requireTotals(seats: readonly SeatTotal[]): void {
  if (seats.length === 0 || new Set(seats.map(({ seatType }) => seatType)).size < seats.length) {
    throw new DomainError('INVALID_INPUT', 'Send at least one type of seat, and each type once.', {
      attribute: 'seats',
    });
  }
  if (seats.some(({ total }) => total < 0)) {
    throw new DomainError('INVALID_INPUT', 'total cannot be negative.', { attribute: 'seats' });
  }
}

/** Sets the seats of one type. @returns how many there were before; @throws DomainError INVALID_INPUT */
async function setOne(
  tx: Transaction,
  workspaceId: string,
  seatType: SeatType,
  total: number,
): Promise<number> {
  const { total: bought, used } = await lockAllocation(tx, workspaceId, seatType);
  if (total < used) {
    throw new DomainError(
      'INVALID_INPUT',
      `${used} ${seatType.toLowerCase()} ${used === 1 ? 'seat is' : 'seats are'} taken.`,
      {
        attribute: 'seats',
        hint: 'Take seats from members first, or keep at least as many as are taken.',
        seat: { seatType, total: bought, used },
      },
    );
  }
  await rowsOf(
    tx,
    query
      .updateTable('seatAllocation')
      .set({ total })
      .where('workspaceId', '=', workspaceId)
      .where('seatType', '=', seatType),
  );
  return bought;
}

/**
 * Locks the allocation of a type. Creates one without seats when there is none, because only an existing row can be
 * locked.
 */
async function lockAllocation(
  tx: Transaction,
  workspaceId: string,
  seatType: SeatType,
): Promise<{ total: number; used: number }> {
  await rowsOf(
    tx,
    query
      .insertInto('seatAllocation')
      .values({ workspaceId, seatType, workspaceVersion: 'V1', total: 0, used: 0 })
      .onConflict((conflict) => conflict.doNothing()),
  );
  const allocation = await rowOf(
    tx,
    query
      .selectFrom('seatAllocation')
      .select(['total', 'used'])
      .where('workspaceId', '=', workspaceId)
      .where('seatType', '=', seatType)
      .forNoKeyUpdate(),
  );
  return allocation ?? { total: 0, used: 0 };
}

/**
 * Takes one seat and frees another, in the caller's transaction (rule 9). Rows are locked in one order, so that two
 * members who swap types do not deadlock.
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
 * Exchanges the seats of many members: what they take and free of each type is counted together, types in one order.
 * @param moves in the order in which seats are taken; the error names the first member for whom there is none
 * @throws DomainError SEAT_UNAVAILABLE with the counts and the name (rule 30)
 */
export async function exchangeMany(sql: Sql, workspaceId: string, moves: readonly SeatMove[]): Promise<void> {
  const types = new Set(moves.flatMap(({ freed, taken }) => [freed, taken]).filter((type) => type !== null));
  for (const seatType of [...types].toSorted()) {
    const takers = moves.filter(({ freed, taken }) => taken === seatType && freed !== seatType);
    const freed = moves.filter((move) => move.freed === seatType && move.taken !== seatType).length;
    const more = takers.length - freed;
    const moved = await MOVE.rows(sql, { workspaceId, seatType, more });
    if (moved.length === 0 && more > 0) throw await unavailableTo(sql, workspaceId, seatType, takers, freed);
  }
}

/** A member that frees one seat and takes another. */
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
 * Locks the allocations of these types until the transaction ends, in the order in which every command locks them.
 * @param sql the transaction
 */
export async function lockTypes(sql: Sql, workspaceId: string, types: readonly SeatType[]): Promise<void> {
  if (types.length === 0) return;
  await LOCK_TYPES.rows(sql, { workspaceId, types });
}

const TYPE = { workspaceId: uuid, seatType: oneOf(SEAT_TYPES) };

const COUNTS = statement({
  name: 'seats.counts',
  text: 'select total, used from seat_allocation where workspace_id = $workspaceId and seat_type = $seatType',
  parameters: TYPE,
  columns: { total: integer, used: integer },
});

const TAKE = statement({
  name: 'seats.take',
  text: `
    update seat_allocation set used = used + 1
    where workspace_id = $workspaceId and seat_type = $seatType and used < total returning used`,
  parameters: TYPE,
  columns: { used: integer },
});

const FREE = statement({
  name: 'seats.free',
  text: 'update seat_allocation set used = used - 1 where workspace_id = $workspaceId and seat_type = $seatType',
  parameters: TYPE,
});

const MOVE = statement({
  name: 'seats.move',
  text: `
    update seat_allocation set used = used + $more
    where workspace_id = $workspaceId and seat_type = $seatType and ($more <= 0 or used + $more <= total)
    returning used`,
  parameters: { ...TYPE, more: integer },
  columns: { used: integer },
});

const LOCK_TYPES = statement({
  name: 'seats.lockTypes',
  text: `
    select 1 from seat_allocation where workspace_id = $workspaceId and seat_type = any($types::text[])
    order by seat_type for no key update`,
  parameters: { workspaceId: uuid, types: arrayOf(oneOf(SEAT_TYPES)) },
});

/**
 * Checks, before anything is written, that a seat is free. The transaction holds the lock of the seat type.
 * @throws DomainError SEAT_UNAVAILABLE with the counts (rule 8)
 */
export async function requireFree(sql: Sql, workspaceId: string, seatType: SeatType): Promise<void> {
  const { total, used } = await countsOf(sql, workspaceId, seatType);
  if (used >= total) throw await unavailable(sql, workspaceId, seatType);
}

/** Checks and takes in one statement: of a hundred concurrent takers of the last seat, one succeeds. */
async function take(sql: Sql, workspaceId: string, seatType: SeatType): Promise<void> {
  if ((await TAKE.row(sql, { workspaceId, seatType })) === undefined)
    throw await unavailable(sql, workspaceId, seatType);
}

async function free(sql: Sql, workspaceId: string, seatType: SeatType): Promise<void> {
  await FREE.rows(sql, { workspaceId, seatType });
}

async function countsOf(
  sql: Sql,
  workspaceId: string,
  seatType: SeatType,
): Promise<{ total: number; used: number }> {
  return (await COUNTS.row(sql, { workspaceId, seatType })) ?? { total: 0, used: 0 };
}

async function unavailable(sql: Sql, workspaceId: string, seatType: SeatType): Promise<DomainError> {
  const { total, used } = await countsOf(sql, workspaceId, seatType);
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
