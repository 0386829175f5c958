import { isDeepStrictEqual } from 'node:util';
import { type Sql, violatedConstraint } from '../../database/database.js';
import type { Access, Origin } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { type MemberState, sameMember } from '../../domain/member-state.js';
import { emailAddresses } from '../../domain/profile.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import type { Workspace } from '../../model/workspace.js';
import { type AuditFact, changesBetween, record } from '../audit/record.js';
import { originOf } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import * as accounts from '../rows/accounts.js';
import { accessOf, findMember, type MemberRow, stateOf } from '../rows/members.js';
import { rememberRemoval } from '../rows/removals.js';
import * as seats from '../seats.js';
import { groupsLeft, leaveGroups } from './leave-groups.js';

/** What a command did: the member as it is now, and whether anything changed. */
export interface MemberChange {
  readonly member: MemberRow;
  readonly changed: boolean;
}

/** A member that is about to become something, in a transaction that holds its lock. */
export interface Transition {
  readonly workspace: Workspace;
  readonly row: MemberRow;
  readonly next: MemberState;
  /** Who has then set the access by name; null when it follows from groups or the default (rule 30). */
  readonly accessSetBy: Origin | null;
  /** What the audit log calls it. */
  readonly action: AuditAction;
}

/**
 * Writes what a member becomes: record, stays, seats, sessions and the audit entry, or nothing at all when it
 * is that already (rule 21).
 * @throws DomainError ALREADY_A_MEMBER (rule 19), SEAT_UNAVAILABLE (rule 8), LAST_OWNER (rule 13)
 */
export async function apply(
  context: ServiceContext,
  sql: Sql,
  transition: Transition,
): Promise<MemberChange> {
  const { workspace, row } = transition;
  const written = await write(context, sql, transition);
  if (written === null) return { member: row, changed: false };
  const member = await findMember(sql, workspace.id, row.id);
  return { member: member ?? { ...row, ...written }, changed: true };
}

/**
 * The same for who reads the member later.
 * @returns null when nothing was different
 */
export async function write(
  context: ServiceContext,
  sql: Sql,
  transition: Transition,
): Promise<Pick<MemberRow, 'updatedAt' | 'version'> | null> {
  const { workspace, row, next, accessSetBy } = transition;
  if (isUnchanged(transition)) return null;
  const before = stateOf(row);
  const removed = before.access !== null && next.access === null;
  // Rule 29: "Removing or deleting a member takes the person out of its groups."
  if (removed) await leaveGroups(sql, row);
  if (before.access?.role === 'OWNER' && next.access?.role !== 'OWNER')
    await keepAnOwner(sql, workspace.id, row.id);
  const accountId = isSameAddress(transition)
    ? row.accountId
    : await accounts.findOrCreate(sql, addressOf(next.userName, next.profile));
  await moveAccess(sql, workspace, row, next.access, accessSetBy);

  if (removed || accountId !== row.accountId) {
    await endSessions(sql, workspace.id, row.accountId);
    await rememberRemoval(sql, workspace.id, row.accountId);
  }
  // Whatever this request knows of the caller's standing may have been about this very member.
  context.grants.delete(workspace.id);
  const [{ updatedAt, version } = row] = await refusingNamesakes(next, () =>
    sql.rows<Pick<MemberRow, 'updatedAt' | 'version'>>(UPDATE_MEMBER, [
      row.id,
      workspace.id,
      accountId,
      next.userName,
      next.externalId,
      JSON.stringify(next.profile),
      managedByAfter(context, row, next),
      canonicalUserName(next.userName),
    ]),
  );
  await record(context, sql, auditFactOf(transition));
  return { version, updatedAt };
}

const UPDATE_MEMBER = `
  update member set account_id = $3, user_name = $4,
    canonical_user_name = case when user_name = $4 then canonical_user_name else $8 end, external_id = $5, profile = $6, managed_by = $7,
    version = version + 1, updated_at = greatest(clock_timestamp(), updated_at)
  where id = $1 and workspace_id = $2 returning version, updated_at as "updatedAt"`;

