/** Which attributes a workspace speaks: seats (V1), or roles and credit limits (V2). */
export const WORKSPACE_VERSIONS = ['V1', 'V2'] as const;
export type WorkspaceVersion = (typeof WORKSPACE_VERSIONS)[number];

/** Every role that can be held, in any version (spec "Workspace versions"). */
export const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'EDITOR', 'VIEWER', 'GUEST'] as const;
export type Role = (typeof ROLES)[number];

/** The roles that can be given to somebody on V2 (rule 3). */
export const ASSIGNABLE_ROLES = ['ADMIN', 'EDITOR', 'VIEWER'] as const;
export type AssignableRole = (typeof ASSIGNABLE_ROLES)[number];

/** The roles that can be given to somebody on V1; SCIM gives neither (spec "Workspace versions"). */
export const V1_ASSIGNABLE_ROLES = ['ADMIN', 'MEMBER'] as const;
export type V1AssignableRole = (typeof V1_ASSIGNABLE_ROLES)[number];

/** The seats that V1 workspaces buy (rule 8). */
export const SEAT_TYPES = ['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'] as const;
export type SeatType = (typeof SEAT_TYPES)[number];

/** Who decides on something of a member: people in the workspace, or its identity provider (rule 6). */
export const ORIGINS = ['WORKSPACE', 'IDENTITY_PROVIDER'] as const;
export type Origin = (typeof ORIGINS)[number];

/** The largest credit limit: what a 32-bit column holds (rule 5). */
export const MAX_CREDIT_LIMIT = 2 ** 31 - 1;

/** What an active member may do. `seatType` is V1's; `creditLimit` (credits a month) and its origin are V2's. */
export interface Access {
  readonly role: Role;
  readonly seatType: SeatType | null;
  readonly creditLimit: number | null;
  readonly creditLimitSetBy: Origin | null;
}

/** What a workspace gives to somebody who is added without a role or a seat (rules 4, 5, 10). */
export interface WorkspaceDefaults {
  readonly version: WorkspaceVersion;
  readonly defaultRole: AssignableRole | null;
  readonly defaultSeatType: SeatType | null;
}

/** Whether a credit limit means anything for the role (rule 6). */
export function creditLimitApplies(role: Role): boolean {
  return role === 'ADMIN' || role === 'EDITOR';
}

export function sameAccess(a: Access | null, b: Access | null): boolean {
  if (a === null || b === null) return a === b;
  return a.role === b.role && a.seatType === b.seatType && a.creditLimit === b.creditLimit;
}
