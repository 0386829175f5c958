import { type Access, NO_ACCESS } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import { grantedAccess } from '../../domain/granted-access.js';
import { memberAfter, ownerProtected } from '../../domain/member-state.js';
import { type JsonObject, mergedProfile } from '../../domain/profile.js';
import {
  EMPTY_PERSON,
  type MemberInput,
  PERSON_NAMES,
  type Person,
  type ProvisioningRequest,
  parseChangeRequest,
} from '../../domain/provisioning.js';
import type { Workspace } from '../../model/workspace.js';
import { mayChangeOwners, originOf } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { accessOf, heldAccess, type MemberRow, stateOf } from '../rows/members.js';
import { changeMember, createMember, type MemberTarget, withLockedMember } from './change.js';
import {
  type AccessRequest,
  accessChange,
  authorizeAccess,
  creditLimitChange,
  removal,
  requestedAccess,
} from './requested-access.js';
import { type MemberChange, unchanged } from './transition.js';
import { writeInTransaction } from './write.js';

/** The attributes of a person that a GraphQL client can send. */
type PersonArguments = { readonly [Name in keyof Person]?: Person[Name] | null };

export interface NewMember extends PersonArguments {
  readonly workspaceId: string;
  readonly userName: string;
  readonly access?: AccessRequest | null;
}

export interface MemberUpdate extends MemberTarget, Omit<PersonArguments, 'profile'> {
  /** The attributes to change; null clears one, and all others keep their values. */
  readonly profile?: JsonObject | null;
}

/** A change of a member's access. */
export interface AccessUpdate extends MemberTarget {
  readonly access: AccessRequest;
}

/**
 * The one command behind SCIM: creates, replaces or patches a member (spec graphql, "The one command behind SCIM").
 * @throws DomainError as `createMember`, `changeMember` and `parseChangeRequest` do; INVALID_INPUT for a memberId with
 *   CREATE, or none otherwise
 */
export async function provisionMember(
  context: ServiceContext,
  request: ProvisioningRequest,
): Promise<MemberChange> {
  const { workspaceId, memberId, mode, expectedVersion } = request;
  if (mode === 'CREATE') {
    if (memberId != null)
      throw new DomainError('INVALID_INPUT', 'A new member has no memberId.', { attribute: 'memberId' });
    return createMember(context, workspaceId, ({ version }) => parseChangeRequest(version, mode, request));
  }
  if (memberId == null)
    throw new DomainError('INVALID_INPUT', 'memberId is required.', { attribute: 'memberId' });
  const target = { workspaceId, memberId, ...(expectedVersion == null ? {} : { expectedVersion }) };
  return changeMember(context, target, ({ version }) => parseChangeRequest(version, mode, request));
}

/**
 * Adds a member by e-mail address (rules 14, 15). A former member keeps what is absent or null.
 * @throws DomainError as `createMember` does
 */
export async function addMember(context: ServiceContext, input: NewMember): Promise<MemberChange> {
  const { workspaceId, access = null } = input;
  await authorizeAccess(context, workspaceId, access);
  return createMember(context, workspaceId, (workspace) => ({
    ...parseChangeRequest(
      workspace.version,
      'CREATE',
      personInput(input, () => false),
    ),
    ...(access === null ? {} : requestedAccess(workspace, access)),
  }));
}

/**
 * Changes attributes of the person. Absent attributes keep their values; null clears attributes that may be empty, and
 * counts as absent for the others.
 * @throws DomainError as `changeMember` does
 */
export function updateMember(context: ServiceContext, input: MemberUpdate): Promise<MemberChange> {
  const { profile, ...others } = input;
  const person = personInput(others, isClearable);
  return changeMember(context, input, ({ version }, member) =>
    parseChangeRequest(version, 'PATCH', {
      ...person,
      ...(profile == null ? {} : { profile: mergedProfile(member.attributes, profile) }),
    }),
  );
}

function personInput(input: PersonArguments, mayBeNull: (name: keyof Person) => boolean): MemberInput {
  const sent = PERSON_NAMES.filter((name) => input[name] != null || mayBeNull(name));
  return Object.fromEntries(sent.map((name) => [name, input[name]]));
}

function isClearable(name: keyof Person): boolean {
  return Object.entries(EMPTY_PERSON).some(([clearable, empty]) => clearable === name && empty === null);
}

/**
 * Sets an active member's access. On V2 an absent credit limit leaves the limit as it is. An owner on V1 gets or loses a
 * seat, and remains owner: only `demoteOwner` changes that.
 * @throws DomainError as `changeMember` does; INVALID_INPUT for a member who is not active
 */
export async function setAccess(
  context: ServiceContext,
  { access, ...target }: AccessUpdate,
): Promise<MemberChange> {
  await authorizeAccess(context, target.workspaceId, access);
  return changeMember(context, target, accessChange(access));
}

