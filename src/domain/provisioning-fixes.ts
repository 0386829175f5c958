import type { ScimClient, ScimCode } from './provisioning-log.js';

/** The screens where an administrator fixes problems. Rollcall's screens are the same for every client. */
const SCREENS = {
  key: {
    OKTA: 'Applications → your SCIM app → Provisioning → Integration',
    ENTRA: 'Enterprise applications → your app → Provisioning → Admin Credentials',
    ONELOGIN: 'Applications → your app → Configuration → API Connection',
    JUMPCLOUD: 'SSO Applications → your app → Identity Management → Configuration settings',
    GOOGLE: 'Apps → Web and mobile apps → your app → Autoprovisioning',
    PING: 'Integrations → Provisioning → Connections → your connection → Configuration',
    OTHER: 'the SCIM connection of your identity provider',
  },
  attributes: {
    OKTA: 'Directory → Profile Editor → your SCIM app',
    ENTRA: 'Enterprise applications → your app → Provisioning → Mappings → Edit attribute list',
    ONELOGIN: 'Applications → your app → Parameters',
    JUMPCLOUD: 'SSO Applications → your app → Identity Management → Attribute mapping',
    GOOGLE: 'Apps → Web and mobile apps → your app → Autoprovisioning → Attribute mapping',
    PING: 'Integrations → Provisioning → Rules → your rule → Attribute Mapping',
    OTHER: 'the attributes of the SCIM connection',
  },
  mappings: {
    OKTA: 'Applications → your SCIM app → Provisioning → To App → Attribute Mappings',
    ENTRA: 'Enterprise applications → your app → Provisioning → Mappings',
    ONELOGIN: 'Applications → your app → Parameters',
    JUMPCLOUD: 'SSO Applications → your app → Identity Management → Attribute mapping',
    GOOGLE: 'Apps → Web and mobile apps → your app → Autoprovisioning → Attribute mapping',
    PING: 'Integrations → Provisioning → Rules → your rule → Attribute Mapping',
    OTHER: 'the attribute mappings of the SCIM connection',
  },
  assignments: {
    OKTA: 'Applications → your SCIM app → Assignments',
    ENTRA: 'Enterprise applications → your app → Users and groups',
    ONELOGIN: 'Applications → your app → Users',
    JUMPCLOUD: 'SSO Applications → your app → User Groups',
    GOOGLE: 'Apps → Web and mobile apps → your app → User access',
    PING: 'Integrations → Provisioning → Rules → your rule → User Filter',
    OTHER: 'the users that are assigned to the application',
  },
  groups: {
    OKTA: 'Applications → your SCIM app → Push Groups',
    ENTRA: 'Enterprise applications → your app → Users and groups',
    ONELOGIN: 'Applications → your app → Rules',
    JUMPCLOUD: 'SSO Applications → your app → User Groups',
    GOOGLE: 'Apps → Web and mobile apps → your app → Autoprovisioning → Group membership',
    PING: 'Integrations → Provisioning → Rules → your rule → Group Provisioning',
    OTHER: 'the groups that are assigned to the application',
  },
  retry: {
    OKTA: 'Dashboard → Tasks',
    ENTRA: 'Enterprise applications → your app → Provisioning → Provision on demand',
    ONELOGIN: 'Applications → your app → Users',
    JUMPCLOUD: 'SSO Applications → your app → Identity Management',
    GOOGLE: 'Apps → Web and mobile apps → your app → Autoprovisioning',
    PING: 'Integrations → Provisioning → Rules → your rule → Sync status',
    OTHER: 'the provisioning log of your identity provider',
  },
} as const satisfies Record<string, Readonly<Record<ScimClient, string>>>;

const ROLLCALL_SCREENS = {
  members: 'Rollcall → Members',
  seats: 'Rollcall → Settings → Seats',
  keys: 'Rollcall → Settings → API keys',
  workspace: 'Rollcall → Settings',
  provisioning: 'Rollcall → Provisioning',
  operator: 'the operator of the server',
} as const;

