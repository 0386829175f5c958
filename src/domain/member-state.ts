import { isDeepStrictEqual } from 'node:util';
import {
  type Access,
  ASSIGNABLE_ROLES,
  creditLimitApplies,
  type Origin,
  type Role,
  sameAccess,
  type WorkspaceDefaults,
} from './access.js';
import { emailsShown } from './address.js';
import { withoutBlanks } from './canonical.js';
import { DomainError } from './errors.js';
import { emailAddresses, isJsonObject, type Json, requireShortTexts } from './profile.js';
import {
  EMPTY_PERSON,
  type MemberChangeRequest,
  PERSON_NAMES,
  type Person,
  personIn,
} from './provisioning.js';
import { requireOwnDirection, requireVisible } from './text.js';

/** The attributes of a member that the rules read. `access` is null when the member is not active. */
export interface MemberState extends Person {
  readonly access: Access | null;
}

/** The facts that the rules need for a change request, besides the member. */
export interface RuleContext {
  readonly workspace: WorkspaceDefaults;
  /** Who requests the change. */
  readonly origin: Origin;
  /** Whether the caller may change owners: only owners in person and operators may (rule 12). */
  readonly mayChangeOwners: boolean;
}

/**
 * The member after a change request. Pure: the database decides whether a seat is free and an address is unused.
 * @param state the member before; null for a new member
 * @throws DomainError ROLE_NOT_ASSIGNABLE (rule 3), CREDIT_LIMIT_NOT_ALLOWED (rule 6), OWNER_PROTECTED (rule 12),
 *   INVALID_INPUT for a new member without userName or e-mail (rule 14)
 */
export function memberAfter(
  state: MemberState | null,
  request: MemberChangeRequest,
  facts: RuleContext,
): MemberState {
  const isProvider = facts.origin === 'IDENTITY_PROVIDER';
  const echo = state !== null && isProvider ? withoutEmailsShown(state, request) : undefined;
  if (state !== null && echo !== undefined) {
    const next = stateAfter(state, echo, facts);
    if (sameMember(state, next)) return next;
  }
  return stateAfter(state, request, facts);
}

/**
 * The request of a provider that sends back the e-mails that SCIM shows of a member who has none (`emailsShown`): alone they
 * change nothing, and are stored with any other change.
 */
function withoutEmailsShown(
  state: MemberState,
  { profile, ...others }: MemberChangeRequest,
): MemberChangeRequest | undefined {
  if (profile?.emails === undefined || state.profile.emails !== undefined) return undefined;
  if (!isDeepStrictEqual(profile.emails, emailsShown(state.userName))) return undefined;
  const { emails: _, ...rest } = profile;
  return { ...others, profile: rest };
}

function stateAfter(
  state: MemberState | null,
  request: MemberChangeRequest,
  facts: RuleContext,
): MemberState {
  const person = personAfter(state, request);
  const current = state?.access ?? null;
  if (state !== null && current?.role === 'OWNER') {
    return ownerAfter(state, { ...person, access: current }, request, facts);
  }
  // Access is checked even for an inactive member: an invalid value is refused, a valid one is not stored (rule 21a).
  const access =
    facts.workspace.version === 'V1'
      ? seatAccessAfter(current, request, facts)
      : roleAccessAfter(current, request, facts);
  const active = request.active ?? (request.mode === 'CREATE' || current !== null);
  return { ...person, access: active ? access : null };
}

/** Whether two states are equal, apart from who set the limit (rule 21). */
export function sameMember(a: MemberState, b: MemberState): boolean {
  return (
    PERSON_NAMES.every((name) => a[name] === b[name] || isDeepStrictEqual(a[name], b[name])) &&
    sameAccess(a.access, b.access)
  );
}

function personAfter(state: MemberState | null, request: MemberChangeRequest): Person {
  const person = { ...EMPTY_PERSON, ...(state && personIn(state)), ...personIn(request) };
  const userName = person.userName ?? withoutBlanks(emailAddresses(person.profile)[0] ?? '');
  if (userName === '') {
    throw new DomainError('INVALID_INPUT', 'userName is required and cannot be empty.', {
      attribute: 'userName',
      providerMessage: 'Neither userName nor an e-mail address was sent.',
      providerHint: 'Map userName to the e-mail address.',
    });
  }
  requireAllowedTexts({ ...person, userName }, state);
  return { ...person, userName };
}

/**
 * Refuses new texts that are too long, and new names and addresses with characters that cannot be seen (rule 15a). Values
 * that the member already has are accepted, because a provider that sends them back must still be able to deactivate the
 * member.
 * @throws DomainError INVALID_INPUT that names the attribute, and the character or the length
 */
export function requireAllowedTexts({ userName, profile }: Person, before: Person | null): void {
  if (userName !== before?.userName) requireVisible('userName', userName);
  if (profile === before?.profile) return;
  requireShortTexts(profile, before?.profile ?? {});
  const knownEmails = before === null ? [] : emailAddresses(before.profile);
  for (const email of emailAddresses(profile))
    if (!knownEmails.includes(email)) requireVisible('emails', email);
  requireNewNameDirected('displayName', profile.displayName, before?.profile.displayName);
  if (!isJsonObject(profile.name)) return;
  const namesBefore = before?.profile.name;
  for (const [part, text] of Object.entries(profile.name)) {
    const isKnown =
      isJsonObject(namesBefore) && Object.hasOwn(namesBefore, part) && namesBefore[part] === text;
    if (!isKnown) requireNewNameDirected(`name.${part}`, text, undefined);
  }
}

