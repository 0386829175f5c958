import type { Action } from '../../auth/policy.js';
import type { Sql, Transaction } from '../../database/database.js';
import type { Origin } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { accessSetByAfter, type GroupGrant, grantedAccess, withGrants } from '../../domain/granted-access.js';
import { newId } from '../../domain/ids.js';
import {
  type Circumstances,
  type MemberState,
  memberAfter,
  ownerProtected,
} from '../../domain/member-state.js';
import type { MemberWish } from '../../domain/provisioning.js';
import type { Workspace } from '../../model/workspace.js';
import { record } from '../audit/record.js';
import { authorize, authorizeNow, type Grant, mayChangeOwners, originOf } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { revokeInvitationsOf } from '../invitations/write.js';
import * as accounts from '../rows/accounts.js';
import {
  findMember,
  heldAccess,
  lockMembers,
  lockNamesakes,
  type MemberRow,
  stateOf,
} from '../rows/members.js';
import { rememberRemoval } from '../rows/removals.js';
import * as seats from '../seats.js';
import { addInOneStatement } from './add-statement.js';
import { changeInOneStatement } from './change-statement.js';
import { groupsLeft, leaveGroups } from './leave-groups.js';
import type { WishForMember } from './requested-access.js';
import {
  alreadyAMember,
  apply,
  endSessions,
  isUnchanged,
  keepAnOwner,
  type MemberChange,
  memberChanges,
  openMembership,
  refusingNamesakes,
  type Transition,
} from './write.js';

/** What a command is asked to do to which member. */
export interface MemberTarget {
  readonly workspaceId: string;
  readonly memberId: string;
  /** Refuse when the member has another version by now. */
  readonly expectedVersion?: number | null;
}

/** A wish that may depend on the workspace's version. */
export type WishFor = (workspace: Workspace) => MemberWish;

/**
 * Adds somebody, or adds them again (rules 14, 15): account, record, stay, seat and audit entry, or nothing.
 * @throws DomainError as `authorize` does; ALREADY_A_MEMBER; SEAT_UNAVAILABLE; whatever `memberAfter` refuses
 */
export async function add(
  context: ServiceContext,
  workspaceId: string,
  wishFor: WishFor,
): Promise<MemberChange> {
  const grant = await authorize(context, 'member.write', workspaceId);
  const expected = circumstances(context, grant);
  const newWish = wishFor(grant.workspace);
  const newcomer = memberAfter(null, newWish, expected);
  const setBy = newcomer.access && accessSetByAfter(null, newWish, expected);
  const added = await addInOneStatement(context, grant.workspace, newcomer, setBy);
  if (added !== undefined) return { member: added, changed: true };
  return context.database.transaction((tx) =>
    addWithin(context, tx, {
      workspaceId,
      newcomer,
      wishFor,
      grantNow: () => authorizeNow(context, tx, 'member.write', workspaceId),
    }),
  );
}

/** Somebody to add in a transaction of the caller's. */
export interface Addition {
  readonly workspaceId: string;
  /** Who is meant. */
  readonly newcomer: Pick<MemberState, 'userName' | 'profile'>;
  /** What they are to be. */
  readonly wishFor: WishFor;
  /** What allows it, asked once account and former record are locked. */
  grantNow(): Promise<Grant>;
}

/**
 * Adds somebody, or adds them again, in a transaction: what `add` and the acceptance of an invitation share.
 * @throws DomainError as `grantNow` does; ALREADY_A_MEMBER; SEAT_UNAVAILABLE; whatever `memberAfter` refuses
 */
export async function addWithin(
  context: ServiceContext,
  tx: Transaction,
  { workspaceId, newcomer, wishFor, grantNow }: Addition,
): Promise<MemberChange> {
  // Who is meant does not depend on the workspace; what becomes of them does.
  const accountId = await accounts.findOrCreate(tx, addressOf(newcomer.userName, newcomer.profile));
  const namesakes = await lockNamesakes(tx, workspaceId, newcomer.userName, accountId);
  const current = await grantNow();
  const { workspace } = current;
  const around = circumstances(context, current);
  const wish = wishFor(workspace);
  const next = memberAfter(null, wish, around);
  const [former, another] = namesakes;
  const taken = namesakes.find(({ membershipId }) => membershipId !== null) ?? another;
  if (taken !== undefined) {
    const isNamesake = canonicalUserName(taken.userName) === canonicalUserName(next.userName);
    throw alreadyAMember(next, isNamesake ? 'userName' : 'account');
  }
  const accessSetBy = accessSetByAfter(null, wish, around);
  if (former === undefined) {
    const member = await insert(context, tx, workspace, next, accountId, accessSetBy);
    return { member, changed: true };
  }
  return apply(context, tx, {
    workspace,
    row: former,
    next: memberAfter(
      stateOf(former),
      { ...wish, userName: next.userName },
      circumstances(context, current, former.groups),
    ),
    accessSetBy,
    action: 'member.add',
  });
}

