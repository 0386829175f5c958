import { ASSIGNABLE_ROLES, SEAT_TYPES, type WorkspaceVersion } from '../../domain/access.js';
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from '../../domain/profile.js';

export const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const CORE_GROUP = 'urn:ietf:params:scim:schemas:core:2.0:Group';
export const ENTERPRISE_USER = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
/** Our extension. Its URN has a dot and no resource name at the end: never split it at dots or at the last colon. */
export const ROLLCALL_USER = 'urn:base44:params:scim:schemas:extension:user:2.0';
/** An alias in the only form that Entra's screens accept. Read from providers, never returned. */
export const ROLLCALL_ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';

/** An attribute with its characteristics, as `/Schemas` shows it (RFC 7643 §7). */
export interface ScimAttribute {
  readonly name: string;
  readonly type: 'string' | 'boolean' | 'integer' | 'dateTime' | 'reference' | 'binary' | 'complex';
  readonly subAttributes?: readonly ScimAttribute[];
  readonly multiValued: boolean;
  readonly description: string;
  readonly required: boolean;
  readonly canonicalValues?: readonly string[];
  readonly caseExact: boolean;
  readonly mutability: 'readOnly' | 'readWrite' | 'immutable' | 'writeOnly';
  readonly returned: 'always' | 'default' | 'never';
  readonly uniqueness: 'none' | 'server';
  readonly referenceTypes?: readonly string[];
}

/** A schema as `/Schemas` shows it (RFC 7643 §7), without `schemas` and `meta`. */
export interface ScimSchema {
  readonly id: string;
  readonly name: string;
  readonly description: string;
  readonly attributes: readonly ScimAttribute[];
}

function attribute(
  name: string,
  description: string,
  characteristics: Partial<ScimAttribute> = {},
): ScimAttribute {
  return {
    name,
    type: 'string',
    multiValued: false,
    description,
    required: false,
    caseExact: false,
    mutability: 'readWrite',
    returned: 'default',
    uniqueness: 'none',
    ...characteristics,
  };
}

function fromProfile({ subAttributes, ...profile }: ProfileAttribute): ScimAttribute {
  const shape =
    subAttributes === undefined ? profile : { ...profile, subAttributes: subAttributes.map(fromProfile) };
  return attribute(profile.name, profile.description, shape);
}

function readOnly(
  name: string,
  description: string,
  characteristics: Partial<ScimAttribute> = {},
): ScimAttribute {
  return attribute(name, description, { mutability: 'readOnly', ...characteristics });
}

/**
 * RFC 7643 §3.1: "Common attributes are considered to be part of every base resource schema and do not use their
 * own "schemas" URI." Like the schemas that RFC 7643 §8.7.1 prints, ours do not list them.
 */
export const COMMON_ATTRIBUTES: readonly ScimAttribute[] = [
  readOnly('schemas', 'The schemas of the resource.', {
    type: 'reference',
    multiValued: true,
    caseExact: true,
    returned: 'always',
    referenceTypes: ['uri'],
  }),
  readOnly('id', 'The stable id of the resource.', {
    caseExact: true,
    returned: 'always',
    uniqueness: 'server',
  }),
  attribute('externalId', "The identity provider's own id of the resource.", { caseExact: true }),
  readOnly('meta', 'About the resource.', {
    type: 'complex',
    subAttributes: [
      readOnly('resourceType', 'The kind of the resource.', { caseExact: true }),
      readOnly('created', 'The time at which the resource was created.', { type: 'dateTime' }),
      readOnly('lastModified', 'The time at which the resource last changed.', { type: 'dateTime' }),
      readOnly('location', 'Its address.', { type: 'reference', caseExact: true, referenceTypes: ['uri'] }),
      readOnly('version', 'Its ETag.', { caseExact: true }),
    ],
  }),
];

const USER_NAME = attribute('userName', 'The name of the user, normally the e-mail address.', {
  required: true,
  uniqueness: 'server',
});

const ACTIVE = attribute('active', 'Whether the user is a member of the workspace now.', {
  type: 'boolean',
});