/** Names that lists of members show must not reorder the text around them, unless the member has them already. */
function requireNewNameDirected(path: string, text: Json | undefined, before: Json | undefined): void {
  if (typeof text === 'string' && text !== before) requireOwnDirection(path, text);
}

/**
 * An owner's access changes only by promotion and demotion, and only certain actors change an owner at all (rules 12,
 * 13).
 */
function ownerAfter(
  state: MemberState,
  next: MemberState,
  request: MemberChangeRequest,
  { mayChangeOwners }: RuleContext,
): MemberState {
  const { access } = next;
  const changesRole =
    (request.role !== undefined && request.role !== access?.role) ||
    (request.creditLimit !== undefined && request.creditLimit !== access?.creditLimit);
  // Rule 10: on V1 every member may have a seat, including an owner.
  const withSeat = access && {
    ...access,
    seatType: request.seatType === undefined ? access.seatType : request.seatType,
  };
  const requested = { ...next, access: request.active === false ? null : withSeat };
  if (changesRole || (!sameMember(state, requested) && !mayChangeOwners)) throw ownerProtected();
  return requested;
}

export function ownerProtected(): DomainError {
  return new DomainError('OWNER_PROTECTED', 'Workspace owners cannot be changed or removed here.', {
    hint: 'Use ownerPromote and ownerDemote, as an owner in person.',
    providerHint: 'Owners are promoted, demoted and removed from the Rollcall dashboard, by an owner.',
  });
}

function seatAccessAfter(
  current: Access | null,
  request: MemberChangeRequest,
  { workspace }: RuleContext,
): Access {
  const kept = current === null ? workspace.defaultSeatType : current.seatType;
  return {
    role: request.role ?? current?.role ?? 'MEMBER',
    seatType: request.seatType === undefined ? kept : request.seatType,
    creditLimit: null,
    creditLimitSetBy: null,
  };
}

function roleAccessAfter(current: Access | null, request: MemberChangeRequest, facts: RuleContext): Access {
  const role =
    request.role === undefined
      ? (current?.role ?? facts.workspace.defaultRole ?? 'VIEWER')
      : assignable(request.role, current);
  return { role, seatType: null, ...limitAfter(role, current, request, facts.origin) };
}

/**
 * Returns the role if it can be assigned. Sending back the role that the member already has is allowed (rules 3, 21).
 */
function assignable(role: Role, current: Access | null): Role {
  if (role === current?.role || ASSIGNABLE_ROLES.some((known) => known === role)) return role;
  throw new DomainError('ROLE_NOT_ASSIGNABLE', `The role ${role.toLowerCase()} cannot be assigned.`, {
    attribute: 'role',
    hint: 'Use admin, editor or viewer.',
    providerHint:
      'Use admin, editor or viewer. If your identity provider has groups mapped to owner, member or guest, ' +
      'update the mapping.',
  });
}

type Limit = Pick<Access, 'creditLimit' | 'creditLimitSetBy'>;

const NO_LIMIT: Limit = { creditLimit: null, creditLimitSetBy: null };

function limitAfter(role: Role, current: Access | null, request: MemberChangeRequest, origin: Origin): Limit {
  if (request.creditLimit === null) return NO_LIMIT;
  if (request.creditLimit === undefined)
    return current !== null && creditLimitApplies(role) ? limitOf(current) : NO_LIMIT;
  if (!creditLimitApplies(role)) {
    if (isEchoOfDashboardLimit(role, current, request)) return NO_LIMIT;
    throw creditLimitNotAllowed(role, current, request.creditLimit);
  }
  // Sending back the present limit does not change who set it (rule 21).
  if (request.creditLimit === current?.creditLimit) return limitOf(current);
  return { creditLimit: request.creditLimit, creditLimitSetBy: origin };
}

function limitOf({ creditLimit, creditLimitSetBy }: Access): Limit {
  return { creditLimit, creditLimitSetBy };
}

/**
 * Okta's PUT merges the values it has read with the mapped ones: a limit set in the dashboard comes back together with
 * a change to viewer, although nobody requested the limit (rule 6, the one exception).
 */
function isEchoOfDashboardLimit(role: Role, current: Access | null, request: MemberChangeRequest): boolean {
  return (
    request.mode === 'REPLACE' &&
    role === 'VIEWER' &&
    current?.role !== 'VIEWER' &&
    current?.creditLimitSetBy === 'WORKSPACE' &&
    current.creditLimit === request.creditLimit
  );
}

function creditLimitNotAllowed(role: Role, current: Access | null, limit: number): DomainError {
  const sentBefore = current?.creditLimitSetBy === 'IDENTITY_PROVIDER' && current.creditLimit === limit;
  return new DomainError(
    'CREDIT_LIMIT_NOT_ALLOWED',
    `creditLimit can only be set on admin or editor roles, and this member's role would be ${role.toLowerCase()}.`,
    {
      attribute: 'creditLimit',
      hint: 'Either change the role to editor or admin, or remove the creditLimit value.',
      ...(sentBefore
        ? {
            providerHint:
              'Take the creditLimit value out in your identity provider, or clear the limit in the Rollcall dashboard.',
          }
        : {}),
    },
  );
}
