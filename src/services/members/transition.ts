import { isDeepStrictEqual } from 'node:util';
import { type Origin, visibleAccess } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { accessSetByAfter, type GroupGrant, withGrants } from '../../domain/granted-access.js';
import { newId } from '../../domain/ids.js';
import { type MemberState, memberAfter, type RuleContext, sameMember } from '../../domain/member-state.js';
import { emailAddresses } from '../../domain/profile.js';
import type { MemberChangeRequest, Person } from '../../domain/provisioning.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import type { Workspace } from '../../model/workspace.js';
import { type AuditFact, changesBetween } from '../audit/record.js';
import { mayChangeOwners, originOf } from '../context/authorization.js';
import type { Grant } from '../context/grant.js';
import type { ServiceContext } from '../context/service-context.js';
import {
  columnsOfPerson,
  completeMember,
  heldAccess,
  type MemberRow,
  NO_MEMBERSHIP,
  NO_VALUES,
  type StoredMember,
  stateOf,
} from '../rows/members.js';
import { groupsLeft } from './leave-groups.js';

/** The result of a command: the member as it is now, and whether anything changed. */
export interface MemberChange {
  readonly member: MemberRow;
  readonly changed: boolean;
  /** Whether an active member got this userName: it was added, reactivated or renamed. */
  readonly tookUserName: boolean;
}

/** The result of a command that changed nothing. */
export function unchanged(member: MemberRow): MemberChange {
  return { member, changed: false, tookUserName: false };
}

/** The result of a command that changed a member. @param before the member before; null for a new one */
export function changed(member: MemberRow, before: MemberRow | null): MemberChange {
  const wasActiveAs = before?.membershipId == null ? null : before.userName;
  return {
    member,
    changed: true,
    tookUserName: member.membershipId !== null && member.userName !== wasActiveAs,
  };
}

/** A member before and after a change that the rules allow. */
export interface Transition {
  readonly workspace: Workspace;
  /** The member before; null for a new one. */
  readonly row: MemberRow | null;
  /** The member afterwards; null when its record is deleted. */
  readonly next: MemberState | null;
  /** Who set the access explicitly; null when it follows groups or the default (rule 30). */
  readonly accessSetBy: Origin | null;
  /** The action in the audit log. */
  readonly action: AuditAction;
  /** The account of a new member, where the caller has found and locked it. */
  readonly accountId?: string;
  /** Who manages the member afterwards, where that does not follow from the caller. */
  readonly managedBy?: Origin;
}

/** Builds a change request once the workspace and the member are known. */
export type RequestFor = (workspace: Workspace, member: MemberRow) => MemberChangeRequest;

/**
 * Applies the rules to a change request. Writes nothing.
 * @param row the member: either locked, or written by a statement that checks its version
 * @throws DomainError as `requestFor` and `memberAfter` do
 */
export function transitionOf(
  context: ServiceContext,
  grant: Grant,
  row: MemberRow,
  requestFor: RequestFor,
): Transition {
  const { workspace } = grant;
  const facts = ruleContext(context, grant, row.groups);
  const request = requestFor(workspace, row);
  const next = memberAfter(stateOf(row), request, facts);
  const accessSetBy = accessSetByAfter(heldAccess(row), request, facts);
  return { workspace, row, next, accessSetBy, action: actionOf(row, next) };
}

/**
 * Applies the rules to the request for a new member. Writes nothing.
 * @throws DomainError as `memberAfter` does
 */
export function additionOf(context: ServiceContext, grant: Grant, request: MemberChangeRequest) {
  const facts = ruleContext(context, grant);
  const next = memberAfter(null, request, facts);
  const accessSetBy = next.access && accessSetByAfter(null, request, facts);
  return { workspace: grant.workspace, row: null, next, accessSetBy, action: 'member.add' } as const;
}

/** @param groups the member's groups, whose grants replace the workspace's default (rule 30) */
export function ruleContext(
  context: ServiceContext,
  grant: Grant,
  groups: readonly GroupGrant[] = [],
): RuleContext {
  const workspace = groups.length === 0 ? grant.workspace : withGrants(grant.workspace, groups);
  return { workspace, origin: originOf(context), mayChangeOwners: mayChangeOwners(context, grant) };
}

/** What the audit log calls a change of an existing member. */
export function actionOf(row: MemberRow, next: MemberState): AuditAction {
  if (row.membershipId === null && next.access !== null) return 'member.add';
  if (row.membershipId !== null && next.access === null) return 'member.remove';
  return 'member.update';
}

/** Whether nothing would change (rule 21). */
export function isUnchanged(transition: Transition): boolean {
  const { row, next } = transition;
  if (row === null || next === null) return false;
  return sameMember(stateOf(row), next) && !clearsAccessSetBy(transition);
}

