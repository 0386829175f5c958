import type { Sql, Transaction } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, authorizeNow, type Grant } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { findMembers, lockMembers, type MemberRow } from '../rows/members.js';
import { lockTypes } from '../seats.js';
import { memberNotFound, requireVersion } from './change.js';
import { lockOwners } from './effects.js';
import { lockGroups } from './leave-groups.js';
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

/** The change of every member: exactly one of these. */
export interface BulkChange {
  readonly access?: AccessRequest | null;
  readonly setCreditLimit?: number | null;
  readonly clearCreditLimit?: boolean | null;
  readonly remove?: boolean | null;
}

export interface BulkUpdate {
  readonly workspaceId: string;
  readonly memberIds: readonly string[];
  /** In the order of `memberIds`; null for a member whose version does not matter. */
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

/** Enough for any page of a screen, and few enough for one transaction that others may wait for. */
export const MOST_MEMBERS = 500;

/**
 * Applies one change to many members, in the order of their ids. Each is judged by the rules of the single mutations:
 * refusals are reported, all others are changed. It is one transaction, so nobody sees half of it and a fault leaves
 * nothing. A dry run is the same transaction, rolled back.
 * @returns a result for every id, in their order; an id that is there twice is changed twice (rule 21)
 * @throws DomainError as `authorize` does, once for all; INVALID_INPUT for too many or no ids; WRONG_WORKSPACE_VERSION
 *   for a change that is refused to every member of the workspace
 */
export async function bulkUpdate(context: ServiceContext, input: BulkUpdate): Promise<BulkResult[]> {
  const { workspaceId, memberIds, change } = input;
  await authorizeAccess(context, workspaceId, change.access ?? null);
  const { memberId: own } = await authorize(context, 'member.write', workspaceId);
  requireSize(input);
  const requestFor = requestOf(change);
  const work = async (tx: Transaction): Promise<BulkResult[]> => {
    await lockMembers(tx, workspaceId, own === null ? memberIds : [...memberIds, own]);
    const grant = await authorizeNow(context, tx, 'member.write', workspaceId);
    requirePossible(grant.workspace, change);
    const members = await findMembers(tx, workspaceId, memberIds);
    await lockOthers(tx, workspaceId, change, [...members.values()]);
    const outcomes: Pick<BulkResult, 'changed' | 'error'>[] = [];
    for (const [index, memberId] of memberIds.entries()) {
      const expectedVersion = input.expectedVersions?.[index];
      outcomes.push(await changeOne(context, tx, grant, members, { memberId, expectedVersion, requestFor }));
    }
    // Read again: members who share a group with a removed one show the group's new version.
    const after = await findMembers(tx, workspaceId, memberIds);
    return outcomes.map((outcome, index) => {
      const memberId = memberIds[index] ?? '';
      return { memberId, member: after.get(memberId.toLowerCase()) ?? null, ...outcome };
    });
  };
  return input.dryRun ? context.database.rehearsal(work) : context.database.transaction(work);
}

/** @throws DomainError INVALID_INPUT for `false`, which has no meaning */
function requestOf({ access, setCreditLimit, clearCreditLimit, remove }: BulkChange): RequestFor {
  if (access != null) return accessChange(access);
  if (setCreditLimit != null) return creditLimitChange(setCreditLimit);
  if (clearCreditLimit === true) return creditLimitChange(null);
  if (remove === true) return removal;
  const attribute = remove === false ? 'change.remove' : 'change.clearCreditLimit';
  throw new DomainError('INVALID_INPUT', `${attribute} can only be true.`, {
    attribute,
    hint: 'Leave it out, and say what is to be done instead.',
  });
}

function requireSize({ memberIds, expectedVersions }: BulkUpdate): void {
  if (memberIds.length === 0 || memberIds.length > MOST_MEMBERS) {
    throw new DomainError('INVALID_INPUT', `Give from 1 to ${MOST_MEMBERS} memberIds.`, {
      attribute: 'memberIds',
      hint: 'Change more members in several requests.',
    });
  }
  if (expectedVersions != null && expectedVersions.length !== memberIds.length) {
    throw new DomainError('INVALID_INPUT', 'expectedVersions must be as many as memberIds.', {
      attribute: 'expectedVersions',
      hint: 'Give the version of each member in the order of memberIds, or null where any will do.',
    });
  }
}

/** Refuses once what would be refused to every member. @throws DomainError WRONG_WORKSPACE_VERSION */
function requirePossible(
  workspace: Workspace,
  { access, setCreditLimit, clearCreditLimit }: BulkChange,
): void {
  if (access != null) requestedAccess(workspace, access);
  if (setCreditLimit != null || clearCreditLimit === true)
    requireWorkspaceVersion(workspace, 'V2', 'creditLimit');
}

/**
 * Locks groups, workspace and seats in the order in which every command locks them, before the first member is written.
 * Locked member by member, they could be locked in any order, and two commands could deadlock.
 */
async function lockOthers(
  sql: Sql,
  workspaceId: string,
  { access, remove }: BulkChange,
  members: readonly MemberRow[],
): Promise<void> {
  if (remove === true) {
    await lockGroups(
      sql,
      members.flatMap(({ groups }) => groups.map(({ id }) => id)),
    );
    if (members.some(({ role }) => role === 'OWNER')) await lockOwners(sql, workspaceId);
  }
  if (access?.seat == null && remove !== true) return;
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
 * Judges one member, and writes only what nothing can refuse any more, so nothing has to be rolled back.
 * @param members the members as they are by now, by id
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
