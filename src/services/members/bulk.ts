import { isDeepStrictEqual } from 'node:util';
import { uuid } from '../../database/column-types.js';
import type { Sql, Transaction } from '../../database/database.js';
import { type RowOfSelection, selection } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, authorizeNow } from '../context/authorization.js';
import type { Grant } from '../context/grant.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberFilter } from '../filters/filter.js';
import { requireModest } from '../filters/limits.js';
import { authorizeFilter, memberFilterSql } from '../filters/members.js';
import { FILTER_TABLES } from '../filters/tables.js';
import { withBrake } from '../removal-brake/engage.js';
import { findMembers, lockMembers, type MemberRow } from '../rows/members.js';
import { lockTypes } from '../seats.js';
import { memberNotFound, requireVersion } from './change.js';
import { lockOwners } from './effects.js';
import {
  type AccessRequest,
  accessChange,
  authorizeAccess,
  creditLimitChange,
  removal,
  requestedAccess,
  requireWorkspaceVersion,
} from './requested-access.js';
import { type RequestFor, type Transition, transitionOf } from './transition.js';
import { checkInTransaction, writeInTransaction } from './write.js';

/** The changes without a value. */
export const BULK_ACTIONS = ['REMOVE', 'CLEAR_CREDIT_LIMIT'] as const;
export type BulkAction = (typeof BULK_ACTIONS)[number];

/** The change of every member: exactly one of these. */
export interface BulkChange {
  readonly access?: AccessRequest | null;
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
  /** In the order of the ids; null for a member whose version does not matter. */
  readonly expectedVersions?: readonly (number | null)[] | null;
  readonly change: BulkChange;
  /** Report what would happen, and write nothing. */
  readonly dryRun: boolean;
}

/** The result for one of the ids. */
export interface BulkResult {
  readonly memberId: string;
  /** The member after all changes; null when the workspace has none with that id. */
  readonly member: MemberRow | null;
  readonly changed: boolean;
  /** Why this member was not changed; the others are. */
  readonly error: DomainError | null;
}

/** Enough for any page of a screen, and few enough for one transaction, for whose locks others may wait. */
export const MOST_MEMBERS = 500;

/**
 * Applies one change to many members, in the order of their ids. The rules of the single mutations decide on each
 * member: refusals are reported, all others are changed, in one transaction. A dry run rolls it back.
 * @returns a result for every id, in their order; a repeated id is changed twice (rule 21)
 * @throws DomainError as `authorize` does, once for all; INVALID_INPUT for too many or no ids; STALE_VERSION when
 *   another number of members matches the filter than expected; WRONG_WORKSPACE_VERSION for a change that is refused to
 *   every member of the workspace
 */
export async function bulkUpdate(context: ServiceContext, input: BulkUpdate): Promise<BulkResult[]> {
  const { workspaceId, members: selector, change } = input;
  await authorizeAccess(context, workspaceId, change.access ?? null);
  const { memberId: own } = await authorize(context, 'member.write', workspaceId);
  requireSize(input);
  if (selector.filter != null) await authorizeFilter(context, workspaceId, selector.filter);
  const requestFor = requestOf(change);
  const work = async (tx: Transaction): Promise<BulkResult[]> => {
    const memberIds = await selectIds(tx, input);
    await lockMembers(tx, workspaceId, own === null ? memberIds : [...memberIds, own]);
    // Another transaction may have changed which members match before the locks were held.
    if (selector.filter != null && !isDeepStrictEqual(await selectIds(tx, input), memberIds))
      throw otherMembers();
    const grant = await authorizeNow(context, tx, 'member.write', workspaceId);
    requirePossible(grant.workspace, change);
    const members = await findMembers(tx, workspaceId, memberIds);
    await lockOthers(tx, workspaceId, change, [...members.values()]);
    const outcomes: Pick<BulkResult, 'changed' | 'error'>[] = [];
    for (const [index, memberId] of memberIds.entries()) {
      const expectedVersion = input.expectedVersions?.[index];
      outcomes.push(await changeOne(context, tx, grant, members, { memberId, expectedVersion, requestFor }));
    }
    // Read again: when an owner was removed, another one may be the last now.
    const after = await findMembers(tx, workspaceId, memberIds);
    return outcomes.map((outcome, index) => {
      const memberId = memberIds[index] ?? '';
      return { memberId, member: after.get(memberId.toLowerCase()) ?? null, ...outcome };
    });
  };
  return input.dryRun
    ? context.database.dryRun((database) => database.transaction(work))
    : withBrake(context, workspaceId, () => context.database.transaction(work));
}

