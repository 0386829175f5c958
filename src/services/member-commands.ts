import type { Sql } from '../database/database.js';
import { addressOf } from '../domain/address.js';
import { DomainError } from '../domain/errors.js';
import { newId } from '../domain/ids.js';
import { type Circumstances, type MemberState, memberAfter, ownerProtected } from '../domain/member-state.js';
import type { MemberWish } from '../domain/provisioning.js';
import type { Workspace } from '../model/workspace.js';
import * as accounts from './accounts.js';
import { record } from './audit.js';
import { authorize, type Grant, mayChangeOwners } from './authorization.js';
import type { ServiceContext } from './context.js';
import { addInOneStatement } from './member-add-statement.js';
import {
  alreadyAMember,
  apply,
  endMembership,
  keepAnOwner,
  type MemberChange,
  memberChanges,
  openMembership,
  refusingNamesakes,
} from './member-changes.js';
import { findMember, lockMember, lockNamesakes, type MemberRow, stateOf } from './member-rows.js';
import * as seats from './seats.js';
import { currentWorkspace } from './workspace-rows.js';

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
  origin: Circumstances['origin'],
  wishFor: WishFor,
): Promise<MemberChange> {
  const grant = await authorize(context, 'member.write', workspaceId);
  const newcomer = memberAfter(
    null,
    wishFor(grant.workspace),
    circumstances(context, grant, grant.workspace, origin),
  );
  const added = await addInOneStatement(context, grant.workspace, newcomer, origin);
  if (added !== undefined) return { member: added, changed: true };
  return context.database.transaction(async (tx) => {
    const workspace = await currentWorkspace(tx, grant);
    const around = circumstances(context, grant, workspace, origin);
    const wish = wishFor(workspace);
    const next = memberAfter(null, wish, around);
    const accountId = await accounts.findOrCreate(tx, addressOf(next.userName, next.profile));
    const namesakes = await lockNamesakes(tx, workspaceId, next.userName, accountId);
    const [former, another] = namesakes;
    if (another !== undefined || (former !== undefined && former.membershipId !== null))
      throw alreadyAMember(next.userName);
    if (former === undefined)
      return { member: await insert(context, tx, workspace, next, accountId, origin), changed: true };
    return apply(context, tx, {
      workspace,
      row: former,
      next: memberAfter(stateOf(former), { ...wish, userName: next.userName }, around),
      origin,
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
  origin: Circumstances['origin'],
  wishFor: (workspace: Workspace, member: MemberRow) => MemberWish,
): Promise<MemberChange> {
  const grant = await authorize(context, 'member.write', target.workspaceId);
  return context.database.transaction(async (tx) => {
    const row = await lockTarget(tx, target);
    const workspace = await currentWorkspace(tx, grant);
    const wish = wishFor(workspace, row);
    const next = memberAfter(stateOf(row), wish, circumstances(context, grant, workspace, origin));
    return apply(context, tx, { workspace, row, next, origin, action: actionOf(row, next) });
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
  const grant = await authorize(context, 'member.write', target.workspaceId);
  const { workspaceId } = target;
  return context.database.transaction(async (tx) => {
    const row = await lockTarget(tx, target);
    if (row.role === 'OWNER') {
      if (!mayChangeOwners(context, grant)) throw ownerProtected();
      await keepAnOwner(tx, workspaceId, row.id);
    }
    await seats.exchange(tx, workspaceId, row.seatType, null);
    if (row.membershipId !== null) await endMembership(context, tx, workspaceId, row);
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
  const grant = await authorize(context, 'owner.write', target.workspaceId);
  return context.database.transaction(async (tx) => {
    const row = await lockTarget(tx, target);
    const workspace = await currentWorkspace(tx, grant);
    const next = { ...stateOf(row), access: become(workspace, row) };
    return apply(context, tx, { workspace, row, next, origin: 'WORKSPACE', action });
  });
}

function circumstances(
  context: ServiceContext,
  grant: Grant,
  workspace: Workspace,
  origin: Circumstances['origin'],
): Circumstances {
  return { workspace, origin, mayChangeOwners: mayChangeOwners(context, grant) };
}

/** @throws DomainError NOT_FOUND, STALE_VERSION */
async function lockTarget(
  sql: Sql,
  { workspaceId, memberId, expectedVersion }: MemberTarget,
): Promise<MemberRow> {
  const row = await lockMember(sql, workspaceId, memberId);
  if (row === undefined) throw memberNotFound();
  if (expectedVersion != null && expectedVersion !== row.version) {
    throw new DomainError(
      'STALE_VERSION',
      `The member has changed meanwhile: it has version ${row.version}, not ${expectedVersion}.`,
      { attribute: 'expectedVersion', hint: 'Read the member again and repeat the change.' },
    );
  }
  return row;
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
  origin: Circumstances['origin'],
): Promise<MemberRow> {
  const id = newId();
  await refusingNamesakes(next.userName, () =>
    sql.rows(
      `insert into member
         (id, workspace_id, account_id, user_name, external_id, profile, managed_by, version, created_at, updated_at)
       values ($1, $2, $3, $4, $5, $6, $7, 1, now(), now())`,
      [id, workspace.id, accountId, next.userName, next.externalId, JSON.stringify(next.profile), origin],
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