const GROUPS = readOnly('groups', 'The groups of the user, which are changed through the groups.', {
  type: 'complex',
  multiValued: true,
  subAttributes: [
    readOnly('value', 'The id of the group.', { caseExact: true }),
    readOnly('$ref', 'The URL of the group.', {
      type: 'reference',
      caseExact: true,
      referenceTypes: ['Group'],
    }),
    readOnly('display', 'The name of the group.'),
    readOnly('type', 'The kind of membership, which is always direct.', { canonicalValues: ['direct'] }),
  ],
});

/**
 * Rule 20: defined so that requests with a password are accepted; the value is not stored. Not listed in `/Schemas`.
 */
export const PASSWORD = attribute('password', 'Accepted and not stored.', {
  caseExact: true,
  mutability: 'writeOnly',
  returned: 'never',
});

/** V1's attribute, at the root of the User. */
export const SEAT_TYPE = attribute('seatType', "The type of the user's seat. Absent without a seat.", {
  canonicalValues: SEAT_TYPES.map((seatType) => seatType.toLowerCase()),
});

/** V2's attributes, in the extension. */
export const ROLE = attribute(
  'role',
  'The role of the user. Roles other than these can be read, but not assigned.',
  {
    canonicalValues: ASSIGNABLE_ROLES.map((role) => role.toLowerCase()),
  },
);
export const CREDIT_LIMIT = attribute(
  'creditLimit',
  'The most credits that an admin or editor may use in a calendar month. Absent without a limit.',
  { type: 'integer' },
);

function isEnterprise({ name }: ProfileAttribute): boolean {
  return name === 'enterprise';
}

export const ENTERPRISE_ATTRIBUTES = (PROFILE_ATTRIBUTES.find(isEnterprise)?.subAttributes ?? []).map(
  fromProfile,
);

export const CORE_ATTRIBUTES: readonly ScimAttribute[] = [
  USER_NAME,
  ...PROFILE_ATTRIBUTES.filter((profile) => !isEnterprise(profile)).map(fromProfile),
  ACTIVE,
  GROUPS,
];

function coreSchema(attributes: readonly ScimAttribute[]): ScimSchema {
  return { id: CORE_USER, name: 'User', description: 'A person in the workspace.', attributes };
}

const ENTERPRISE_SCHEMA: ScimSchema = {
  id: ENTERPRISE_USER,
  name: 'EnterpriseUser',
  description: 'The attributes of a user in an organization.',
  attributes: ENTERPRISE_ATTRIBUTES,
};

const ROLLCALL_SCHEMA: ScimSchema = {
  id: ROLLCALL_USER,
  name: 'WorkspaceAccess',
  description: 'The access of a user to the workspace.',
  attributes: [ROLE, CREDIT_LIMIT],
};

const SCHEMAS: Readonly<Record<WorkspaceVersion, readonly ScimSchema[]>> = {
  V1: [coreSchema([...CORE_ATTRIBUTES, SEAT_TYPE]), ENTERPRISE_SCHEMA],
  V2: [coreSchema(CORE_ATTRIBUTES), ENTERPRISE_SCHEMA, ROLLCALL_SCHEMA],
};

/** RFC 7643 §4.2. */
export const GROUP_SCHEMA: ScimSchema = {
  id: CORE_GROUP,
  name: 'Group',
  description: 'Members of the workspace under one name.',
  attributes: [
    attribute('displayName', 'The name of the group. Unique in the workspace.', {
      required: true,
      uniqueness: 'server',
    }),
    attribute('members', 'The members of the group.', {
      type: 'complex',
      multiValued: true,
      subAttributes: [
        attribute('value', 'The id of the user.', { caseExact: true, mutability: 'immutable' }),
        readOnly('$ref', 'The URL of the user.', {
          type: 'reference',
          caseExact: true,
          referenceTypes: ['User'],
        }),
        readOnly('display', 'The name of the user.'),
        readOnly('type', 'The type of the member, which is always User.', { canonicalValues: ['User'] }),
      ],
    }),
  ],
};

/** The schemas of a Group, in every workspace. */
export const GROUP_SCHEMAS: readonly ScimSchema[] = [GROUP_SCHEMA];

/** The schemas of a User in a workspace of the version: the core schema first, then the extensions. */
export function schemasFor(version: WorkspaceVersion): readonly ScimSchema[] {
  return SCHEMAS[version];
}