/**
 * Changes a member as a wish says, judged against the member as it is when its lock is held.
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; whatever `memberAfter` and `apply` refuse
 */
export async function change(
  context: ServiceContext,
  target: MemberTarget,
  wishFor: WishForMember,
): Promise<MemberChange> {
  const changed = await changeAtOnce(context, target, wishFor);
  if (changed !== undefined) return changed;
  return onMember(context, 'member.write', target, (tx, row, grant) =>
    apply(context, tx, transitionBy(context, grant, row, wishFor)),
  );
}

/**
 * The same without a transaction. Not for callers who are members in person, whose rights may end at this moment.
 * @returns undefined when it takes one; also to refuse, since only what is read under the lock can justify that
 * @throws DomainError as `authorize` does
 */
async function changeAtOnce(
  context: ServiceContext,
  target: MemberTarget,
  wishFor: WishForMember,
): Promise<MemberChange | undefined> {
  const { workspaceId, memberId } = target;
  const grant = await authorize(context, 'member.write', workspaceId);
  if (grant.memberId !== null) return undefined;
  const changeFrom = async (row: MemberRow | undefined): Promise<MemberChange | undefined> => {
    if (row?.workspaceId !== workspaceId) return undefined;
    try {
      requireFresh(row, target.expectedVersion);
      const transition = transitionBy(context, grant, row, wishFor);
      if (isUnchanged(transition)) return { member: row, changed: false };
      const change = await changeInOneStatement(context, transition);
      if (change !== undefined) context.seen.note(change.member);
      return change;
    } catch (error) {
      if (error instanceof DomainError) return undefined;
      throw error;
    }
  };
  const change = await changeFrom(context.seen.take(memberId));
  if (change?.changed === true) return change;
  // The statement checks what it rests on. Whatever else is said must rest on what is read just now.
  return changeFrom(await findMember(context.database.lookUps, workspaceId, memberId));
}

/**
 * What a wish makes of a member. Judges, and writes nothing.
 * @param row as it is while its lock is held
 * @throws DomainError whatever `wishFor` and `memberAfter` refuse
 */
export function transitionBy(
  context: ServiceContext,
  grant: Grant,
  row: MemberRow,
  wishFor: WishForMember,
): Transition {
  const { workspace } = grant;
  const around = circumstances(context, grant, row.groups);
  const wish = wishFor(workspace, row);
  const next = memberAfter(stateOf(row), wish, around);
  const accessSetBy = accessSetByAfter(heldAccess(row), wish, around);
  return { workspace, row, next, accessSetBy, action: actionOf(row, next) };
}

/**
 * Deletes the member's record; its id is not found afterwards, ever (rule 17).
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; OWNER_PROTECTED; LAST_OWNER
 */
export async function deleteRecord(
  context: ServiceContext,
  target: MemberTarget,
): Promise<{ memberId: string }> {
  const { workspaceId } = target;
  return onMember(context, 'member.write', target, async (tx, row, grant) => {
    const isOwner = row.role === 'OWNER';
    if (isOwner && !mayChangeOwners(context, grant)) throw ownerProtected();
    await leaveGroups(tx, row);
    if (isOwner) await keepAnOwner(tx, workspaceId, row.id);
    await revokeInvitationsOf(context, tx, row);
    await seats.exchange(tx, workspaceId, row.seatType, null);
    await endSessions(tx, workspaceId, row.accountId);
    await rememberRemoval(tx, workspaceId, row.accountId);
    context.grants.delete(workspaceId);
    await tx.rows('delete from member where id = $1 and workspace_id = $2', [row.id, workspaceId]);
    await record(context, tx, {
      workspaceId,
      action: 'member.delete',
      target: { type: 'member', id: row.id, label: row.userName },
      changes: { ...memberChanges(stateOf(row), null), ...groupsLeft(row) },
    });
    return { memberId: row.id };
  });
}

/**
 * Makes an active member an owner, or somebody else of an owner (rule 13).
 * @param become what the member may do afterwards
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; INVALID_INPUT; SEAT_UNAVAILABLE; LAST_OWNER
 */
