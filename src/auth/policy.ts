import { ROLES, type Role } from '../domain/access.js';
import type { ApiKeyScope } from '../model/enums.js';

/** The roles and scopes that allow an action in a workspace. Operators may do everything. */
interface Rule {
  /** Active members with one of these roles. */
  readonly people: readonly Role[];
  /** Keys of the workspace with one of these scopes. */
  readonly scopes: readonly ApiKeyScope[];
}

const OPERATORS_ONLY: Rule = { people: [], scopes: [] };
const OWNERS: readonly Role[] = ['OWNER'];
const MANAGERS: readonly Role[] = ['OWNER', 'ADMIN'];
const EVERYBODY: readonly Role[] = ['OWNER', 'ADMIN', 'MEMBER', 'EDITOR', 'VIEWER', 'GUEST'];

/** The one table of permissions (rules 7, 12, 13, 25, 27). */
export const POLICY = {
  'workspace.create': OPERATORS_ONLY,
  'workspace.setPlan': OPERATORS_ONLY,
  'workspace.setScim': OPERATORS_ONLY,
  'workspace.read': {
    people: EVERYBODY,
    scopes: ['SCIM', 'MEMBERS_READ', 'MEMBERS_WRITE', 'CREDITS_READ', 'CREDITS_CONSUME', 'AUDIT_READ'],
  },
  'workspace.update': { people: MANAGERS, scopes: [] },
  'session.create': OPERATORS_ONLY,
  'session.manage': { people: MANAGERS, scopes: [] },
  'member.read': { people: MANAGERS, scopes: ['SCIM', 'MEMBERS_READ', 'MEMBERS_WRITE'] },
  'member.readSelf': { people: EVERYBODY, scopes: [] },
  'member.write': { people: MANAGERS, scopes: ['SCIM', 'MEMBERS_WRITE'] },
  // An identity provider cannot make a V1 member an admin, because SCIM has no attribute for it (spec "Workspace
  // versions").
  'member.appointV1Admin': { people: MANAGERS, scopes: ['MEMBERS_WRITE'] },
  'invitation.read': { people: MANAGERS, scopes: ['MEMBERS_WRITE'] },
  'invitation.manage': { people: MANAGERS, scopes: ['MEMBERS_WRITE'] },
  'group.read': { people: MANAGERS, scopes: ['SCIM', 'MEMBERS_READ', 'MEMBERS_WRITE'] },
  'group.write': { people: MANAGERS, scopes: ['SCIM', 'MEMBERS_WRITE'] },
  // An identity provider manages the members of a group, but not its grant (rule 30).
  'group.grant': { people: MANAGERS, scopes: [] },
  'owner.write': { people: OWNERS, scopes: [] },
  'seats.read': { people: MANAGERS, scopes: ['SCIM', 'MEMBERS_READ', 'MEMBERS_WRITE'] },
  // Setting seats is billing: V1 admins may not do it (rule 7), but V2 admins may set the credit pool.
  'seats.set': { people: OWNERS, scopes: [] },
  // An app that uses credits may know whether there are enough, and not what each person has used.
  'credits.readPool': { people: MANAGERS, scopes: ['CREDITS_READ', 'CREDITS_CONSUME'] },
  'credits.read': { people: MANAGERS, scopes: ['CREDITS_READ'] },
  'credits.setPool': { people: MANAGERS, scopes: [] },
  // Only billed apps use credits for another member; not even managers do.
  'credits.consume': { people: [], scopes: ['CREDITS_CONSUME'] },
  // Rule 23 refuses viewers with a hint.
  'credits.consumeSelf': { people: EVERYBODY, scopes: [] },
  'apiKey.manage': { people: MANAGERS, scopes: [] },
  // Only people may dry-run SCIM requests and release the brake.
  'scim.manage': { people: MANAGERS, scopes: [] },
  'secrets.rotate': OPERATORS_ONLY,
  'sso.manage': { people: MANAGERS, scopes: [] },
  // Without DNS, an operator vouches for the domain (rule 42).
  'sso.vouchForDomain': OPERATORS_ONLY,
  // Events contain what the audit log does.
  'webhook.manage': { people: MANAGERS, scopes: [] },
  'signInLog.read': { people: MANAGERS, scopes: [] },
  'audit.read': { people: MANAGERS, scopes: ['AUDIT_READ'] },
} as const satisfies Record<string, Rule>;

export type Action = keyof typeof POLICY;

/** Whether a role allows an action. Null: not an active member. */
export function roleMay(role: Role | null, action: Action): boolean {
  const { people }: Rule = POLICY[action];
  return role !== null && people.includes(role);
}

/** Whether scopes of a key allow an action. The scope SCIM allows nothing while SCIM is off. */
export function scopesMay(scopes: readonly ApiKeyScope[], scimEnabled: boolean, action: Action): boolean {
  const rule: Rule = POLICY[action];
  return scopes.some((scope) => rule.scopes.includes(scope) && (scope !== 'SCIM' || scimEnabled));
}

/**
 * Describes the roles and scopes that allow an action: `the role owner or admin, or an API key with the scope
 * AUDIT_READ`.
 */
export function needed(action: Action): string {
  const { people, scopes }: Rule = POLICY[action];
  const ways = [
    ...(people === EVERYBODY
      ? ['an active member']
      : people.length > 0
        ? [`the role ${either(people)}`]
        : []),
    ...(scopes.length > 0 ? [`an API key with the scope ${either(scopes)}`] : []),
  ];
  return ways.length === 0 ? 'an operator of the platform' : ways.join(', or ');
}

/** What those who were refused an action can do: a sentence. @param isKey whether an API key was refused */
export function remedy(action: Action, isKey: boolean): string {
  const { people, scopes }: Rule = POLICY[action];
  if (people.length === 0 && scopes.length === 0) return 'Ask an operator of the platform.';
  if (isKey) {
    return scopes.length === 0
      ? 'No API key may do it, whatever its scopes.'
      : "The key's scopes do not cover it. Ask an owner or admin of the workspace for a key that does.";
  }
  if (people.length === 0) return 'Ask an owner or admin of the workspace for such a key.';
  return people === OWNERS ? 'Ask an owner of the workspace.' : 'Ask an owner or admin of the workspace.';
}

function either(names: readonly string[]): string {
  const shown = names.map((name) => (isRole(name) ? name.toLowerCase() : name));
  return [shown.slice(0, -1).join(', '), ...shown.slice(-1)].filter((part) => part !== '').join(' or ');
}

function isRole(name: string): boolean {
  return ROLES.some((role) => role === name);
}
