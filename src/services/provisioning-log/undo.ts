import { arrayOf, jsonb, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import { type Access, type Origin, ROLES, SEAT_TYPES } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { grantedAccess } from '../../domain/granted-access.js';
import { isJsonList, isJsonObject, type Json, type Profile } from '../../domain/profile.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import { authorize, authorizeNow } from '../context/authorization.js';
import { dryRunContext } from '../context/dry-run.js';
import type { ServiceContext } from '../context/service-context.js';
import { update as updateGroup } from '../groups/commands.js';
import { hasGrant } from '../groups/write.js';
import { writeInTransaction } from '../members/write.js';
import { get as getBrake } from '../removal-brake/brake.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import { releaseExternalId } from '../rows/external-ids.js';
import { findMember, lockMembers, lockNamesakes, type MemberRow, stateOf } from '../rows/members.js';

const DAY_MS = 24 * 3_600_000;

/** Conditions on the removals to undo; all of them must hold. */
export interface RemovalFilter {
  readonly workspaceId: string;
  /** The earliest time of the removals; at the earliest a day ago, which is also the default. */
  readonly since?: Date | null;
  readonly memberIds?: readonly string[] | null;
  /** Return the results, and write nothing. */
  readonly dryRun?: boolean | null;
}

export const UNDO_OUTCOMES = ['RESTORED', 'ALREADY_BACK', 'REFUSED'] as const;
export type UndoOutcome = (typeof UNDO_OUTCOMES)[number];

/** The result of undoing one removal (rule 64). */
export interface UndoneRemoval {
  /** The id of the removed member; a deleted one gets another id. */
  readonly removedId: string;
  readonly userName: string;
  readonly removedAt: Date;
  readonly outcome: UndoOutcome;
  /** The member afterwards; null when it was refused. */
  readonly member: MemberRow | null;
  readonly error: DomainError | null;
  /** The names of groups that the member cannot rejoin: they were deleted, or grant a seat that is taken. */
  readonly groupsLost: readonly string[];
}

const REMOVALS = statement({
  name: 'removalsUndo.find',
  text: `
    select distinct on (r.member_id) r.member_id as "memberId", r.at, e.action, e.target_label as label, e.changes
    from scim_removal r join audit_entry e on e.id = r.audit_entry_id
    where r.workspace_id = $workspaceId and r.at >= $since
      and ($memberIds::uuid[] is null or r.member_id = any($memberIds::uuid[]))
    order by r.member_id, r.number desc`,
  parameters: { workspaceId: uuid, since: timestamptz, memberIds: nullable(arrayOf(uuid)) },
  columns: {
    memberId: uuid,
    at: timestamptz,
    action: text,
    label: text,
    changes: jsonb<AuditChanges>(),
  },
});

interface Removal {
  readonly memberId: string;
  readonly at: Date;
  readonly action: string;
  readonly label: string;
  readonly changes: AuditChanges;
}

const LAST_MEMBERSHIP = statement({
  name: 'removalsUndo.lastMembership',
  text: `
    select role, seat_type as "seatType", credit_limit as "creditLimit", credit_limit_set_by as "creditLimitSetBy",
      access_set_by as "accessSetBy"
    from membership where member_id = $memberId and workspace_id = $workspaceId order by started_at desc, id desc limit 1`,
  parameters: { memberId: uuid, workspaceId: uuid },
  columns: typesOf(TABLES.membership, 'role', 'seatType', 'creditLimit', 'creditLimitSetBy', 'accessSetBy'),
});

/**
 * Restores the members that the identity provider has removed, with the access, limit, seat and groups that they had
 * (rule 64). Each is restored and audited in its own transaction, so that a refusal does not affect the others.
 * @throws DomainError as `authorize` does
 */
export async function undoRemovals(context: ServiceContext, filter: RemovalFilter): Promise<UndoneRemoval[]> {
  await authorize(context, 'scim.manage', filter.workspaceId);
  if (filter.dryRun !== true) return undoAll(context, filter);
  return context.database.dryRun((database) => undoAll(dryRunContext(context, database), filter));
}

/**
 * Undoes the removals that have engaged the brake. The brake stays engaged, because the provider keeps trying until it
 * is corrected.
 * @throws DomainError as `authorize` does; INVALID_INPUT when the brake is not engaged
 */
export async function undoBraked(
  context: ServiceContext,
  { workspaceId, dryRun }: Pick<RemovalFilter, 'workspaceId' | 'dryRun'>,
): Promise<UndoneRemoval[]> {
  await authorize(context, 'scim.manage', workspaceId);
  const { engagedAt, windowMinutes } = await getBrake({ ...context, reads: context.database }, workspaceId);
  if (engagedAt === null) {
    throw new DomainError('INVALID_INPUT', 'The brake is not engaged.', {
      hint: 'Undo removals of the last 24 hours with scimRemovalsUndo.',
    });
  }
  const since = new Date(engagedAt.getTime() - windowMinutes * 60_000);
  return undoRemovals(context, { workspaceId, since, dryRun: dryRun ?? false });
}

async function undoAll(
  context: ServiceContext,
  { workspaceId, since, memberIds }: RemovalFilter,
): Promise<UndoneRemoval[]> {
  const dayAgo = new Date(Date.now() - DAY_MS);
  const removals = await REMOVALS.rows(context.database, {
    workspaceId,
    since: since != null && since > dayAgo ? since : dayAgo,
    memberIds: memberIds ?? null,
  });
  const results: UndoneRemoval[] = [];
  for (const removal of removals) results.push(await undoOne(context, workspaceId, removal));
  const lost = await rejoinGroups(context, workspaceId, removals, results);
  return results.map((result) => ({ ...result, groupsLost: lost.get(result.removedId) ?? [] }));
}

async function undoOne(
  context: ServiceContext,
  workspaceId: string,
  removal: Removal,
): Promise<UndoneRemoval> {
  const { memberId: removedId, at: removedAt, label: userName } = removal;
  const facts = { removedId, removedAt, userName, groupsLost: [] };
  try {
    const { member, changed } = await context.database.transaction((tx) =>
      removal.action === 'member.delete'
        ? restoreDeleted(context, tx, workspaceId, removal)
        : restoreInactive(context, tx, workspaceId, removedId),
    );
    return { ...facts, member, outcome: changed ? 'RESTORED' : 'ALREADY_BACK', error: null };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ...facts, member: null, outcome: 'REFUSED', error };
  }
}