/**
 * Makes the access follow the member's groups, or else the workspace's default, instead of being set explicitly (rule
 * 30). Changes nothing for an owner, or for an access that was not set explicitly.
 * @throws DomainError as `changeMember` does; SEAT_UNAVAILABLE
 */
export async function clearAccess(context: ServiceContext, target: MemberTarget): Promise<MemberChange> {
  return withLockedMember(context, 'member.write', target, (tx, row, { workspace }) => {
    const held = heldAccess(row);
    if (held === null || held.access.role === 'OWNER' || held.accessSetBy === null)
      return Promise.resolve(unchanged(row));
    const access = grantedAccess({ ...held, accessSetBy: null }, row.groups, workspace);
    const next = { ...stateOf(row), access };
    return writeInTransaction(context, tx, {
      workspace,
      row,
      next,
      accessSetBy: null,
      action: 'member.update',
    });
  });
}

/**
 * Limits a member's credits a month; null clears the limit.
 * @throws DomainError as `changeMember` does; WRONG_WORKSPACE_VERSION on V1; INVALID_INPUT for a member who is not
 *   active; CREDIT_LIMIT_NOT_ALLOWED
 */
export function setCreditLimit(
  context: ServiceContext,
  { creditLimit, ...target }: MemberTarget & { readonly creditLimit: number | null },
): Promise<MemberChange> {
  return changeMember(context, target, creditLimitChange(creditLimit));
}

/**
 * Ends the open membership; the record remains, inactive (rule 16). Changes nothing for a member who is not active.
 * @throws DomainError as `changeMember` does; OWNER_PROTECTED; LAST_OWNER
 */
export function removeMember(context: ServiceContext, target: MemberTarget): Promise<MemberChange> {
  return changeMember(context, target, removal);
}

/**
 * Deletes the member's record; its id is never found again (rule 17).
 * @throws DomainError as `authorize` does; NOT_FOUND; STALE_VERSION; OWNER_PROTECTED; LAST_OWNER
 */
export async function deleteMember(
  context: ServiceContext,
  target: MemberTarget,
): Promise<{ memberId: string }> {
  return withLockedMember(context, 'member.write', target, async (tx, row, grant) => {
    if (row.role === 'OWNER' && !mayChangeOwners(context, grant)) throw ownerProtected();
    const { workspace } = grant;
    const deletion = { workspace, row, next: null, accessSetBy: null, action: 'member.delete' } as const;
    const { member } = await writeInTransaction(context, tx, deletion);
    return { memberId: member.id };
  });
}

/**
 * Makes an active member an owner (rule 13). Owners have no credit limit; a seat remains.
 * @throws DomainError as `changeOwner` does; INVALID_INPUT for a member who is not active
 */
export function promoteOwner(context: ServiceContext, target: MemberTarget): Promise<MemberChange> {
  return changeOwner(context, target, 'owner.promote', (_, member): Access => {
    const access = accessOf(member);
    if (access === null) {
      throw new DomainError('INVALID_INPUT', 'Only an active member can become an owner.', {
        hint: 'Add the person again first.',
      });
    }
    return { ...NO_ACCESS, role: 'OWNER', seatType: access.seatType };
  });
}

/**
 * Demotes an owner to an access that the caller names (rule 13).
 * @throws DomainError as `changeOwner` does; INVALID_INPUT for a member who is not an owner; LAST_OWNER;
 *   WRONG_WORKSPACE_VERSION, CREDIT_LIMIT_NOT_ALLOWED, SEAT_UNAVAILABLE for the access
 */
export function demoteOwner(
  context: ServiceContext,
  { access, ...target }: AccessUpdate,
): Promise<MemberChange> {
  return changeOwner(context, target, 'owner.demote', (workspace, member) => {
    if (member.role !== 'OWNER') throw new DomainError('INVALID_INPUT', 'The member is not an owner.');
    const request = {
      mode: 'CREATE',
      userName: member.userName,
      ...requestedAccess(workspace, access),
    } as const;
    return memberAfter(null, request, { workspace, origin: 'WORKSPACE', mayChangeOwners: true }).access;
  });
}

/**
 * Promotes or demotes an owner.
 * @param accessFor the access afterwards
 * @throws DomainError as `authorize` and `accessFor` do; NOT_FOUND; STALE_VERSION; SEAT_UNAVAILABLE; LAST_OWNER
 */
function changeOwner(
  context: ServiceContext,
  target: MemberTarget,
  action: 'owner.promote' | 'owner.demote',
  accessFor: (workspace: Workspace, member: MemberRow) => Access | null,
): Promise<MemberChange> {
  return withLockedMember(context, 'owner.write', target, (tx, row, { workspace }) => {
    const next = { ...stateOf(row), access: accessFor(workspace, row) };
    // The caller names the access explicitly, so grants of groups do not change it.
    return writeInTransaction(context, tx, { workspace, row, next, accessSetBy: originOf(context), action });
  });
}
