import { jsonb, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
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
import { authorizeNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { joinInTransaction } from '../groups/commands.js';
import { hasGrant } from '../groups/write.js';
import { writeInTransaction } from '../members/write.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import { releaseExternalId } from '../rows/external-ids.js';
import { findMember, lockMembers, lockNamesakes, type MemberRow, stateOf } from '../rows/members.js';
import { wasRemovedSince } from '../rows/removals.js';

/** Times of removals are rounded to milliseconds. */
const ROUNDING_MS = 10;

/** The columns of a removal by the identity provider. */
export const REMOVAL = {
  memberId: uuid,
  at: timestamptz,
  /** `member.remove` or `member.delete`. */
  action: text,
  label: text,
  changes: jsonb<AuditChanges>(),
  /** The changes of the later deletion of the record by a key. */
  deletion: nullable(jsonb<AuditChanges>()),
  deletedAt: nullable(timestamptz),
};

export type Removal = RowOf<typeof REMOVAL>;

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

/**
 * Restores a removed member, with its groups, in one transaction (rule 64).
 * @returns the member, whether it was not back already, and the names of the groups that were deleted or refuse it
 * @throws DomainError as `authorize` does; NOT_FOUND, SEAT_UNAVAILABLE, ALREADY_A_MEMBER
 */
export async function restoreMember(
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
  const state = stateBefore(label, { ...deletion, ...changes, ...SET_BY_PROVIDER });
  return restoreDeleted(context, tx, workspaceId, removal, state);
}

/** Who had set the access and the limit of a member whose record was deleted after the removal; a removal does not tell. */
const SET_BY_PROVIDER: AuditChanges = {
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
