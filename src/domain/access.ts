/** The access model of a workspace: seats (V1), or roles and credit limits (V2). */
export const WORKSPACE_VERSIONS = ['V1', 'V2'] as const;
export type WorkspaceVersion = (typeof WORKSPACE_VERSIONS)[number];

/** Every role, in any workspace version (spec "Workspace versions"). */
export const ROLES = ['OWNER', 'ADMIN', 'MEMBER', 'EDITOR', 'VIEWER', 'GUEST'] as const;
export type Role = (typeof ROLES)[number];

/** The roles that callers can assign on V2 (rule 3). */
export const ASSIGNABLE_ROLES = ['ADMIN', 'EDITOR', 'VIEWER'] as const;
export type AssignableRole = (typeof ASSIGNABLE_ROLES)[number];

/** The roles that callers can assign on V1; SCIM assigns no role (spec "Workspace versions"). */
export const V1_ASSIGNABLE_ROLES = ['ADMIN', 'MEMBER'] as const;
export type V1AssignableRole = (typeof V1_ASSIGNABLE_ROLES)[number];

/** The seat types of V1 workspaces (rule 8). */
export const SEAT_TYPES = ['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'] as const;
export type SeatType = (typeof SEAT_TYPES)[number];

/** Who set an attribute of a member: people in the workspace, or its identity provider (rule 6). */
export const ORIGINS = ['WORKSPACE', 'IDENTITY_PROVIDER'] as const;
export type Origin = (typeof ORIGINS)[number];

/** The largest credit limit: the largest 32-bit integer (rule 5). */
export const MAX_CREDIT_LIMIT = 2 ** 31 - 1;

/** What an active member may do. V1 uses `seatType`; V2 uses `creditLimit` (credits a month) and its origin. */
export interface Access {
  readonly role: Role;
  readonly seatType: SeatType | null;
  readonly creditLimit: number | null;
  readonly creditLimitSetBy: Origin | null;
}

/** The access of a member who is not active. */
export const NO_ACCESS: { readonly [Name in keyof Access]: null } = {
  role: null,
  seatType: null,
  creditLimit: null,
  creditLimitSetBy: null,
};

/** The names of the fields of Access. The model's `Membership` stores each under the same name. */
export const ACCESS_NAMES = Object.keys(NO_ACCESS) as (keyof Access)[];

const VISIBLE_NAMES = ACCESS_NAMES.filter((name) => name !== 'creditLimitSetBy');

/** The fields of an access that clients see: who set the limit is not among them. */
export function visibleAccess(access: Access | null): {
  readonly [Name in keyof Access]?: Access[Name] | null;
} {
  const { creditLimitSetBy: _, ...visible } = access ?? NO_ACCESS;
  return visible;
}

/** The access that a new member gets when the request sends no role or seat (rules 4, 5, 10). */
export interface WorkspaceDefaults {
  readonly version: WorkspaceVersion;
  readonly defaultRole: AssignableRole | null;
  readonly defaultSeatType: SeatType | null;
}

/** Whether a role can have a credit limit (rule 6). */
export function creditLimitApplies(role: Role): boolean {
  return role === 'ADMIN' || role === 'EDITOR';
}

/** Whether two accesses are equal, apart from who set the limit (rule 21). */
export function sameAccess(a: Access | null, b: Access | null): boolean {
  if (a === null || b === null) return a === b;
  return VISIBLE_NAMES.every((name) => a[name] === b[name]);
}