function requestOf({ access, setCreditLimit, action }: BulkChange): RequestFor {
  if (access != null) return accessChange(access);
  if (setCreditLimit != null) return creditLimitChange(setCreditLimit);
  return action === 'REMOVE' ? removal : creditLimitChange(null);
}

/** @throws DomainError INVALID_INPUT */
function requireSize({ members: { ids, filter }, expectedCount, expectedVersions }: BulkUpdate): void {
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

const MATCHING = selection({
  name: 'members.matching',
  columns: 'm.id',
  types: { id: uuid },
  from: FILTER_TABLES,
});

/**
 * The ids of the members to change.
 * @throws DomainError INVALID_INPUT when too many match; STALE_VERSION when another number than expected matches
 */
async function selectIds(
  sql: Sql,
  { workspaceId, members, expectedCount }: BulkUpdate,
): Promise<readonly string[]> {
  if (members.filter == null) return members.ids ?? [];
  const values: unknown[] = [workspaceId];
  const condition = memberFilterSql(members.filter, values);
  const matching = await sql.rows<RowOfSelection<typeof MATCHING>>(
    `select ${MATCHING.columns} from ${MATCHING.from}
     where m.workspace_id = $1 and ${condition} order by m.id limit ${MOST_MEMBERS + 1}`,
    values,
  );
  if (matching.length > MOST_MEMBERS) {
    throw new DomainError('INVALID_INPUT', `More than ${MOST_MEMBERS} members match the filter.`, {
      attribute: 'members.filter',
      hint: 'Change them in several requests, each with a narrower filter.',
    });
  }
  if (matching.length !== expectedCount) throw otherMembers();
  return matching.map(({ id }) => id);
}

function otherMembers(): DomainError {
  return new DomainError('STALE_VERSION', 'Other members match the filter now than were expected.', {
    attribute: 'expectedCount',
    hint: 'Show the list again and repeat the change with its totalCount.',
  });
}

/**
 * Refuses a change that every member of the workspace would refuse.
 * @throws DomainError WRONG_WORKSPACE_VERSION
 */
function requirePossible(workspace: Workspace, { access, setCreditLimit, action }: BulkChange): void {
  if (access != null) requestedAccess(workspace, access);
  if (setCreditLimit != null || action === 'CLEAR_CREDIT_LIMIT')
    requireWorkspaceVersion(workspace, 'V2', 'creditLimit');
}

/**
 * Locks workspace and seats in the order in which every command locks them, before the first member is written.
 * Locking them member by member would take the locks in varying orders, and two commands could deadlock.
 */
async function lockOthers(
  sql: Sql,
  workspaceId: string,
  { access, action }: BulkChange,
  members: readonly MemberRow[],
): Promise<void> {
  if (action === 'REMOVE' && members.some(({ role }) => role === 'OWNER')) await lockOwners(sql, workspaceId);
  if (access?.seat == null && action !== 'REMOVE') return;
  const types = [...members.map(({ seatType }) => seatType), access?.seat?.seatType ?? null];
  await lockTypes(
    sql,
    workspaceId,
    types.filter((type) => type !== null),
  );
}

interface One {
  readonly memberId: string;
  readonly expectedVersion: number | null | undefined;
  readonly requestFor: RequestFor;
}

/**
 * Changes one member. Everything that can refuse the change is checked before it is written, so nothing has to be
 * rolled back.
 * @param members the current members, by id
 */
async function changeOne(
  context: ServiceContext,
  tx: Transaction,
  grant: Grant,
  members: Map<string, MemberRow>,
  { memberId, expectedVersion, requestFor }: One,
): Promise<Pick<BulkResult, 'changed' | 'error'>> {
  let transition: Transition;
  try {
    const row = members.get(memberId.toLowerCase());
    if (row === undefined) throw memberNotFound();
    requireVersion(row, expectedVersion);
    transition = transitionOf(context, grant, row, requestFor);
    await checkInTransaction(context, tx, transition);
  } catch (error) {
    if (error instanceof DomainError) return { changed: false, error };
    throw error;
  }
  const { member, changed } = await writeInTransaction(context, tx, transition);
  members.set(member.id, member);
  return { changed, error: null };
}
