import { isDeepStrictEqual } from 'node:util';
import type { Sql, Transaction } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, authorizeNow, type Grant } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { authorizeFilter, type MemberFilter, memberFilterSql, requireModest } from '../filters/members.js';
import { findMembers, lockMembers, MEMBER_TABLES, type MemberRow } from '../rows/members.js';
import * as seats from '../seats.js';
import { lockGroups } from './leave-groups.js';
import {
  type AccessWish,
  accessWish,
  authorizeAccess,
  requireVersion,
  toBeRemoved,
  toHaveAccess,
  toHaveCreditLimit,
  type WishForMember,
} from './requested-access.js';
import { memberNotFound, requireFresh, transitionBy } from './transaction.js';
import { keepAnOwner, lockOwners, type Transition, write } from './write.js';

/** The changes that need no value. */
export const BULK_ACTIONS = ['REMOVE', 'CLEAR_CREDIT_LIMIT'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** The change to make to each member: exactly one of these. */
export interface BulkChange {
  readonly access?: AccessWish | null;
  readonly setCreditLimit?: number | null;
  readonly action?: BulkAction | null;
}

/** The members to change: those with these ids, or all that match a filter. */
export interface MembersSelector {
  readonly ids?: readonly string[] | null;
  readonly filter?: MemberFilter | null;
}

export interface BulkUpdate {
  readonly workspaceId: string;
  readonly members: MembersSelector;
  /** How many members the caller expects to match the filter. */
  readonly expectedCount?: number | null;
  /** In the order of the ids, where there are some; null: whatever the version is. */
  readonly expectedVersions?: readonly (number | null)[] | null;
  readonly change: BulkChange;
  /** Only say what would happen. */
  readonly dryRun: boolean;
}

/** What became of one of the ids. */
export interface BulkResult {
  readonly memberId: string;
  /** The member as it is after the whole; null when there is none with that id. */
  readonly member: MemberRow | null;
  readonly changed: boolean;
  /** Why this one was not changed; the others do not suffer from it. */
  readonly error: DomainError | null;
}

/** Enough for any page of a screen, and little enough for one transaction that others may have to wait for. */
export const MOST_MEMBERS = 500;

/**
 * Does the same to many members, one after the other in the order of their ids as given, each judged on its own by the
 * rules of the single mutations: who is refused is reported, all others are changed. One transaction: nobody sees half
 * of it, and a fault in the middle leaves nothing. A dry run is the same transaction, rolled back.
 * @returns a result for every id, in their order; an id that is there twice is done twice (rule 21)
 * @throws DomainError as `authorize` does, once for all; INVALID_INPUT for too many or no ids; STALE_VERSION when
 *   another number of members matches the filter than expected; WRONG_WORKSPACE_VERSION for a change that no member of
 *   the workspace could undergo
 */
export async function bulkUpdate(context: ServiceContext, input: BulkUpdate): Promise<BulkResult[]> {
  const { workspaceId, members: selector, change } = input;
  await authorizeAccess(context, workspaceId, change.access ?? null);
  const { memberId: own } = await authorize(context, 'member.write', workspaceId);
  requireMeasure(input);
  if (selector.filter != null) await authorizeFilter(context, workspaceId, selector.filter);
  const wishFor = wishOf(change);
  const work = async (tx: Transaction): Promise<BulkResult[]> => {
    const memberIds = await select(tx, input);
    await lockMembers(tx, workspaceId, own === null ? memberIds : [...memberIds, own]);
    // Before their locks were held, somebody may have changed whether they match.
    if (selector.filter != null && !isDeepStrictEqual(await select(tx, input), memberIds)) throw otherCount();
    const grant = await authorizeNow(context, tx, 'member.write', workspaceId);
    requirePossible(grant.workspace, change);
    const members = await findMembers(tx, workspaceId, memberIds);
    await lockWhatIsTouched(tx, workspaceId, change, [...members.values()]);
    const outcomes: Pick<BulkResult, 'changed' | 'error'>[] = [];
    const isRepeated = new Set(memberIds.map((id) => id.toLowerCase())).size < memberIds.length;
    for (const [index, memberId] of memberIds.entries()) {
      const expected = input.expectedVersions?.[index];
      outcomes.push(
        await changeOne(context, tx, grant, members, { memberId, expected, wishFor, isRepeated }),
      );
    }
    // Once more: who shares a group with somebody who was removed shows the group's new version.
    const after = await findMembers(tx, workspaceId, memberIds);
    return outcomes.map((outcome, index) => {
      const memberId = memberIds[index] ?? '';
      return { memberId, member: after.get(memberId.toLowerCase()) ?? null, ...outcome };
    });
  };
  return input.dryRun ? context.database.rehearsal(work) : context.database.transaction(work);
}

function wishOf({ access, setCreditLimit, action }: BulkChange): WishForMember {
  if (access != null) return toHaveAccess(access);
  if (setCreditLimit != null) return toHaveCreditLimit(setCreditLimit);
  return action === 'REMOVE' ? toBeRemoved : toHaveCreditLimit(null);
}

/** @throws DomainError INVALID_INPUT */
function requireMeasure({ members: { ids, filter }, expectedCount, expectedVersions }: BulkUpdate): void {
  if (ids != null && (ids.length === 0 || ids.length > MOST_MEMBERS)) {
    throw new DomainError('INVALID_INPUT', `Send from 1 to ${MOST_MEMBERS} ids.`, {
      attribute: 'members.ids',
      hint: 'Change more members in several requests.',
    });
  }
  if ((filter == null) !== (expectedCount == null)) {
    throw new DomainError('INVALID_INPUT', 'expectedCount goes with members.filter, and only with it.', {
      attribute: 'expectedCount',
      hint: 'Send the totalCount of the list that was shown for this filter.',
    });
  }
  if (filter != null) requireModest(filter);
  if (expectedVersions != null && expectedVersions.length !== ids?.length) {
    throw new DomainError('INVALID_INPUT', 'expectedVersions must have as many items as members.ids.', {
      attribute: 'expectedVersions',
      hint: 'Send the version of each member in the order of the ids, or null for any version.',
    });
  }
}

/**
 * The ids of the members to change.
 * @throws DomainError INVALID_INPUT when too many match; STALE_VERSION when not as many as expected do
 */
async function select(
  sql: Sql,
  { workspaceId, members, expectedCount }: BulkUpdate,
): Promise<readonly string[]> {
  if (members.filter == null) return members.ids ?? [];
  const values: unknown[] = [workspaceId];
  const condition = memberFilterSql(members.filter, values);
  const matching = await sql.rows<{ id: string }>(
    `select m.id from ${MEMBER_TABLES} where m.workspace_id = $1 and ${condition} order by m.id limit ${MOST_MEMBERS + 1}`,
    values,
  );
  if (matching.length > MOST_MEMBERS) {
    throw new DomainError('INVALID_INPUT', `More than ${MOST_MEMBERS} members match the filter.`, {
      attribute: 'members.filter',
      hint: 'Change them in several requests, each with a narrower filter.',
    });
  }
  if (matching.length !== expectedCount) throw otherCount();
  return matching.map(({ id }) => id);
}

function otherCount(): DomainError {
  return new DomainError('STALE_VERSION', 'Other members match the filter now than were expected.', {
    attribute: 'expectedCount',
    hint: 'Show the list again and repeat the change with its totalCount.',
  });
}

/** What would be refused for every member alike is refused once. @throws DomainError WRONG_WORKSPACE_VERSION */
function requirePossible(workspace: Workspace, { access, setCreditLimit, action }: BulkChange): void {
  if (access != null) accessWish(workspace, access);
  if (setCreditLimit != null || action === 'CLEAR_CREDIT_LIMIT')
    requireVersion(workspace, 'V2', 'creditLimit');
}

/**
 * Groups, workspace and seats in the order in which every command locks them, before the first member is written:
 * taken one member after the other they would be locked in any order, and two could wait for each other in a circle.
 */
async function lockWhatIsTouched(
  sql: Sql,
  workspaceId: string,
  { access, action }: BulkChange,
  members: readonly MemberRow[],
): Promise<void> {
  if (action === 'REMOVE') {
    await lockGroups(
      sql,
      members.flatMap(({ groups }) => groups.map(({ id }) => id)),
    );
    if (members.some(({ role }) => role === 'OWNER')) await lockOwners(sql, workspaceId);
  }
  if (access?.seat == null && action !== 'REMOVE') return;
  const types = [...members.map(({ seatType }) => seatType), access?.seat?.seatType ?? null];
  await seats.lockTypes(
    sql,
    workspaceId,
    types.filter((type) => type !== null),
  );
}

interface One {
  readonly memberId: string;
  readonly expected: number | null | undefined;
  readonly wishFor: WishForMember;
  /** Whether ids come twice, so that what a member becomes is of use to a later one. */
  readonly isRepeated: boolean;
}

/**
 * Judges one member, and writes only what nothing stands against any more: so there is never anything to take back.
 * @param members as they have become so far, by id
 */
async function changeOne(
  context: ServiceContext,
  tx: Transaction,
  grant: Grant,
  members: Map<string, MemberRow>,
  { memberId, expected, wishFor, isRepeated }: One,
): Promise<Pick<BulkResult, 'changed' | 'error'>> {
  let transition: Transition;
  try {
    const row = members.get(memberId.toLowerCase());
    if (row === undefined) throw memberNotFound();
    requireFresh(row, expected);
    transition = transitionBy(context, grant, row, wishFor);
    await requireWritable(tx, transition);
  } catch (error) {
    if (error instanceof DomainError) return { changed: false, error };
    throw error;
  }
  const { id } = transition.row;
  const changed = (await write(context, tx, transition)) !== null;
  const after = changed && isRepeated ? (await findMembers(tx, grant.workspace.id, [id])).get(id) : undefined;
  if (after !== undefined) members.set(id, after);
  return { changed, error: null };
}

/**
 * What `apply` would find out while it writes, under the same locks.
 * @throws DomainError LAST_OWNER (rule 13), SEAT_UNAVAILABLE (rule 8)
 */
async function requireWritable(sql: Sql, { workspace, row, next }: Transition): Promise<void> {
  if (row.role === 'OWNER' && next.access?.role !== 'OWNER') await keepAnOwner(sql, workspace.id, row.id);
  const taken = next.access?.seatType ?? null;
  if (taken !== null && taken !== row.seatType) await seats.requireFree(sql, workspace.id, taken);
}
