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
import { withoutBlanks } from './canonical.js';
import { DomainError } from './errors.js';
import { emailAddresses, isJsonObject, type Profile } from './profile.js';
import type { MemberWish } from './provisioning.js';
import { requireOwnDirection, requireVisible } from './text.js';

/** What can be seen, and changed, of a member. `access` is null for who is not active. */
export interface MemberState {
  readonly userName: string;
  readonly externalId: string | null;
  readonly profile: Profile;
  readonly access: Access | null;
}

/** What a wish is judged against, beside the member. */
export interface Circumstances {
  readonly workspace: WorkspaceDefaults;
  /** Whose wish it is. */
  readonly origin: Origin;
  /** Whether the actor may change owners: owners in person and operators (rule 12). */
  readonly mayChangeOwners: boolean;
}

/**
 * What a member becomes by a wish. Pure: whether a seat is free and an address is unused is for the database to say.
 * @param state the member as it is; null for somebody new
 * @throws DomainError ROLE_NOT_ASSIGNABLE (rule 3), CREDIT_LIMIT_NOT_ALLOWED (rule 6), OWNER_PROTECTED (rule 12),
 *   INVALID_INPUT for somebody new without userName or e-mail (rule 14)
 */
export function memberAfter(
  state: MemberState | null,
  wish: MemberWish,
  circumstances: Circumstances,
): MemberState {
  const person = personAfter(state, wish);
  const current = state?.access ?? null;
  if (state !== null && current?.role === 'OWNER') {
    return ownerAfter(state, { ...person, access: current }, wish, circumstances);
  }
  // Judged even when the member is or becomes inactive: a wrong value is refused, a right one not stored (rule 21a).
  const access =
    circumstances.workspace.version === 'V1'
      ? seatAccessAfter(current, wish, circumstances)
      : roleAccessAfter(current, wish, circumstances);
  const active = wish.active ?? (wish.mode === 'CREATE' || current !== null);
  return { ...person, access: active ? access : null };
}

/** Whether both say the same (rule 21). Who set a limit is no difference by itself. */
export function sameMember(a: MemberState, b: MemberState): boolean {
  return (
    a.userName === b.userName &&
    a.externalId === b.externalId &&
    sameAccess(a.access, b.access) &&
    isDeepStrictEqual(a.profile, b.profile)
  );
}

function personAfter(state: MemberState | null, wish: MemberWish): Omit<MemberState, 'access'> {
  const profile = wish.profile ?? state?.profile ?? {};
  const [email] = emailAddresses(profile);
  const userName =
    wish.userName ?? state?.userName ?? (email === undefined ? undefined : withoutBlanks(email));
  if (userName === undefined || userName === '') {
    throw new DomainError('INVALID_INPUT', 'Neither userName nor an e-mail address was sent.', {
      attribute: 'userName',
      hint: 'Map userName to the e-mail address.',
    });
  }
  requireVisibleNames({ userName, profile }, state);
  return {
    userName,
    externalId: wish.externalId === undefined ? (state?.externalId ?? null) : wish.externalId,
    profile,
  };
}

/**
 * Judges the names and addresses that are new (rule 15a). What the member has had so far passes: a provider that sends
 * it back unchanged must still be able to deactivate the member.
 * @throws DomainError INVALID_INPUT, naming the character
 */
function requireVisibleNames(
  { userName, profile }: Pick<MemberState, 'userName' | 'profile'>,
  before: MemberState | null,
): void {
  if (userName !== before?.userName) requireVisible('userName', userName);
  if (profile === before?.profile) return;
  const known = new Set(before === null ? [] : emailAddresses(before.profile));
  for (const email of emailAddresses(profile)) if (!known.has(email)) requireVisible('emails', email);
  const shown = new Map(before === null ? [] : namesShown(before.profile));
  for (const [name, text] of namesShown(profile))
    if (text !== shown.get(name)) requireOwnDirection(name, text);
}

/** What lists show of a person, by its path. */
function namesShown({ displayName, name }: Profile): [path: string, text: string][] {
  const parts = isJsonObject(name) ? Object.entries(name) : [];
  const all = [
    ['displayName', displayName] as const,
    ...parts.map(([part, text]) => [`name.${part}`, text] as const),
  ];
  return all.flatMap(([path, text]) => (typeof text === 'string' ? [[path, text]] : []));
}

