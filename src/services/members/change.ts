import type { Action } from '../../auth/policy.js';
import type { Transaction } from '../../database/database.js';
import { addressOf } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { memberAfter } from '../../domain/member-state.js';
import type { MemberChangeRequest, Person } from '../../domain/provisioning.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, authorizeNow } from '../context/authorization.js';
import type { Grant } from '../context/grant.js';
import type { ServiceContext } from '../context/service-context.js';
import { withBrake } from '../removal-brake/engage.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import { findMember, lockMembers, lockNamesakes, type MemberRow, stateOf } from '../rows/members.js';
import { alreadyAMember } from './already-a-member.js';
import {
  actionOf,
  additionOf,
  isUnchanged,
  type MemberChange,
  type RequestFor,
  ruleContext,
  transitionOf,
  unchanged,
} from './transition.js';
import { writeInTransaction } from './write.js';
import { writeInOneStatement } from './write-in-one-statement.js';

/** Identifies the member of a command. */
export interface MemberTarget {
  readonly workspaceId: string;
  readonly memberId: string;
  /** Refuse the command when the member has another version. */
  readonly expectedVersion?: number | null;
}

/**
 * Creates a member, or reactivates a former one (rules 14, 15).
 * @param requestFor builds the request once the workspace is known
 * @throws DomainError as `authorize` does; ALREADY_A_MEMBER; SEAT_UNAVAILABLE; whatever `memberAfter` refuses
 */
export async function createMember(
  context: ServiceContext,
  workspaceId: string,
  requestFor: (workspace: Workspace) => MemberChangeRequest,
): Promise<MemberChange> {
  const grant = await authorize(context, 'member.write', workspaceId);
  const addition = additionOf(context, grant, requestFor(grant.workspace));
  const created = await writeInOneStatement(context, addition);
  if (created !== undefined) return created;
  const { userName, externalId, profile } = addition.next;
  return context.database.transaction((tx) =>
    createMemberWithin(context, tx, {
      workspaceId,
      address: addressOf(userName, profile),
      userName,
      externalId,
      requestFor,
      grantNow: () => authorizeNow(context, tx, 'member.write', workspaceId),
    }),
  );
}

/** A member to create in the transaction of the caller. */
export interface Creation {
  readonly workspaceId: string;
  /** The address of the person, and its userName. */
  readonly address: string;
  readonly userName: string;
  /** The identity provider's id of the person; null when there is none. */
  readonly externalId: string | null;
  /** Builds the request once the workspace is locked. */
  readonly requestFor: (workspace: Workspace) => MemberChangeRequest;
  /** Authorizes the creation, once account and former record are locked. */
  readonly grantNow: () => Promise<Grant>;
}

/**
 * Creates a member, or reactivates a former one, in a transaction. `createMember` and the acceptance of an invitation
 * share it.
 * @throws DomainError as `grantNow` does; ALREADY_A_MEMBER; SEAT_UNAVAILABLE; whatever `memberAfter` refuses
 */
export async function createMemberWithin(
  context: ServiceContext,
  tx: Transaction,
  { workspaceId, address, userName, externalId, requestFor, grantNow }: Creation,
): Promise<MemberChange> {
  const accountId = await findOrCreateAccount(tx, address);
  const found = await lockNamesakes(tx, { workspaceId, userName, accountId, externalId });
  const grant = await grantNow();
  const { workspace } = grant;
  const request = requestFor(workspace);
  const addition = additionOf(context, grant, request);
  const former = formerMember(found, addition.next, accountId);
  if (former === undefined) return writeInTransaction(context, tx, { ...addition, accountId });
  const facts = ruleContext(context, grant, former.groups);
  const next = memberAfter(stateOf(former), { ...request, userName: addition.next.userName }, facts);
  return writeInTransaction(context, tx, {
    workspace,
    row: former,
    next,
    accessSetBy: addition.accessSetBy,
    action: actionOf(former, next),
  });
}

/**
 * The member who is added again: the one with the userName or the account, else the last one with the same external id
 * (rule 15).
 * @param found everybody who has one of the three
 * @throws DomainError ALREADY_A_MEMBER when one of them is active, or the userName and the account are two members'
 */
