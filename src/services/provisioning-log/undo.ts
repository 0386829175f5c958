import { arrayOf, jsonb, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { type RowOf, statement } from '../../database/statement.js';
import { TABLES, typesOf } from '../../database/tables.js';
import { type Access, ORIGINS, type Origin, ROLES, SEAT_TYPES } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import { DomainError } from '../../domain/errors.js';
import { grantedAccess } from '../../domain/granted-access.js';
import type { MemberState } from '../../domain/member-state.js';
import { isJsonList, isJsonObject, type Json, type Profile } from '../../domain/profile.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, authorizeNow } from '../context/authorization.js';
import { dryRunContext } from '../context/dry-run.js';
import type { ServiceContext } from '../context/service-context.js';
import { joinInTransaction } from '../groups/commands.js';
import { hasGrant } from '../groups/write.js';
import { writeInTransaction } from '../members/write.js';
import { get as getBrake } from '../removal-brake/brake.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import { releaseExternalId } from '../rows/external-ids.js';
import { findMember, lockMembers, lockNamesakes, type MemberRow, stateOf } from '../rows/members.js';
import { wasRemovedSince } from '../rows/removals.js';

const DAY_MS = 24 * 3_600_000;
/** The most removals of one call: a dry run locks the people's accounts until its end. */
const MOST_AT_ONCE = 200;
/** Times of removals are rounded to milliseconds. */
const ROUNDING_MS = 10;

/** The removals that have engaged the brake. */
export interface BrakedRemovals {
  readonly workspaceId: string;
  /** `next` of the call before. */
  readonly after?: string | null;
  /** Return the results, and write nothing. */
  readonly dryRun?: boolean | null;
}

/** Conditions on the removals to undo; all of them must hold. */
export interface RemovalFilter extends BrakedRemovals {
  /** The earliest time of the removals; at the earliest a day ago, which is also the default. */
  readonly since?: Date | null;
  readonly memberIds?: readonly string[] | null;
}

/** The results of a call. */
export interface Undone {
  readonly results: readonly UndoneRemoval[];
  /** Continues with further removals, as `after`; null when there are none. */
  readonly next: string | null;
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

const REMOVAL = {
  memberId: uuid,
  at: timestamptz,
  action: text,
  label: text,
  changes: jsonb<AuditChanges>(),
  deletion: nullable(jsonb<AuditChanges>()),
  deletedAt: nullable(timestamptz),
};

type Removal = RowOf<typeof REMOVAL>;

/** The last removal of each member, with the later deletion of its record by a key. */
const REMOVALS = statement({
  name: 'removalsUndo.find',
  text: `
    select distinct on (r.member_id) r.member_id as "memberId", r.at, e.action, e.target_label as label, e.changes,
      d.changes as deletion, d.logged_at as "deletedAt"
    from scim_removal r join audit_entry e on e.id = r.audit_entry_id
    left join audit_entry d on d.target_id = r.member_id and d.workspace_id = r.workspace_id
      and d.action = 'member.delete' and d.actor_type = 'API_KEY' and e.action = 'member.remove'
    where r.workspace_id = $workspaceId and r.at >= $since
      and ($memberIds::uuid[] is null or r.member_id = any($memberIds::uuid[]))
      and ($after::uuid is null or r.member_id > $after)
    order by r.member_id, r.number desc limit ${MOST_AT_ONCE + 1}`,
  parameters: {
    workspaceId: uuid,
    since: timestamptz,
    memberIds: nullable(arrayOf(uuid)),
    after: nullable(uuid),
  },
  columns: REMOVAL,
});

/** The identity provider manages whomever it removes. */
const managedBy: Origin = 'IDENTITY_PROVIDER';

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
 * Restores members that the identity provider has removed, with the access, limit, seat and groups that they had (rule 64).
 * Each is restored and audited in its own transaction, so that a refusal does not affect the others.
 * @throws DomainError as `authorize` does
 */
export function undoRemovals(context: ServiceContext, filter: RemovalFilter): Promise<Undone> {
  const { since } = filter;
  const dayAgo = new Date(Date.now() - DAY_MS);
  return undo(context, { ...filter, since: since != null && since > dayAgo ? since : dayAgo });
}

/**
 * Undoes the removals that have engaged the brake. The brake stays engaged, because the provider keeps trying until it
 * is corrected.
 * @throws DomainError as `authorize` does; INVALID_INPUT when the brake is not engaged
 */
export async function undoBraked(context: ServiceContext, removals: BrakedRemovals): Promise<Undone> {
  const { workspaceId } = removals;
  await authorize(context, 'scim.manage', workspaceId);
  const { engagedAt, windowMinutes } = await getBrake({ ...context, reads: context.database }, workspaceId);
  if (engagedAt === null) {
    throw new DomainError('INVALID_INPUT', 'The brake is not engaged.', {
      hint: 'Undo removals of the last 24 hours with scimRemovalsUndo.',
    });
  }
  return undo(context, { ...removals, since: new Date(engagedAt.getTime() - windowMinutes * 60_000) });
}

type Selection = RemovalFilter & { readonly since: Date };

async function undo(context: ServiceContext, selection: Selection): Promise<Undone> {
  await authorize(context, 'scim.manage', selection.workspaceId);
  if (selection.dryRun !== true) return undoSelected(context, selection);
  return context.database.dryRun((database) => undoSelected(dryRunContext(context, database), selection));
}

async function undoSelected(
  context: ServiceContext,
  { workspaceId, since, memberIds, after }: Selection,
): Promise<Undone> {
  const found = await REMOVALS.rows(context.database, {
    workspaceId,
    since,
    memberIds: memberIds ?? null,
    after: after ?? null,
  });
  const removals = found.slice(0, MOST_AT_ONCE);
  const results: UndoneRemoval[] = [];
  for (const removal of removals) results.push(await undoOne(context, workspaceId, removal));
  return { results, next: found.length > MOST_AT_ONCE ? (removals.at(-1)?.memberId ?? null) : null };
}

async function undoOne(
  context: ServiceContext,
  workspaceId: string,
  removal: Removal,
): Promise<UndoneRemoval> {
  const { memberId: removedId, at: removedAt, label: userName } = removal;
  const facts = { removedId, removedAt, userName };
  try {
    const { member, changed, groupsLost } = await restoreWithGroups(context, workspaceId, removal);
    return { ...facts, member, outcome: changed ? 'RESTORED' : 'ALREADY_BACK', error: null, groupsLost };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ...facts, member: null, outcome: 'REFUSED', error, groupsLost: [] };
  }
}

/** A group of a member whose record was deleted. */
interface FormerGroup {
  readonly id: string;
  readonly name: string;
}

/** Thrown to roll back the restoration of a member that a group refuses. */
class RefusedByGroup extends Error {
  readonly group: FormerGroup;

  constructor(group: FormerGroup) {
    super(`the group ${group.id} refuses the member`);
    this.group = group;
  }
}

/** Restores a member and its groups in one transaction, without the groups that were deleted or refuse it. */
async function restoreWithGroups(
  context: ServiceContext,
  workspaceId: string,
  removal: Removal,
): Promise<Restored & { readonly groupsLost: readonly string[] }> {
  const former = groupsBefore(removal.deletion ?? removal.changes);
  const refused: FormerGroup[] = [];
  for (;;) {
    const groups = former.filter((group) => !refused.includes(group));
    try {
      return await context.database.transaction(async (tx) => {
        const restored = await restore(context, tx, workspaceId, removal);
        const { member, changed, workspace } = restored;
        const gone: FormerGroup[] = [];
        for (const group of changed ? groups : []) {
          const place = { groupId: group.id, memberId: member.id };
          const isJoined = await joinInTransaction(context, tx, workspace, place).catch((error) => {
            throw error instanceof DomainError ? new RefusedByGroup(group) : error;
          });
          if (!isJoined) gone.push(group);
        }
        return { ...restored, groupsLost: [...gone, ...refused].map(({ name }) => name) };
      });
    } catch (error) {
      if (!(error instanceof RefusedByGroup)) throw error;
      refused.push(error.group);
    }
  }
}

interface Restored {
  readonly workspace: Workspace;
  readonly member: MemberRow;
  readonly changed: boolean;
}

function restore(
  context: ServiceContext,
  tx: Transaction,
  workspaceId: string,
  removal: Removal,
): Promise<Restored> {
  const { action, deletion, label, changes } = removal;
  if (action === 'member.delete')
    return restoreDeleted(context, tx, workspaceId, removal, stateBefore(label, changes));
  if (deletion === null) return restoreInactive(context, tx, workspaceId, removal);
  // The removal has the access, and the deletion everything else.
  const state = stateBefore(label, { ...deletion, ...changes, ...IDENTITY_PROVIDERS });
  return restoreDeleted(context, tx, workspaceId, removal, state);
}

/** Who had set the access and the limit of a member whose record was deleted after the removal; a removal does not tell. */
const IDENTITY_PROVIDERS: AuditChanges = {
  accessSetBy: { before: 'IDENTITY_PROVIDER', after: null },
  creditLimitSetBy: { before: 'IDENTITY_PROVIDER', after: null },
};

/** @throws DomainError NOT_FOUND when the person was added again after the removal, and then removed by others */
async function requireLast(
  tx: Transaction,
  workspaceId: string,
  accountId: string,
  { label, at, deletedAt }: Removal,
): Promise<void> {
  const moment = new Date((deletedAt ?? at).getTime() + ROUNDING_MS);
  if (!(await wasRemovedSince(tx, workspaceId, accountId, moment))) return;
  throw new DomainError('NOT_FOUND', `${label} was added again after this removal, and removed once more.`, {
    hint: 'Add the person by hand, if that was not meant.',
  });
}

/** Restores a member whose record exists, with the values of its last membership. */
async function restoreInactive(
  context: ServiceContext,
  tx: Transaction,
  workspaceId: string,
  removal: Removal,
): Promise<Restored> {
  const { memberId } = removal;
  await lockMembers(tx, workspaceId, [memberId]);
  const { workspace } = await authorizeNow(context, tx, 'scim.manage', workspaceId);
  const row = await findMember(tx, workspaceId, memberId);
  if (row === undefined)
    throw new DomainError('NOT_FOUND', 'The record of the member was deleted meanwhile.');
  if (row.membershipId !== null) return { workspace, member: row, changed: false };
  await requireLast(tx, workspaceId, row.accountId, removal);
  const last = await LAST_MEMBERSHIP.row(tx, { memberId, workspaceId });
  if (last === undefined) throw new Error('a member that was removed has had no membership');
  const { accessSetBy, ...held } = last;
  // Rule 30: what nobody has set by name follows the groups, whose grants may have changed meanwhile.
  const access = row.groups.some(hasGrant)
    ? grantedAccess({ access: held, accessSetBy }, row.groups, workspace)
    : held;
  const next = { ...stateOf(row), access };
  const transition = { workspace, row, next, accessSetBy, managedBy, action: 'member.add' } as const;
  return { workspace, ...(await writeInTransaction(context, tx, transition)) };
}

/** Restores a member whose record was deleted, from the audit log. */
async function restoreDeleted(
  context: ServiceContext,
  tx: Transaction,
  workspaceId: string,
  removal: Removal,
  { accessSetBy, ...state }: StateBefore,
): Promise<Restored> {
  const accountId = await findOrCreateAccount(tx, addressOf(state.userName, state.profile));
  const namesakes = await lockNamesakes(tx, {
    workspaceId,
    userName: state.userName,
    accountId,
    externalId: null,
  });
  const { workspace } = await authorizeNow(context, tx, 'scim.manage', workspaceId);
  const back = namesakes.find(({ membershipId }) => membershipId !== null);
  if (back !== undefined) return { workspace, member: back, changed: false };
  await requireLast(tx, workspaceId, accountId, removal);
  const [former] = namesakes;
  if (former === undefined) await releaseExternalId(tx, { ...state, workspaceId, id: removal.memberId });
  const transition = { workspace, next: state, accessSetBy, managedBy, action: 'member.add' } as const;
  const restored = await writeInTransaction(
    context,
    tx,
    former === undefined ? { ...transition, row: null, accountId } : { ...transition, row: former },
  );
  return { workspace, ...restored };
}

interface StateBefore extends MemberState {
  readonly access: Access;
  readonly accessSetBy: Origin | null;
}

/** The state of a member before its record was deleted, from the audit log. */
function stateBefore(label: string, changes: AuditChanges): StateBefore {
  const before = new Map(Object.entries(changes).map(([name, change]) => [name, change.before as Json]));
  const text = (name: string) => {
    const value = before.get(name);
    return typeof value === 'string' ? value : null;
  };
  const origin = (name: string) => ORIGINS.find((known) => known === text(name)) ?? null;
  const role = ROLES.find((known) => known === text('role'));
  if (role === undefined) throw new DomainError('INVALID_INPUT', 'The role of the member is not known.');
  const limit = before.get('creditLimit');
  const creditLimit = typeof limit === 'number' ? limit : null;
  const access: Access = {
    role,
    seatType: SEAT_TYPES.find((known) => known === text('seatType')) ?? null,
    creditLimit,
    creditLimitSetBy: creditLimit === null ? null : origin('creditLimitSetBy'),
  };
  const profile: Profile = Object.fromEntries(
    [...before].flatMap(([name, value]) =>
      name.startsWith('profile.') && value !== null ? [[name.slice('profile.'.length), value] as const] : [],
    ),
  );
  return {
    userName: text('userName') ?? label,
    externalId: text('externalId'),
    profile,
    access,
    accessSetBy: origin('accessSetBy'),
  };
}

/** The groups that the deletion of a record took it out of, in the order in which they are locked. */
function groupsBefore(changes: AuditChanges): FormerGroup[] {
  const before = changes.groups?.before as Json | undefined;
  if (before === undefined || !isJsonList(before)) return [];
  const groups = before.flatMap((group) =>
    isJsonObject(group) && typeof group.id === 'string' && typeof group.displayName === 'string'
      ? [{ id: group.id, name: group.displayName }]
      : [],
  );
  return groups.sort((a, b) => (a.id < b.id ? -1 : 1));
}