/** Whether the member is already what it is to become (rule 21). */
export function isUnchanged({ row, next, accessSetBy }: Transition): boolean {
  return sameMember(stateOf(row), next) && !isCleared(row, next, accessSetBy);
}

/** Whether nobody is any more who has set the access by name. */
function isCleared(row: MemberRow, next: MemberState, accessSetBy: Origin | null): boolean {
  return next.access !== null && row.accessSetBy !== null && accessSetBy === null;
}

/** What the audit log is to say of it. */
export function auditFactOf({ workspace, row, next, action, accessSetBy }: Transition): AuditFact {
  const before = stateOf(row);
  const isRemoved = before.access !== null && next.access === null;
  return {
    workspaceId: workspace.id,
    action,
    target: { type: 'member', id: row.id, label: next.userName },
    changes: {
      ...memberChanges(before, next),
      ...(isCleared(row, next, accessSetBy) ? { accessSetBy: { before: row.accessSetBy, after: null } } : {}),
      ...(isRemoved ? groupsLeft(row) : {}),
    },
  };
}

/** Whoever adds a member manages it; an identity provider that writes to one of the workspace's takes it over. */
export function managedByAfter(context: ServiceContext, row: MemberRow, next: MemberState): Origin {
  const origin = originOf(context);
  const added = row.membershipId === null && next.access !== null;
  return added || origin === 'IDENTITY_PROVIDER' ? origin : row.managedBy;
}

/** The differences that a person would name: `profile.title`, `role`, `creditLimit` … */
export function memberChanges(before: MemberState | null, after: MemberState | null): AuditChanges {
  return changesBetween(before === null ? {} : flat(before), after === null ? {} : flat(after));
}

function flat({ userName, externalId, profile, access }: MemberState): object {
  const attributes = Object.entries(profile).map(([name, value]) => [`profile.${name}`, value]);
  return {
    userName,
    externalId,
    active: access !== null,
    role: access?.role ?? null,
    seatType: access?.seatType ?? null,
    creditLimit: access?.creditLimit ?? null,
    ...Object.fromEntries(attributes),
  };
}

/** Whether the member stays with its account: a change of address re-points it, and never edits the account (rule 19). */
export function isSameAddress({ row, next }: Transition): boolean {
  const emails = emailAddresses(next.profile);
  // Also of a member whose address would be refused today: it must still be possible to deactivate it.
  if (next.userName === row.userName && isDeepStrictEqual(emails, emailAddresses(row.attributes)))
    return true;
  const before = addressBefore(stateOf(row));
  const after = addressOf(next.userName, next.profile);
  return before !== null && canonicalUserName(after) === canonicalUserName(before);
}