/** Whether an access that was set explicitly follows groups or the default afterwards. */
function clearsAccessSetBy({ row, next, accessSetBy }: Transition): boolean {
  const isActive = next !== null && next.access !== null;
  return isActive && row !== null && row.accessSetBy !== null && accessSetBy === null;
}

/** Whether the person leaves the workspace: an active member is removed, or a record is deleted. */
export function isDeparture({ row, next }: Transition): boolean {
  return row !== null && (next === null || (row.membershipId !== null && next.access === null));
}

/**
 * Whether the member keeps its account. A change of address moves it to the account of the new address, and never edits
 * an account (rule 19).
 */
export function keepsAccount({ row, next }: Transition): boolean {
  if (row === null || next === null) return false;
  const emails = emailAddresses(next.profile);
  // This also holds for a member whose address would be refused today, so that it can still be deactivated.
  if (next.userName === row.userName && isDeepStrictEqual(emails, emailAddresses(row.attributes)))
    return true;
  const before = addressBefore(stateOf(row));
  const after = addressOf(next.userName, next.profile);
  return before !== null && canonicalUserName(after) === canonicalUserName(before);
}

/** Null for a member whose record contains no address. */
function addressBefore({ userName, profile }: MemberState): string | null {
  try {
    return addressOf(userName, profile);
  } catch (error) {
    if (error instanceof DomainError) return null;
    throw error;
  }
}

/** The row after a transition. The database sets its version and times, and the account of a new address. */
export function rowAfter(
  context: ServiceContext,
  { workspace, row, next, accessSetBy, accountId = '', managedBy }: Transition,
): MemberRow {
  if (next === null) return requireRow(row);
  const { access, ...person } = next;
  const before = row ?? newRow(workspace, person, accountId);
  const membership =
    access === null
      ? NO_MEMBERSHIP
      : {
          ...access,
          accessSetBy,
          membershipId: before.membershipId ?? newId(),
          workspaceVersion: workspace.version,
        };
  return completeMember({
    ...before,
    ...columnsOfPerson(person),
    managedBy: managedBy ?? managedByAfter(context, row, next),
    ...membership,
  });
}

function newRow({ id: workspaceId }: Workspace, person: Person, accountId: string): StoredMember {
  const now = new Date();
  return {
    ...NO_VALUES,
    ...columnsOfPerson(person),
    id: newId(),
    workspaceId,
    accountId,
    managedBy: 'WORKSPACE',
    version: 1,
    createdAt: now,
    updatedAt: now,
    isLastOwner: false,
    groups: [],
  };
}

/**
 * Returns the row.
 * @throws Error when it is null
 */
export function requireRow(row: MemberRow | null): MemberRow {
  if (row === null) throw new Error('a transition has neither a member before nor one afterwards');
  return row;
}

/** An identity provider manages whomever it changes; other clients manage whomever they add. */
function managedByAfter(context: ServiceContext, row: MemberRow | null, next: MemberState): Origin {
  const origin = originOf(context);
  const isAdded = row === null || (row.membershipId === null && next.access !== null);
  return isAdded || origin === 'IDENTITY_PROVIDER' ? origin : row.managedBy;
}

/**
 * The fact for the audit log.
 * @param after the row after the transition
 */
export function auditFactOf(transition: Transition, { id, userName }: MemberRow): AuditFact {
  const { workspace, row, next, action } = transition;
  return {
    workspaceId: workspace.id,
    action,
    target: { type: 'member', id, label: userName },
    changes: {
      ...memberChanges(row && stateOf(row), next),
      ...(clearsAccessSetBy(transition) ? { accessSetBy: { before: row?.accessSetBy, after: null } } : {}),
      ...(row !== null && next === null ? { ...originsLost(row), ...groupsLeft(row) } : {}),
    },
  };
}

/** Who had set the access and the limit of a deleted member, which its record no longer tells when it is restored. */
function originsLost({ accessSetBy, creditLimitSetBy }: MemberRow): AuditChanges {
  return changesBetween({ accessSetBy, creditLimitSetBy }, {});
}

/**
 * The differences between two states, named as clients know the attributes: `profile.title`, `role`, `creditLimit` …
 */
export function memberChanges(before: MemberState | null, after: MemberState | null): AuditChanges {
  const changes = changesBetween(besideProfile(before), besideProfile(after));
  // Most changes of access leave the profile as it is.
  if (before?.profile === after?.profile) return changes;
  const all = { ...changes };
  const attributes = changesBetween(before?.profile ?? {}, after?.profile ?? {});
  for (const [name, change] of Object.entries(attributes)) all[`profile.${name}`] = change;
  return all;
}

function besideProfile(state: MemberState | null): object {
  if (state === null) return {};
  const { profile: _, access, ...person } = state;
  return { ...person, active: access !== null, ...visibleAccess(access) };
}