function formerMember(found: readonly MemberRow[], person: Person, accountId: string): MemberRow | undefined {
  const hasUserName = ({ userName }: MemberRow) =>
    canonicalUserName(userName) === canonicalUserName(person.userName);
  const namesakes = found.filter((member) => hasUserName(member) || member.accountId === accountId);
  const [former, another] = namesakes;
  const taken = found.find(({ membershipId }) => membershipId !== null) ?? another;
  if (taken === undefined) return former ?? found.at(-1);
  if (hasUserName(taken)) throw alreadyAMember(person, 'userName', taken);
  throw alreadyAMember(person, taken.accountId === accountId ? 'account' : 'externalId', taken);
}

/**
 * Changes a member. One statement does it where possible. For a caller who is a member it takes a transaction, because
 * the caller's own rights may end at the same time.
 * @param requestFor builds the request once workspace and member are known
 * @throws DomainError as `authorize` and `requestFor` do; NOT_FOUND; STALE_VERSION; whatever `memberAfter` and
 *   `writeInTransaction` refuse
 */
export async function changeMember(
  context: ServiceContext,
  target: MemberTarget,
  requestFor: RequestFor,
): Promise<MemberChange> {
  const { workspaceId, memberId, expectedVersion } = target;
  const grant = await authorize(context, 'member.write', workspaceId);
  if (grant.memberId === null) {
    const recent = context.recentMembers.take(memberId);
    // The statement checks the version of the row that it writes. Any other answer must not rely on a row that may be
    // stale.
    const readers = [() => recent, () => findMember(context.database.pipelined, workspaceId, memberId)];
    for (const read of readers) {
      const row = await read();
      const change = await changeUnlocked(context, grant, row, expectedVersion, requestFor);
      if (change !== undefined && (change.changed || row !== recent)) return change;
    }
  }
  return withLockedMember(context, 'member.write', target, (tx, row, granted) =>
    writeInTransaction(context, tx, transitionOf(context, granted, row, requestFor)),
  );
}

/**
 * Changes a member without a lock. @returns undefined when a transaction is needed, also for every refusal, which only
 * a locked row can justify
 */
async function changeUnlocked(
  context: ServiceContext,
  grant: Grant,
  row: MemberRow | undefined,
  expectedVersion: number | null | undefined,
  requestFor: RequestFor,
): Promise<MemberChange | undefined> {
  if (row?.workspaceId !== grant.workspace.id) return undefined;
  try {
    requireVersion(row, expectedVersion);
    const transition = transitionOf(context, grant, row, requestFor);
    if (isUnchanged(transition)) return unchanged(row);
    const change = await writeInOneStatement(context, transition);
    if (change !== undefined) context.recentMembers.add(change.member);
    return change;
  } catch (error) {
    if (error instanceof DomainError) return undefined;
    throw error;
  }
}

/**
 * Runs a command on one member in a transaction that locks it, and the caller's own member when the caller is a person:
 * of two owners who demote each other, only one may succeed.
 * @throws DomainError as `authorize` and `work` do; NOT_FOUND, STALE_VERSION
 */
export async function withLockedMember<Result>(
  context: ServiceContext,
  action: Action,
  { workspaceId, memberId, expectedVersion }: MemberTarget,
  work: (tx: Transaction, row: MemberRow, grant: Grant) => Promise<Result>,
): Promise<Result> {
  const { memberId: own } = await authorize(context, action, workspaceId);
  return withBrake(context, workspaceId, () =>
    context.database.transaction(async (tx) => {
      await lockMembers(tx, workspaceId, own === null ? [memberId] : [memberId, own]);
      const grant = await authorizeNow(context, tx, action, workspaceId);
      const row = await findMember(tx, workspaceId, memberId);
      if (row === undefined) throw memberNotFound();
      requireVersion(row, expectedVersion);
      return work(tx, row, grant);
    }),
  );
}

/** @throws DomainError STALE_VERSION for a member that has another version than expected */
export function requireVersion({ version }: MemberRow, expectedVersion: number | null | undefined): void {
  if (expectedVersion == null || expectedVersion === version) return;
  throw new DomainError(
    'STALE_VERSION',
    `The member has changed meanwhile: it has version ${version}, not ${expectedVersion}.`,
    { attribute: 'expectedVersion', hint: 'Read the member again and repeat the change.' },
  );
}

export function memberNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such member in this workspace.');
}