export async function changeOwner(
  context: ServiceContext,
  target: MemberTarget,
  action: 'owner.promote' | 'owner.demote',
  become: (workspace: Workspace, member: MemberRow) => MemberState['access'],
): Promise<MemberChange> {
  return onMember(context, 'owner.write', target, (tx, row, { workspace }) => {
    const next = { ...stateOf(row), access: become(workspace, row) };
    // What an owner becomes is said by name, whatever groups would give.
    const accessSetBy = originOf(context);
    return apply(context, tx, { workspace, row, next, accessSetBy, action });
  });
}

/**
 * Gives up the access that somebody has set by name: from then on it follows the member's groups, else the
 * workspace's default (rule 30). Of an owner, and where nobody has set any, nothing changes.
 * @throws DomainError as `change` does; SEAT_UNAVAILABLE
 */
export async function clearAccess(context: ServiceContext, target: MemberTarget): Promise<MemberChange> {
  return onMember(context, 'member.write', target, (tx, row, { workspace }) => {
    const held = heldAccess(row);
    if (held === null || held.access.role === 'OWNER' || held.accessSetBy === null)
      return Promise.resolve({ member: row, changed: false });
    const access = grantedAccess({ ...held, accessSetBy: null }, row.groups, workspace);
    const next = { ...stateOf(row), access };
    return apply(context, tx, { workspace, row, next, accessSetBy: null, action: 'member.update' });
  });
}

/** @param groups those that the member is in: what they grant stands where else the default would (rule 30) */
export function circumstances(
  context: ServiceContext,
  grant: Grant,
  groups: readonly GroupGrant[] = [],
): Circumstances {
  const workspace = groups.length === 0 ? grant.workspace : withGrants(grant.workspace, groups);
  return { workspace, origin: originOf(context), mayChangeOwners: mayChangeOwners(context, grant) };
}

/**
 * Works on one member in a transaction that holds its lock; and the caller's own, when the caller is a member in
 * person: two who demote each other must not both succeed with the rights that they had before.
 * @throws DomainError as `authorize` does; NOT_FOUND, STALE_VERSION; whatever `work` throws
 */
async function onMember<Result>(
  context: ServiceContext,
  action: Action,
  { workspaceId, memberId, expectedVersion }: MemberTarget,
  work: (tx: Transaction, row: MemberRow, grant: Grant) => Promise<Result>,
): Promise<Result> {
  const { memberId: own } = await authorize(context, action, workspaceId);
  return context.database.transaction(async (tx) => {
    await lockMembers(tx, workspaceId, own === null ? [memberId] : [memberId, own]);
    const grant = await authorizeNow(context, tx, action, workspaceId);
    const row = await findMember(tx, workspaceId, memberId);
    if (row === undefined) throw memberNotFound();
    requireFresh(row, expectedVersion);
    return work(tx, row, grant);
  });
}

/** @throws DomainError STALE_VERSION for a member that has another version than whoever asks believes */
export function requireFresh({ version }: MemberRow, expectedVersion: number | null | undefined): void {
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

function actionOf(row: MemberRow, next: MemberState): AuditAction {
  if (row.membershipId === null && next.access !== null) return 'member.add';
  if (row.membershipId !== null && next.access === null) return 'member.remove';
  return 'member.update';
}

/** Somebody new, in a transaction in which nobody else holds the userName or the account. */
async function insert(
  context: ServiceContext,
  sql: Sql,
  workspace: Workspace,
  next: MemberState,
  accountId: string,
  accessSetBy: Origin | null,
): Promise<MemberRow> {
  const id = newId();
  const managedBy = originOf(context);
  await refusingNamesakes(next, () =>
    sql.rows(
      `insert into member
         (id, workspace_id, account_id, user_name, canonical_user_name, external_id, profile, managed_by, version,
          created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, $8, 1, now(), now())`,
      [
        id,
        workspace.id,
        accountId,
        next.userName,
        canonicalUserName(next.userName),
        next.externalId,
        JSON.stringify(next.profile),
        managedBy,
      ],
    ),
  );
  if (next.access !== null) {
    await seats.exchange(sql, workspace.id, null, next.access.seatType);
    await openMembership(sql, workspace, id, next.access, accessSetBy);
  }
  await record(context, sql, {
    workspaceId: workspace.id,
    action: 'member.add',
    target: { type: 'member', id, label: next.userName },
    changes: memberChanges(null, next),
  });
  const row = await findMember(sql, workspace.id, id);
  if (row === undefined) throw new Error('a member was added and is not there');
  return row;
}
