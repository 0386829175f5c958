import type { AssignableRole, SeatType, V1AssignableRole, WorkspaceVersion } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import type { MemberWish } from '../../domain/provisioning.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberRow } from '../rows/members.js';

/** The access that a client gives: exactly one of the two. */
export interface AccessWish {
  readonly seat?: { readonly seatType?: SeatType | null; readonly role: V1AssignableRole } | null;
  readonly role?: { readonly role: AssignableRole; readonly creditLimit?: number | null } | null;
}

/** What is wished for a member; it may depend on the workspace and on what the member is. */
export type WishForMember = (workspace: Workspace, member: MemberRow) => MemberWish;

/**
 * That an active member gets an access. On V2 an absent credit limit leaves the limit as it is. An owner on V1 gets or
 * loses a seat, and stays owner.
 * @returns a function that throws DomainError WRONG_WORKSPACE_VERSION; INVALID_INPUT for somebody who is not active
 */
export function toHaveAccess(access: AccessWish): WishForMember {
  return (workspace, member) => {
    requireActive(member);
    const { role, ...others } = accessWish(workspace, access);
    // MEMBER is what the schema puts where no role is given.
    const staysOwner = member.role === 'OWNER' && role === 'MEMBER';
    return { mode: 'PATCH', ...others, ...(role === undefined || staysOwner ? {} : { role }) };
  };
}

/**
 * That an active member's credits are capped; null clears the cap.
 * @returns a function that throws DomainError WRONG_WORKSPACE_VERSION; INVALID_INPUT for somebody who is not active
 */
export function toHaveCreditLimit(creditLimit: number | null): WishForMember {
  return (workspace, member) => {
    requireVersion(workspace, 'V2', 'creditLimit');
    requireActive(member);
    return { mode: 'PATCH', creditLimit };
  };
}

/** That the stay ends (rule 16). */
export const toBeRemoved: WishForMember = () => ({ mode: 'PATCH', active: false });

/** @throws DomainError as `authorize` does, where not everybody who may change members may give this access */
export async function authorizeAccess(
  context: ServiceContext,
  workspaceId: string,
  access: AccessWish | null,
): Promise<void> {
  if (access?.seat?.role === 'ADMIN') await authorize(context, 'member.appointV1Admin', workspaceId);
}

/** @throws DomainError WRONG_WORKSPACE_VERSION for the other version's kind of access */
export function accessWish(workspace: Workspace, { seat, role }: AccessWish): Partial<MemberWish> {
  if (seat != null) {
    requireVersion(workspace, 'V1', 'seatAccess');
    return { role: seat.role, seatType: seat.seatType ?? null };
  }
  if (role == null)
    throw new DomainError('INVALID_INPUT', 'Send either seatAccess or roleAccess.', { attribute: 'access' });
  requireVersion(workspace, 'V2', 'roleAccess');
  return { role: role.role, ...(role.creditLimit == null ? {} : { creditLimit: role.creditLimit }) };
}

/** @throws DomainError WRONG_WORKSPACE_VERSION */
export function requireVersion({ version }: Workspace, needed: WorkspaceVersion, attribute: string): void {
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