export type ProviderScreen = keyof typeof SCREENS;

/** The names of each provider's screens, for the documentation. */
export const PROVIDER_SCREENS: Readonly<Record<ProviderScreen, Readonly<Record<ScimClient, string>>>> =
  SCREENS;

/** A step of a fix, and its screen. */
export interface FixStep {
  readonly screen: string;
  readonly do: string;
}

/** How to fix a problem. */
export interface Fix {
  readonly summary: string;
  readonly steps: readonly FixStep[];
}

/**
 * A row of the table of fixes. `{attribute}` stands for the attribute that is wrong, `{closest}` for the closest valid
 * name.
 */
interface FixRow {
  /** Why the problem happens, in one sentence. */
  readonly cause: string;
  readonly summary: string;
  readonly steps: readonly (readonly [ProviderScreen | keyof typeof ROLLCALL_SCREENS, string])[];
}

const RETRY = ['retry', 'Retry the failed task.'] as const;
const REPORT = ['operator', 'Report the reference at the end of the answer.'] as const;

function clientFault(cause: string): FixRow {
  return {
    cause,
    summary: 'The client sends SCIM requests that the server does not support. Report it.',
    steps: [['retry', 'Read the request that failed.'], REPORT],
  };
}

/** Every code has a row: a new code does not compile without one. */
const FIXES: Readonly<Record<ScimCode, FixRow>> = {
  UNAUTHENTICATED: {
    cause: 'The key is not valid for this workspace.',
    summary: 'Enter a valid key and the base URL of this workspace.',
    steps: [
      [
        'keys',
        'Check that the key exists, is enabled and has not expired; otherwise create one with the scope SCIM.',
      ],
      [
        'key',
        'Paste the key without quotes and blanks, and the base URL of this workspace. Test the connection.',
      ],
    ],
  },
  FORBIDDEN: {
    cause: 'The key may not do this.',
    summary: 'Use a key with the scope SCIM.',
    steps: [
      ['keys', 'Create a key with the scope SCIM.'],
      ['key', 'Paste the new key and test the connection.'],
    ],
  },
  NOT_FOUND: {
    cause: 'The provider has stored the id of a member or group that was deleted here.',
    summary: 'Unassign the person or group and assign it again.',
    steps: [['assignments', 'Remove the assignment, and assign the person or group again.'], RETRY],
  },
  INVALID_INPUT: {
    cause: 'The provider sends a value for {attribute} that is not allowed.',
    summary: 'Correct the value that is mapped to {attribute}.',
    steps: [
      ['mappings', 'Map {attribute} to a value that the answer allows.'],
      [
        'attributes',
        'If {attribute} has enumerated values, check them: the values count, not their display names.',
      ],
      RETRY,
    ],
  },
  WRONG_WORKSPACE_VERSION: {
    cause: 'The provider sends {attribute}, which belongs to the other version of workspaces.',
    summary: 'Remove {attribute} and add {instead} instead.',
    steps: [
      ['mappings', 'Remove the mapping of {attribute}. An empty value causes the error too.'],
      ['attributes', 'Remove {attribute} and add {instead} instead.'],
      ['mappings', 'Map {instead}.'],
      RETRY,
    ],
  },
  ROLE_NOT_ASSIGNABLE: {
    cause: 'The provider sends the role owner, member or guest.',
    summary: 'Map the role to admin, editor or viewer.',
    steps: [
      ['attributes', 'Set the enumerated values of role to admin, editor and viewer.'],
      ['mappings', 'Map the group or attribute to admin, editor or viewer.'],
      RETRY,
    ],
  },
  CREDIT_LIMIT_NOT_ALLOWED: {
    cause: 'The provider sends a creditLimit for a viewer, who uses no credits.',
    summary: 'Change the role to editor or admin, or remove the creditLimit.',
    steps: [
      ['assignments', 'Change the role to editor or admin, or clear the creditLimit of the person.'],
      RETRY,
    ],
  },
  ALREADY_A_MEMBER: {
    cause: 'Somebody in the workspace has this address or externalId already.',
    summary: 'Let the provider import and match the existing member, or change one of the two addresses.',
    steps: [
      ['members', 'Search for the address. SCIM does not change a member who is an owner.'],
      ['assignments', 'Import the users and match them, or correct the address of the person.'],
      RETRY,
    ],
  },
  ALREADY_A_GROUP: {
    cause: 'The workspace has a group with this name already.',
    summary: 'Link the existing group, or rename one of the two.',
    steps: [['groups', 'Link the existing group, or push this one under another name.'], RETRY],
  },
  ALREADY_INVITED: {
    cause: 'An invitation to this address is pending.',
    summary: 'Revoke the invitation, or wait until it is accepted.',
    steps: [['members', 'Revoke the pending invitation.'], RETRY],
  },
  INVITATION_CLOSED: {
    cause: 'The invitation was accepted, revoked or has expired.',
    summary: 'The invitation needs no action.',
    steps: [['members', 'Invite the person again if they should still join.']],
  },
  SEAT_UNAVAILABLE: {
    cause: 'All seats of the type are taken.',
    summary: 'Free a seat, buy more, or map another seat type.',
    steps: [
      ['seats', 'Set the number of seats that were bought, or remove a member who has one.'],
      ['mappings', 'Or map seatType to a type that has free seats.'],
      RETRY,
    ],
  },
  OWNER_PROTECTED: {
    cause: 'The person is an owner of the workspace, and SCIM does not change owners.',
    summary: 'Unassign the owner from the app, or have an owner demote the person first.',
    steps: [
      ['members', 'Demote the owner if the provider should manage the person.'],
      ['assignments', 'Otherwise remove the assignment of the owner.'],
    ],
  },
  LAST_OWNER: {
    cause: 'The workspace would be left without an owner.',
    summary: 'Promote somebody else to owner first.',
    steps: [['members', 'Promote another member to owner.'], RETRY],
  },
  STALE_VERSION: {
    cause: 'The record was changed after the provider read it.',
    summary: 'Retry.',
    steps: [RETRY],
  },
  CREDITS_EXHAUSTED: {
    cause: 'There are not that many credits left.',
    summary: 'Raise the credit pool.',
    steps: [['workspace', 'Raise the monthly credit pool.']],
  },
  RATE_LIMITED: {
    cause: 'The provider sends more requests than the server allows.',
    summary: 'No action is needed: the provider tries again.',
    steps: [['retry', 'Retry the tasks that are still failed after a few minutes.']],
  },
  REMOVALS_PAUSED: {
    cause: 'The provider has removed many members within minutes, and further removals are paused.',
    summary: 'Check whether the removals are intended. Then release the brake, or undo them.',
    steps: [
      ['assignments', 'Check whether people were unassigned by mistake: a group, a mapping, a filter.'],
      [
        'provisioning',
        'Release the brake if the removals are intended. Otherwise undo them once the provider is corrected.',
      ],
    ],
  },
  UNAVAILABLE: {
    cause: 'The server could not use its database for a moment.',
    summary: 'No action is needed: the provider tries again.',
    steps: [['retry', 'Retry what is still failed after some minutes.']],
  },
  INVALID_FILTER: clientFault('The filter of a search is malformed or not supported.'),
  TOO_MANY: clientFault('A search has too many results.'),
  UNIQUENESS: clientFault('A value that must be unique is taken.'),
  MUTABILITY: clientFault('An attribute that cannot be changed was sent.'),
  INVALID_SYNTAX: clientFault('The body is not valid SCIM.'),
  INVALID_PATH: {
    cause: 'The provider changes an attribute that Rollcall does not have.',
    summary: 'Remove the mapping of the attribute that the answer names.',
    steps: [['mappings', 'Remove the mapping of the attribute, or correct its name.'], RETRY],
  },
  NO_TARGET: clientFault('The provider changes one of several values, and its filter matches none of them.'),
  INVALID_VALUE: {
    cause: 'The provider sends a value of the wrong type for {attribute}.',
    summary: 'Correct the data type or the mapping of {attribute}.',
    steps: [
      ['attributes', 'Check the data type of {attribute}.'],
      ['mappings', 'Check the mapping of {attribute}.'],
      RETRY,
    ],
  },
  INVALID_VERS: clientFault('The client uses another version of SCIM.'),
  SENSITIVE: clientFault('The client puts personal data into a URL.'),
  INVALID_CURSOR: clientFault('The client uses a cursor of another list, or a damaged one.'),
  EXPIRED_CURSOR: clientFault('The client uses a cursor that has expired.'),
  INVALID_COUNT: clientFault('The client requests a number of results that is out of range.'),
  UNKNOWN_ENDPOINT: {
    cause: 'The base URL is wrong.',
    summary: 'Enter the base URL of this workspace, without /Users and without a trailing slash.',
    steps: [['key', 'Enter the base URL as this page shows it, and test the connection.']],
  },
  METHOD_NOT_ALLOWED: clientFault('The URL does not support the method.'),
  NOT_ACCEPTABLE: clientFault('The client does not accept JSON.'),
  CONFLICT: clientFault('Operations of a bulk request refer to each other.'),
  TOO_LARGE: clientFault('The body is larger than 1 MB.'),
  UNSUPPORTED_MEDIA_TYPE: clientFault('The body is not sent as JSON in UTF-8.'),
  NOT_IMPLEMENTED: clientFault('The client uses a part of SCIM that the server does not support.'),
  TIMED_OUT: {
    cause: 'A bulk request took too long, and its last operations were not executed.',
    summary: 'No action is needed: the provider sends the rest again.',
    steps: [RETRY],
  },
  INTERNAL: {
    cause: 'An unexpected error occurred in the server.',
    summary: 'Retry, and report the reference if it happens again.',
    steps: [RETRY, REPORT],
  },
  KEY_UNKNOWN: {
    cause: 'Requests have an unknown key, or none.',
    summary: 'Paste the key again, or create a new one.',
    steps: [
      ['keys', 'Create a key with the scope SCIM.'],
      ['key', 'Paste it without quotes, blanks or a line break, and with at most one "Bearer" before it.'],
    ],
  },
  KEY_DISABLED: {
    cause: 'The provider uses a key that is disabled.',
    summary: 'Enable the key, or paste another one.',
    steps: [
      ['keys', 'Enable the key again, if it was disabled by mistake.'],
      ['key', 'Otherwise paste another key with the scope SCIM.'],
    ],
  },
  KEY_EXPIRED: {
    cause: 'The provider uses a key, or an old secret of a key, that has expired.',
    summary: 'Create or rotate the key and paste the new secret.',
    steps: [
      ['keys', 'Create a key with the scope SCIM, or rotate this one.'],
      ['key', 'Paste the new secret and test the connection.'],
    ],
  },
  KEY_DELETED: {
    cause: 'The provider uses a key that was deleted.',
    summary: 'Create a new key and paste it.',
    steps: [
      ['keys', 'Create a key with the scope SCIM.'],
      ['key', 'Paste the new key and test the connection.'],
    ],
  },
  KEY_OF_OTHER_WORKSPACE: {
    cause: 'A key of this workspace is used with the base URL of another one.',
    summary: 'Correct the workspace ID at the end of the base URL.',
    steps: [['key', 'Enter the base URL of this workspace, as this page shows it.']],
  },
  KEY_WITHOUT_SCOPE: {
    cause: 'The key lacks the scope SCIM.',
    summary: 'Create a key with the scope SCIM and paste it.',
    steps: [
      ['keys', 'Create a key with the scope SCIM.'],
      ['key', 'Paste the new key and test the connection.'],
    ],
  },
  SCIM_DISABLED: {
    cause: 'SCIM is switched off for the workspace.',
    summary: 'Ask the operator to enable SCIM.',
    steps: [['operator', 'Ask to enable SCIM for the workspace. It needs the plan ENTERPRISE.']],
  },
  EXTENSION_IGNORED: {
    cause: 'The provider sends an extension named {attribute}, which Rollcall does not know.',
    summary: 'Correct the external namespace to {closest}.',
    steps: [
      ['attributes', 'Set the external namespace of the attribute to {closest}, letter by letter.'],
      ['retry', 'Force a sync of the people concerned.'],
    ],
  },
  ATTRIBUTE_IGNORED: {
    cause: 'The provider sends {attribute}, which Rollcall does not know.',
    summary: 'Correct the external name to {closest}.',
    steps: [
      ['attributes', 'Set the external name of the attribute to {closest}.'],
      ['retry', 'Force a sync of the people concerned.'],
    ],
  },
  EMPTY_VALUE_IGNORED: {
    cause: 'The mapping leaves {attribute} empty for these people, so the default of the workspace applies.',
    summary: 'Map {attribute} to a value for everybody.',
    steps: [
      ['mappings', 'Map {attribute} to an attribute that everybody has, or to a constant.'],
      ['retry', 'Force a sync of the people concerned.'],
    ],
  },
  ROLES_IGNORED: {
    cause: 'The provider sends the attribute roles, which does not set the role.',
    summary: 'Map {closest} instead of roles.',
    steps: [
      ['attributes', 'Add the attribute {closest}.'],
      ['mappings', 'Map {closest}, and remove the mapping of roles.'],
    ],
  },
  INACTIVE_ACCESS_IGNORED: {
    cause: 'The provider sends {attribute} for people who are not active, for whom it is not kept.',
    summary: 'Activate these people, and send {attribute} with or after the activation.',
    steps: [
      ['assignments', 'Assign the people to the app, if they are to be members.'],
      ['retry', 'Force a sync of the people concerned.'],
    ],
  },
  LOOKS_LIKE_A_MEMBER: {
    cause: 'The userName looks like that of another active member, but has other characters.',
    summary: 'Find out whether both people exist, and remove the one who does not.',
    steps: [
      ['members', 'Compare the person with {closest}. Dismiss the notice if both exist.'],
      ['assignments', 'Remove the assignment of the one who does not exist, or correct the address.'],
    ],
  },
};

