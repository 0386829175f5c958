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
import type { MemberWish } from './provisioning.js';

/** What a group gives to whoever is in it: at most one of the two, and only the version's own (rule 30). */
export interface GroupGrant {
  readonly grantedRole: AssignableRole | null;
  readonly grantedSeatType: SeatType | null;
}

/**
 * What somebody gets who is given no access by name: the strongest grant of the groups, else the workspace's default
 * (rule 30: "V2: admin > editor > viewer", "V1: elite_3 > elite_2 > elite > pro > builder > starter").
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

/** What an active member may do, and who said so by name: null when it follows from groups or the default. */
export interface HeldAccess {
  readonly access: Access;
  readonly accessSetBy: Origin | null;
}

/**
 * What a member may do after the grants of the groups that it is in have changed (rule 30). Owners stay what they
 * are, and so does everybody whose access somebody has set by name. A limit stays where the role allows one (rule 6).
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
 * Who has set a member's access by name once a wish is fulfilled. Whoever names the access that the member has
 * already sets nothing: providers send back what they have read (rule 21), which must not cut the member off from
 * its groups.
 * @param held what the member had; null for somebody new or not active, whose stay begins with what is sent
 */
export function accessSetByAfter(
  held: HeldAccess | null,
  wish: MemberWish,
  { workspace, origin }: { readonly workspace: WorkspaceDefaults; readonly origin: Origin },
): Origin | null {
  const isSeat = workspace.version === 'V1';
  const sent = isSeat ? wish.seatType : wish.role;
  if (held === null) return sent === undefined ? null : origin;
  const had = isSeat ? held.access.seatType : held.access.role;
  return sent === undefined || sent === had ? held.accessSetBy : origin;
}
