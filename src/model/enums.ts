import { registerEnumType } from 'type-graphql';
import {
  ASSIGNABLE_ROLES,
  ORIGINS,
  ROLES,
  SEAT_TYPES,
  V1_ASSIGNABLE_ROLES,
  WORKSPACE_VERSIONS,
} from '../domain/access.js';
import { CREDIT_LIMIT_SOURCES } from '../domain/credits.js';
import { CREDIT_BLOCKS } from '../domain/errors.js';

/** Registers one of the domain's closed lists as a GraphQL enum with the same values. */
export function enumOf<Value extends string>(
  values: readonly Value[],
  name: string,
  description: string,
  meanings: Readonly<Record<Value, string>>,
): Readonly<Record<Value, Value>> {
  const members = Object.fromEntries(values.map((value) => [value, value])) as Record<Value, Value>;
  const valuesConfig = Object.fromEntries(
    values.map((value) => [value, { description: meanings[value] }]),
  ) as Record<Value, { description: string }>;
  registerEnumType(members, { name, description, valuesConfig });
  return members;
}

export const AccessModelEnum = enumOf(
  WORKSPACE_VERSIONS,
  'AccessModel',
  'The access models of workspaces. A workspace keeps the one with which it was created.',
  {
    V1: 'The workspace buys seats by type, and each seat belongs to one member.',
    V2: 'Members share a monthly pool of credits and have a role and, optionally, a credit limit.',
  },
);

export const PLANS = ['FREE', 'TEAM', 'ENTERPRISE'] as const;
export type Plan = (typeof PLANS)[number];
export const PlanEnum = enumOf(PLANS, 'Plan', 'The plans that a customer can buy.', {
  FREE: 'The plan without a contract.',
  TEAM: 'The plan for a team.',
  ENTERPRISE: 'The plan for an enterprise, the only one with SCIM.',
});

export const RoleEnum = enumOf(ROLES, 'Role', 'The roles that a member can have in a workspace.', {
  OWNER:
    'May do everything that an admin may do, and promotes and demotes owners. SCIM never changes an owner.',
  ADMIN: 'Manages members and settings, in V2 workspaces billing too.',
  MEMBER: 'V1 only: may do what the seat allows.',
  EDITOR: 'V2 only: builds, edits and runs apps, and uses credits of the pool.',
  VIEWER: 'V2 only: may read everything, and uses no credits.',
  GUEST: 'V2 only: comes from outside. The role cannot be assigned.',
});

export const AssignableRoleEnum = enumOf(
  ASSIGNABLE_ROLES,
  'AssignableRole',
  'The roles that can be assigned to a member of a V2 workspace.',
  {
    ADMIN: 'Manages members, billing and settings.',
    EDITOR: 'Builds, edits and runs apps, and uses credits of the pool.',
    VIEWER: 'May read everything, and uses no credits.',
  },
);

export const SeatHolderRoleEnum = enumOf(
  V1_ASSIGNABLE_ROLES,
  'SeatHolderRole',
  'The roles that can be assigned to a member of a V1 workspace.',
  { ADMIN: 'Manages members and settings.', MEMBER: 'May do what the seat allows.' },
);

export const SeatTypeEnum = enumOf(
  SEAT_TYPES,
  'SeatType',
  'The types of seats that a V1 workspace can buy.',
  {
    STARTER: 'A seat of the type starter.',
    BUILDER: 'A seat of the type builder.',
    PRO: 'A seat of the type pro.',
    ELITE: 'A seat of the type elite.',
    ELITE_2: 'A seat of the type elite, second tier.',
    ELITE_3: 'A seat of the type elite, third tier.',
  },
);

export const ManagedByEnum = enumOf(
  ORIGINS,
  'ManagedBy',
  'The two sides that can manage a member or its access.',
  {
    WORKSPACE: 'The people and programs of the workspace.',
    IDENTITY_PROVIDER: 'The identity provider, by an API key with the scope SCIM.',
  },
);

export const API_KEY_SCOPES = [
  'SCIM',
  'MEMBERS_READ',
  'MEMBERS_WRITE',
  'CREDITS_READ',
  'CREDITS_CONSUME',
  'AUDIT_READ',
] as const;
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];
export const ApiKeyScopeEnum = enumOf(
  API_KEY_SCOPES,
  'ApiKeyScope',
  'The permissions that an API key can have.',
  {
    SCIM: 'Read and provision members and groups, through SCIM or GraphQL, while SCIM is switched on.',
    MEMBERS_READ: 'Read members, groups and seats.',
    MEMBERS_WRITE: 'Read, add, invite, change and remove members and groups.',
    CREDITS_READ: 'Read the credit pool and what each member has used of it.',
    CREDITS_CONSUME:
      'Use credits for any member, read the totals of the credit pool, and learn the usage of a member with each use. What others have used cannot be read with it.',
    AUDIT_READ: 'Read the audit log of the workspace.',
  },
);

export const ACTOR_TYPES = ['PERSON', 'API_KEY', 'OPERATOR', 'SYSTEM'] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];
export const ActorTypeEnum = enumOf(ACTOR_TYPES, 'ActorType', 'The kinds of actors that make changes.', {
  PERSON: 'A person who has signed in.',
  API_KEY: 'An API key of the workspace: a program, or the identity provider.',
  OPERATOR: 'The staff that operates the platform.',
  SYSTEM: 'The platform itself, without a request.',
});

export const CHANNELS = ['GRAPHQL', 'SCIM', 'SIGN_IN', 'CLI', 'SYSTEM'] as const;
export type Channel = (typeof CHANNELS)[number];
export const ChannelEnum = enumOf(CHANNELS, 'Channel', 'The interfaces through which changes come.', {
  GRAPHQL: 'The GraphQL API of the platform.',
  SCIM: 'The SCIM API of the platform.',
  SIGN_IN: 'The pages on which people sign in and out.',
  CLI: 'The rollcall command on the server.',
  SYSTEM: 'The platform itself, without a request.',
});

export const CreditBlockEnum = enumOf(
  CREDIT_BLOCKS,
  'CreditBlock',
  'The reasons for which a member cannot use credits. An error CREDITS_EXHAUSTED has one in `extensions.credits.blockedBy`.',
  {
    ROLE: 'The member is not active, or has a role that uses no credits.',
    MEMBER_LIMIT: 'The member has reached its own limit, or the default limit of the workspace.',
    POOL: 'The pool of the month is used up, or nobody has set one.',
  },
);

export const CreditLimitSourceEnum = enumOf(
  CREDIT_LIMIT_SOURCES,
  'CreditLimitSource',
  'The limits that can apply to a member.',
  {
    MEMBER: 'The limit of the member itself.',
    WORKSPACE_DEFAULT: 'The default limit of the workspace, for members without a limit of their own.',
  },
);