/** The values that the texts of a fix mention. */
export interface FixFacts {
  readonly attribute?: string | null;
  readonly closest?: string | null;
}

function withFacts(text: string, { attribute, closest }: FixFacts): string {
  return text
    .replaceAll('{attribute}', attribute ?? 'the attribute')
    .replaceAll('{instead}', attribute === 'seatType' ? 'role' : 'seatType')
    .replaceAll('{closest}', closest ?? 'the known name');
}

/** Why a request was refused or an attribute ignored, in one sentence. */
export function causeOf(code: ScimCode, facts: FixFacts = {}): string {
  return withFacts(FIXES[code].cause, facts);
}

/** How to fix the problem, on the client's screens. */
export function fixOf(code: ScimCode, client: ScimClient, facts: FixFacts = {}): Fix {
  const { summary, steps } = FIXES[code];
  return {
    summary: withFacts(summary, facts),
    steps: steps.map(([screen, text]) => ({
      screen: isProviderScreen(screen) ? SCREENS[screen][client] : ROLLCALL_SCREENS[screen],
      do: withFacts(text, facts),
    })),
  };
}

function isProviderScreen(screen: ProviderScreen | keyof typeof ROLLCALL_SCREENS): screen is ProviderScreen {
  return Object.hasOwn(SCREENS, screen);
}
