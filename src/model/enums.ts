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

/** The domain's closed lists as GraphQL enumerations: same words, one list. */
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

export const WorkspaceVersionEnum = enumOf(
  WORKSPACE_VERSIONS,
  'WorkspaceVersion',
  'Which access model a workspace has. Fixed when it is created.',
  {
    V1: 'Seats bought per type: members have a seat type.',
    V2: 'A shared monthly pool of credits: members have a role and, optionally, a credit limit.',
  },
);

export const PLANS = ['FREE', 'TEAM', 'ENTERPRISE'] as const;
export type Plan = (typeof PLANS)[number];
export const PlanEnum = enumOf(PLANS, 'Plan', 'What the customer has bought.', {
  FREE: 'No contract.',
  TEAM: 'A team contract.',
  ENTERPRISE: 'An enterprise contract: the only plan with SCIM.',
});

export const RoleEnum = enumOf(ROLES, 'Role', 'What a member is in a workspace.', {
  OWNER: 'Everything an admin may do, and promotes or demotes owners. Never changed through SCIM.',
  ADMIN: 'Manages members and workspace settings; on V2 billing too.',
  MEMBER: 'V1 only: has what the seat gives.',
  EDITOR: 'V2 only: builds, edits and runs apps; uses credits from the pool.',
  VIEWER: 'V2 only: read-only; uses no credits.',
  GUEST: 'V2 only: invited from outside; cannot be assigned.',
});

export const AssignableRoleEnum = enumOf(
  ASSIGNABLE_ROLES,
  'AssignableRole',
  'The roles that can be given to a member of a V2 workspace.',
  {
    ADMIN: 'Manages members, billing and workspace settings.',
    EDITOR: 'Builds, edits and runs apps; uses credits from the pool.',
    VIEWER: 'Read-only; uses no credits.',
  },
);

export const SeatHolderRoleEnum = enumOf(
  V1_ASSIGNABLE_ROLES,
  'SeatHolderRole',
  'The roles that can be given to a member of a V1 workspace.',
  { ADMIN: 'Manages members and workspace settings.', MEMBER: 'Has what the seat gives.' },
);

export const SeatTypeEnum = enumOf(SEAT_TYPES, 'SeatType', 'The kinds of seat that a V1 workspace buys.', {
  STARTER: 'Starter seat.',
  BUILDER: 'Builder seat.',
  PRO: 'Pro seat.',
  ELITE: 'Elite seat.',
  ELITE_2: 'Elite seat, second tier.',
  ELITE_3: 'Elite seat, third tier.',
});

export const ManagedByEnum = enumOf(ORIGINS, 'ManagedBy', 'Who last decided on something.', {
  WORKSPACE: 'People (or scripts) of the workspace.',
  IDENTITY_PROVIDER: 'The identity provider, through provisioning.',
});

export const API_KEY_SCOPES = [
  'SCIM',
  'MEMBERS_READ',
  'MEMBERS_WRITE',
  'CREDITS_READ',
  'CREDITS_CONSUME',
  'AUDIT_READ',
] as const;
export type ApiKeyScope = (typeof API_KEY_SCOPES)[number];
export const ApiKeyScopeEnum = enumOf(API_KEY_SCOPES, 'ApiKeyScope', 'What an API key may do.', {
  SCIM: 'Read and provision members, over SCIM or GraphQL, while SCIM is enabled for the workspace.',
  MEMBERS_READ: 'Read members.',
  MEMBERS_WRITE: 'Add, invite, update and remove members.',
  CREDITS_READ: 'Read the credit pool and usage.',
  CREDITS_CONSUME: 'Consume credits on behalf of members.',
  AUDIT_READ: 'Read the audit log.',
});

export const ACTOR_TYPES = ['PERSON', 'API_KEY', 'OPERATOR', 'SYSTEM'] as const;
export type ActorType = (typeof ACTOR_TYPES)[number];
export const ActorTypeEnum = enumOf(ACTOR_TYPES, 'ActorType', 'What kind of actor made a change.', {
  PERSON: 'A person with a session.',
  API_KEY: 'A key of the workspace: a script, or the identity provider.',
  OPERATOR: 'Staff of the platform.',
  SYSTEM: 'The platform itself.',
});

export const CHANNELS = ['GRAPHQL', 'SCIM', 'SIGN_IN', 'CLI', 'SYSTEM'] as const;
export type Channel = (typeof CHANNELS)[number];
export const ChannelEnum = enumOf(CHANNELS, 'Channel', 'The door through which a change came.', {
  GRAPHQL: 'The GraphQL API.',
  SCIM: 'The SCIM API.',
  SIGN_IN: 'The pages on which people sign in and out.',
  CLI: 'The rollcall command.',
  SYSTEM: 'The platform itself.',
});

export const CreditBlockEnum = enumOf(
  CREDIT_BLOCKS,
  'CreditBlock',
  'What stops a member from using credits: `extensions.credits.blockedBy` of CREDITS_EXHAUSTED.',
  {
    ROLE: 'The member is a viewer or a guest, or is not active.',
    MEMBER_LIMIT: "The member's own limit, or the workspace's default limit.",
    POOL: "The workspace's pool of the month, or that nobody has set one.",
  },
);

export const CreditLimitSourceEnum = enumOf(
  CREDIT_LIMIT_SOURCES,
  'CreditLimitSource',
  'Whose limit holds for a member.',
  {
    MEMBER: "The member's own.",
    WORKSPACE_DEFAULT: "The workspace's, for members without one of their own.",
  },
);