interface Restored {
  readonly member: MemberRow;
  readonly changed: boolean;
}

/** Restores a member whose record exists, with the values of its last membership. */
async function restoreInactive(
  context: ServiceContext,
  tx: Transaction,
  workspaceId: string,
  memberId: string,
): Promise<Restored> {
  await lockMembers(tx, workspaceId, [memberId]);
  const { workspace } = await authorizeNow(context, tx, 'scim.manage', workspaceId);
  const row = await findMember(tx, workspaceId, memberId);
  if (row === undefined)
    throw new DomainError('NOT_FOUND', 'The record of the member was deleted meanwhile.');
  if (row.membershipId !== null) return { member: row, changed: false };
  const last = await LAST_MEMBERSHIP.row(tx, { memberId, workspaceId });
  if (last === undefined) throw new Error('a member that was removed has had no membership');
  const { accessSetBy, ...held } = last;
  // Rule 30: what nobody has set by name follows the groups, whose grants may have changed meanwhile.
  const access = row.groups.some(hasGrant)
    ? grantedAccess({ access: held, accessSetBy }, row.groups, workspace)
    : held;
  const next = { ...stateOf(row), access };
  return writeInTransaction(context, tx, { workspace, row, next, accessSetBy, action: 'member.add' });
}

/** Restores a member whose record was deleted, from the audit log. */
async function restoreDeleted(
  context: ServiceContext,
  tx: Transaction,
  workspaceId: string,
  { memberId: removedId, label, changes }: Removal,
): Promise<Restored> {
  const state = stateBefore(label, changes);
  const accountId = await findOrCreateAccount(tx, addressOf(state.userName, state.profile));
  const namesakes = await lockNamesakes(tx, {
    workspaceId,
    userName: state.userName,
    accountId,
    externalId: null,
  });
  const { workspace } = await authorizeNow(context, tx, 'scim.manage', workspaceId);
  const back = namesakes.find(({ membershipId }) => membershipId !== null);
  if (back !== undefined) return { member: back, changed: false };
  const [former] = namesakes;
  if (former === undefined) await releaseExternalId(tx, { ...state, workspaceId, id: removedId });
  const accessSetBy: Origin = 'IDENTITY_PROVIDER';
  const transition = { workspace, next: state, accessSetBy, action: 'member.add' } as const;
  return writeInTransaction(
    context,
    tx,
    former === undefined ? { ...transition, row: null, accountId } : { ...transition, row: former },
  );
}

function stateBefore(label: string, changes: AuditChanges) {
  const before = new Map(Object.entries(changes).map(([name, change]) => [name, change.before as Json]));
  const text = (name: string) => {
    const value = before.get(name);
    return typeof value === 'string' ? value : null;
  };
  const role = ROLES.find((known) => known === text('role'));
  if (role === undefined) throw new DomainError('INVALID_INPUT', 'The role of the member is not known.');
  const limit = before.get('creditLimit');
  const creditLimit = typeof limit === 'number' ? limit : null;
  const access: Access = {
    role,
    seatType: SEAT_TYPES.find((known) => known === text('seatType')) ?? null,
    creditLimit,
    creditLimitSetBy: creditLimit === null ? null : 'IDENTITY_PROVIDER',
  };
  const profile: Profile = Object.fromEntries(
    [...before].flatMap(([name, value]) =>
      name.startsWith('profile.') && value !== null ? [[name.slice('profile.'.length), value] as const] : [],
    ),
  );
  return { userName: text('userName') ?? label, externalId: text('externalId'), profile, access };
}

/** Puts restored members back into their groups, group by group. @returns the names of groups that are lost, by removed member */
async function rejoinGroups(
  context: ServiceContext,
  workspaceId: string,
  removals: readonly Removal[],
  results: readonly UndoneRemoval[],
): Promise<Map<string, string[]>> {
  const groups = new Map<string, { readonly name: string; readonly members: Map<string, string> }>();
  for (const [index, { member, outcome, removedId }] of results.entries()) {
    if (member === null || outcome !== 'RESTORED') continue;
    for (const { id, name } of groupsBefore(removals[index]?.changes ?? {})) {
      const group = groups.get(id) ?? { name, members: new Map() };
      group.members.set(member.id, removedId);
      groups.set(id, group);
    }
  }
  const lost = new Map<string, string[]>();
  for (const [groupId, { name, members }] of groups) {
    try {
      await updateGroup(context, { workspaceId, groupId, addMemberIds: [...members.keys()] });
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      for (const removedId of members.values()) lost.set(removedId, [...(lost.get(removedId) ?? []), name]);
    }
  }
  return lost;
}

function groupsBefore(changes: AuditChanges): { readonly id: string; readonly name: string }[] {
  const before = changes.groups?.before as Json | undefined;
  if (before === undefined || !isJsonList(before)) return [];
  return before.flatMap((group) =>
    isJsonObject(group) && typeof group.id === 'string' && typeof group.displayName === 'string'
      ? [{ id: group.id, name: group.displayName }]
      : [],
  );
}
