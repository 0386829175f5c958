import type { AssignableRole, SeatType, V1AssignableRole, WorkspaceVersion } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import type { MemberChangeRequest } from '../../domain/provisioning.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberRow } from '../rows/members.js';
import type { RequestFor } from './transition.js';

/** The access that a client requests: exactly one of the two. */
export interface AccessRequest {
  readonly seat?: { readonly seatType?: SeatType | null; readonly role: V1AssignableRole } | null;
  readonly role?: { readonly role: AssignableRole; readonly creditLimit?: number | null } | null;
}

/**
 * Requests an access for an active member. On V2 an absent credit limit leaves the limit as it is. An owner on V1 gets
 * or loses a seat, and remains owner.
 * @returns a function that throws DomainError WRONG_WORKSPACE_VERSION; INVALID_INPUT for a member who is not active
 */
export function accessChange(access: AccessRequest): RequestFor {
  return (workspace, member) => {
    requireActive(member);
    const { role, ...others } = requestedAccess(workspace, access);
    // The schema's default for an absent role is MEMBER.
    const remainsOwner = member.role === 'OWNER' && role === 'MEMBER';
    return { mode: 'PATCH', ...others, ...(role === undefined || remainsOwner ? {} : { role }) };
  };
}

/**
 * Requests a limit of an active member's credits; null clears it.
 * @returns a function that throws DomainError WRONG_WORKSPACE_VERSION; INVALID_INPUT for a member who is not active
 */
export function creditLimitChange(creditLimit: number | null): RequestFor {
  return (workspace, member) => {
    requireWorkspaceVersion(workspace, 'V2', 'creditLimit');
    requireActive(member);
    return { mode: 'PATCH', creditLimit };
  };
}

/** Requests the end of the membership (rule 16). */
export const removal: RequestFor = () => ({ mode: 'PATCH', active: false });

/**
 * Authorizes the requested access, where not everybody who may change members may grant it.
 * @throws DomainError as `authorize` does
 */
export async function authorizeAccess(
  context: ServiceContext,
  workspaceId: string,
  access: AccessRequest | null,
): Promise<void> {
  if (access?.seat?.role === 'ADMIN') await authorize(context, 'member.appointV1Admin', workspaceId);
}

/** The requested access as part of a change request. @throws DomainError WRONG_WORKSPACE_VERSION, INVALID_INPUT */
export function requestedAccess(
  workspace: Workspace,
  { seat, role }: AccessRequest,
): Pick<MemberChangeRequest, 'role' | 'seatType' | 'creditLimit'> {
  if (seat != null) {
    requireWorkspaceVersion(workspace, 'V1', 'seatAccess');
    return { role: seat.role, seatType: seat.seatType ?? null };
  }
  if (role == null)
    throw new DomainError('INVALID_INPUT', 'Send either seatAccess or roleAccess.', { attribute: 'access' });
  requireWorkspaceVersion(workspace, 'V2', 'roleAccess');
  return { role: role.role, ...(role.creditLimit == null ? {} : { creditLimit: role.creditLimit }) };
}

/** @throws DomainError WRONG_WORKSPACE_VERSION for an attribute of the other version */
export function requireWorkspaceVersion(
  { version }: Workspace,
  needed: WorkspaceVersion,
  attribute: string,
): void {
  if (version === needed) return;
  const instead = version === 'V1' ? 'seatAccess' : 'roleAccess';
  throw new DomainError('WRONG_WORKSPACE_VERSION', `${attribute} does not exist on a ${version} workspace.`, {
    attribute,
    hint: `Send ${instead} instead.`,
  });
}

function requireActive({ membershipId }: MemberRow): void {
  if (membershipId === null) {
    throw new DomainError(
      'INVALID_INPUT',
      'The member is not active, and so has no access that could change.',
      {
        hint: 'Add the person again first.',
      },
    );
  }
}
