import {
  type Access,
  ASSIGNABLE_ROLES,
  type AssignableRole,
  creditLimitApplies,
  type Origin,
  SEAT_TYPES,
  type SeatType,
  type WorkspaceDefaults,
} from './access.js';
import type { MemberChangeRequest } from './provisioning.js';

/** What a group grants to its members: at most one of the two, the one of the workspace's version (rule 30). */
export interface GroupGrant {
  readonly grantedRole: AssignableRole | null;
  readonly grantedSeatType: SeatType | null;
}

/**
 * The workspace's defaults for a member whose access was not set explicitly: the strongest grant of the groups, else
 * the workspace's default (rule 30: "V2: admin > editor > viewer", "V1: elite_3 > elite_2 > elite > pro > builder >
 * starter").
 */
export function withGrants(workspace: WorkspaceDefaults, grants: readonly GroupGrant[]): WorkspaceDefaults {
  const role = ASSIGNABLE_ROLES.find((one) => grants.some(({ grantedRole }) => grantedRole === one));
  const seatType = SEAT_TYPES.findLast((one) =>
    grants.some(({ grantedSeatType }) => grantedSeatType === one),
  );
  return {
    version: workspace.version,
    defaultRole: role ?? workspace.defaultRole,
    defaultSeatType: seatType ?? workspace.defaultSeatType,
  };
}

/** An active member's access, and who set it: null when it follows groups or the default. */
export interface HeldAccess {
  readonly access: Access;
  readonly accessSetBy: Origin | null;
}

/**
 * The access of a member after the grants of the member's groups have changed (rule 30). Owners keep their access, and
 * so do members whose access was set explicitly. A credit limit remains if the role can have one (rule 6).
 */
export function grantedAccess(
  { access, accessSetBy }: HeldAccess,
  grants: readonly GroupGrant[],
  workspace: WorkspaceDefaults,
): Access {
  if (access.role === 'OWNER' || accessSetBy !== null) return access;
  const { defaultRole, defaultSeatType } = withGrants(workspace, grants);
  if (workspace.version === 'V1') return { ...access, seatType: defaultSeatType };
  const role = defaultRole ?? 'VIEWER';
  return creditLimitApplies(role)
    ? { ...access, role }
    : { ...access, role, creditLimit: null, creditLimitSetBy: null };
}

/**
 * Who set a member's access, after a change request. A request that repeats the present access sets nothing: providers
 * send back the values they have read (rule 21), which must not detach the member from the grants of its groups.
 * @param held the access before; null when the member is new or not active
 */
export function accessSetByAfter(
  held: HeldAccess | null,
  request: MemberChangeRequest,
  { workspace, origin }: { readonly workspace: WorkspaceDefaults; readonly origin: Origin },
): Origin | null {
  const isSeat = workspace.version === 'V1';
  const sent = isSeat ? request.seatType : request.role;
  if (held === null) return sent === undefined ? null : origin;
  const current = isSeat ? held.access.seatType : held.access.role;
  return sent === undefined || sent === current ? held.accessSetBy : origin;
}
