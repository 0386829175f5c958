import type { Action } from '../auth/policy.js';
import type { Sql, Transaction } from '../database/database.js';
import { addressOf } from '../domain/address.js';
import { DomainError } from '../domain/errors.js';
import { newId } from '../domain/ids.js';
import { type Circumstances, type MemberState, memberAfter, ownerProtected } from '../domain/member-state.js';
import type { MemberWish } from '../domain/provisioning.js';
import type { Workspace } from '../model/workspace.js';
import * as accounts from './accounts.js';
import { record } from './audit.js';
import { authorize, authorizeNow, type Grant, mayChangeOwners, originOf } from './authorization.js';
import type { ServiceContext } from './context.js';
import { addInOneStatement } from './member-add-statement.js';
import {
  alreadyAMember,
  apply,
  endSessions,
  keepAnOwner,
  type MemberChange,
  memberChanges,
  openMembership,
  refusingNamesakes,
} from './member-changes.js';
import { findMember, lockMembers, lockNamesakes, type MemberRow, stateOf } from './member-rows.js';
import * as seats from './seats.js';

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
  const newcomer = memberAfter(null, wishFor(grant.workspace), circumstances(context, grant));
  const added = await addInOneStatement(context, grant.workspace, newcomer);
  if (added !== undefined) return { member: added, changed: true };
  return context.database.transaction(async (tx) => {
    // Who is meant does not depend on the workspace; what becomes of them does.
    const accountId = await accounts.findOrCreate(tx, addressOf(newcomer.userName, newcomer.profile));
    const namesakes = await lockNamesakes(tx, workspaceId, newcomer.userName, accountId);
    const current = await authorizeNow(context, tx, 'member.write', workspaceId);
    const { workspace } = current;
    const around = circumstances(context, current);
    const wish = wishFor(workspace);
    const next = memberAfter(null, wish, around);
    const [former, another] = namesakes;
    if (another !== undefined || (former !== undefined && former.membershipId !== null))
      throw alreadyAMember(next.userName);
    if (former === undefined)
      return { member: await insert(context, tx, workspace, next, accountId), changed: true };
    return apply(context, tx, {
      workspace,
      row: former,
      next: memberAfter(stateOf(former), { ...wish, userName: next.userName }, around),
      action: 'member.add',
    });
  });
}

/**
 * Changes a member as a wish says, judged against the member as it is when its lock is held.
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; whatever `memberAfter` and `apply` refuse
 */
export async function change(
  context: ServiceContext,
  target: MemberTarget,
  wishFor: (workspace: Workspace, member: MemberRow) => MemberWish,
): Promise<MemberChange> {
  return onMember(context, 'member.write', target, (tx, row, grant) => {
    const { workspace } = grant;
    const next = memberAfter(stateOf(row), wishFor(workspace, row), circumstances(context, grant));
    return apply(context, tx, { workspace, row, next, action: actionOf(row, next) });
  });
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
    if (row.role === 'OWNER') {
      if (!mayChangeOwners(context, grant)) throw ownerProtected();
      await keepAnOwner(tx, workspaceId, row.id);
    }
    await seats.exchange(tx, workspaceId, row.seatType, null);
    await endSessions(tx, workspaceId, row.accountId);
    context.grants.delete(workspaceId);
    await tx.rows('delete from member where id = $1 and workspace_id = $2', [row.id, workspaceId]);
    await record(context, tx, {
      workspaceId,
      action: 'member.delete',
      target: { type: 'member', id: row.id, label: row.userName },
      changes: memberChanges(stateOf(row), null),
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
    return apply(context, tx, { workspace, row, next, action });
  });
}

function circumstances(context: ServiceContext, grant: Grant): Circumstances {
  const { workspace } = grant;
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
    if (expectedVersion != null && expectedVersion !== row.version) {
      throw new DomainError(
        'STALE_VERSION',
        `The member has changed meanwhile: it has version ${row.version}, not ${expectedVersion}.`,
        { attribute: 'expectedVersion', hint: 'Read the member again and repeat the change.' },
      );
    }
    return work(tx, row, grant);
  });
}

export function memberNotFound(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such member in this workspace.');
}

function actionOf(row: MemberRow, next: MemberState): string {
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
): Promise<MemberRow> {
  const id = newId();
  const managedBy = originOf(context);
  await refusingNamesakes(next.userName, () =>
    sql.rows(
      `insert into member
         (id, workspace_id, account_id, user_name, external_id, profile, managed_by, version, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, 1, now(), now())`,
      [id, workspace.id, accountId, next.userName, next.externalId, JSON.stringify(next.profile), managedBy],
    ),
  );
  if (next.access !== null) {
    await seats.exchange(sql, workspace.id, null, next.access.seatType);
    await openMembership(sql, workspace, id, next.access);
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