/** An owner's access changes only by promotion and demotion; the rest only at the hands of who may (rules 12, 13). */
function ownerAfter(
  state: MemberState,
  next: MemberState,
  wish: MemberWish,
  { mayChangeOwners }: Circumstances,
): MemberState {
  const { access } = next;
  const roleAsked =
    (wish.role !== undefined && wish.role !== access?.role) ||
    (wish.creditLimit !== undefined && wish.creditLimit !== access?.creditLimit);
  // Rule 10: on V1 anybody may have a seat, an owner as well.
  const seated = access && {
    ...access,
    seatType: wish.seatType === undefined ? access.seatType : wish.seatType,
  };
  const asked = { ...next, access: wish.active === false ? null : seated };
  if (roleAsked || (!sameMember(state, asked) && !mayChangeOwners)) throw ownerProtected();
  return asked;
}

export function ownerProtected(): DomainError {
  return new DomainError('OWNER_PROTECTED', 'Workspace owners cannot be changed or removed here.', {
    hint: 'Owners are promoted, demoted and removed from the Rollcall dashboard, by an owner.',
  });
}

function seatAccessAfter(current: Access | null, wish: MemberWish, { workspace }: Circumstances): Access {
  const kept = current === null ? workspace.defaultSeatType : current.seatType;
  return {
    role: wish.role ?? current?.role ?? 'MEMBER',
    seatType: wish.seatType === undefined ? kept : wish.seatType,
    creditLimit: null,
    creditLimitSetBy: null,
  };
}

function roleAccessAfter(current: Access | null, wish: MemberWish, circumstances: Circumstances): Access {
  const role =
    wish.role === undefined
      ? (current?.role ?? circumstances.workspace.defaultRole ?? 'VIEWER')
      : assignable(wish.role, current);
  return { role, seatType: null, ...limitAfter(role, current, wish, circumstances.origin) };
}

/** A role that the member already holds is no assignment: an echo of it is fine (rules 3, 21). */
function assignable(role: Role, current: Access | null): Role {
  if (role === current?.role || ASSIGNABLE_ROLES.some((known) => known === role)) return role;
  throw new DomainError('ROLE_NOT_ASSIGNABLE', `The role ${role.toLowerCase()} cannot be assigned.`, {
    attribute: 'role',
    hint:
      'Use admin, editor or viewer. If your identity provider has groups mapped to owner, member or guest, ' +
      'update the mapping.',
  });
}

type Limit = Pick<Access, 'creditLimit' | 'creditLimitSetBy'>;

const NO_LIMIT: Limit = { creditLimit: null, creditLimitSetBy: null };

function limitAfter(role: Role, current: Access | null, wish: MemberWish, origin: Origin): Limit {
  if (wish.creditLimit === null) return NO_LIMIT;
  if (wish.creditLimit === undefined)
    return current !== null && creditLimitApplies(role) ? limitOf(current) : NO_LIMIT;
  if (!creditLimitApplies(role)) {
    if (isEchoOfDashboardLimit(role, current, wish)) return NO_LIMIT;
    throw creditLimitNotAllowed(role, current, wish.creditLimit);
  }
  // Sending a limit back does not make it the sender's own (rule 21).
  if (wish.creditLimit === current?.creditLimit) return limitOf(current);
  return { creditLimit: wish.creditLimit, creditLimitSetBy: origin };
}

function limitOf({ creditLimit, creditLimitSetBy }: Access): Limit {
  return { creditLimit, creditLimitSetBy };
}

/**
 * Okta's PUT is what it read, merged with what is mapped: a limit set in the dashboard comes back with a change to
 * viewer although nobody asked for it (rule 6, the one exception).
 */
function isEchoOfDashboardLimit(role: Role, current: Access | null, wish: MemberWish): boolean {
  return (
    wish.mode === 'REPLACE' &&
    role === 'VIEWER' &&
    current?.role !== 'VIEWER' &&
    current?.creditLimitSetBy === 'WORKSPACE' &&
    current.creditLimit === wish.creditLimit
  );
}

function creditLimitNotAllowed(role: Role, current: Access | null, limit: number): DomainError {
  const sentBefore = current?.creditLimitSetBy === 'IDENTITY_PROVIDER' && current.creditLimit === limit;
  return new DomainError(
    'CREDIT_LIMIT_NOT_ALLOWED',
    `creditLimit can only be set on admin or editor roles, and this member's role would be ${role.toLowerCase()}.`,
    {
      attribute: 'creditLimit',
      hint: sentBefore
        ? 'Take the creditLimit value out in your identity provider, or clear the limit in the Rollcall dashboard.'
        : 'Either change the role to editor or admin, or remove the creditLimit value.',
    },
  );
}