/** Null for a member whose record names no address (any more): its next one is a change. */
function addressBefore({ userName, profile }: MemberState): string | null {
  try {
    return addressOf(userName, profile);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

async function moveAccess(
  sql: Sql,
  workspace: Workspace,
  row: MemberRow,
  access: Access | null,
  accessSetBy: Origin | null,
): Promise<void> {
  const before = accessOf(row);
  await seats.exchange(sql, workspace.id, before?.seatType ?? null, access?.seatType ?? null);
  if (before === null && access !== null) await openMembership(sql, workspace, row.id, access, accessSetBy);
  else if (before !== null && access === null) await endMembership(sql, row);
  else if (access !== null) {
    await sql.rows(
      `update membership
       set role = $2, seat_type = $3, credit_limit = $4, credit_limit_set_by = $5, access_set_by = $6
       where id = $1`,
      [
        row.membershipId,
        access.role,
        access.seatType,
        access.creditLimit,
        access.creditLimitSetBy,
        accessSetBy,
      ],
    );
  }
}

/**
 * Opens a stay; the caller has taken the seat. Times are those of the clock: `now()` is when the transaction began,
 * which may be before the stay that another has ended while this one waited for the lock.
 */
export async function openMembership(
  sql: Sql,
  workspace: Workspace,
  memberId: string,
  access: Access,
  accessSetBy: Origin | null,
): Promise<void> {
  await sql.rows(
    `insert into membership
       (id, workspace_id, workspace_version, member_id, started_at, role, seat_type, credit_limit,
        credit_limit_set_by, access_set_by)
     values ($1, $2, $3, $4, clock_timestamp(), $5, $6, $7, $8, $9)`,
    [
      newId(),
      workspace.id,
      workspace.version,
      memberId,
      access.role,
      access.seatType,
      access.creditLimit,
      access.creditLimitSetBy,
      accessSetBy,
    ],
  );
}

async function endMembership(sql: Sql, { membershipId }: MemberRow): Promise<void> {
  await sql.rows('update membership set ended_at = greatest(clock_timestamp(), started_at) where id = $1', [
    membershipId,
  ]);
}

/** Ends the person's sessions for this workspace (rule 16): of who is removed, and of whose member it was before. */
export async function endSessions(sql: Sql, workspaceId: string, accountId: string): Promise<void> {
  await sql.rows(
    `insert into session_end (session_id, workspace_id)
     select id, $2 from session where account_id = $1 and ended_at is null and expires_at > now()
     on conflict do nothing`,
    [accountId, workspaceId],
  );
}

/**
 * Counting owners means keeping others from unmaking them meanwhile: the workspace's row stands for all of them.
 * Whoever comes here has locked a member first, so everybody locks in the same order.
 * @throws DomainError LAST_OWNER (rule 13)
 */
export async function keepAnOwner(sql: Sql, workspaceId: string, memberId: string): Promise<void> {
  await lockOwners(sql, workspaceId);
  const others = await sql.rows(
    `select 1 from membership
     where workspace_id = $1 and role = 'OWNER' and ended_at is null and member_id <> $2 limit 1`,
    [workspaceId, memberId],
  );
  if (others.length === 0) throw lastOwner();
}

export function lastOwner(): DomainError {
  return new DomainError('LAST_OWNER', 'This is the last owner of the workspace.', {
    hint: 'Promote somebody else to owner first.',
  });
}

/** Keeps others from making owners fewer until the transaction ends. */
export async function lockOwners(sql: Sql, workspaceId: string): Promise<void> {
  await sql.rows('select 1 from workspace where id = $1 for no key update', [workspaceId]);
}

/** Runs a write whose unique constraints stand for rules 15 and 19. @throws DomainError ALREADY_A_MEMBER */
export async function refusingNamesakes<Result>(next: Person, write: () => Promise<Result>): Promise<Result> {
  try {
    return await write();
  } catch (error) {
    const constraint = violatedConstraint(error);
    if (constraint === 'member_user_name_unique') throw alreadyAMember(next, 'userName');
    if (constraint === 'member_account_unique') throw alreadyAMember(next, 'account');
    throw error;
  }
}

/** Who is added or changed, as far as it says whose account that is. */
type Person = Pick<MemberState, 'userName' | 'profile'>;

/**
 * The refusal of somebody who is a member already (rules 15, 19).
 * @param taken whether another member has the userName, or is of the account of the address
 */
export function alreadyAMember({ userName, profile }: Person, taken: 'userName' | 'account'): DomainError {
  const address = taken === 'account' ? addressOf(userName, profile) : userName;
  const attribute = address === userName ? 'userName' : 'emails';
  return new DomainError(
    'ALREADY_A_MEMBER',
    attribute === 'userName'
      ? `${userName} is already a member of this workspace.`
      : `The e-mail address ${address} is that of another member of this workspace.`,
    {
      attribute,
      hint: 'Update the existing member, or send another userName and e-mail address.',
    },
  );
}
