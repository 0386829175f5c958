import type { JsonObject, JsonValue } from './json-values.js';
import { displayNameOf, EXTENSION_ALIAS, type Profile } from './profile.js';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';

/**
 * How Entra writes a PATCH: its own dialect, or, with `aadOptscim062020` on the base URL, one closer to RFC 7644. Its
 * documentation shows both ("Known issues and resolutions with SCIM 2.0 protocol compliance").
 */
export type Dialect = 'default' | 'compliant';

export function dialectOf(baseUrl: string): Dialect {
  return /[?&]aadOptscim062020\b/i.test(baseUrl) ? 'compliant' : 'default';
}

/** The attributes that change, and those that the user did not have before. */
export interface PersonChange {
  readonly profile: Profile;
  readonly email: string;
  readonly mobile: string;
  readonly department: string;
}

/** @returns the operations that bring a user up to date. */
export function updateOperations(dialect: Dialect, change: PersonChange): JsonObject[] {
  const { profile, email, mobile, department } = change;
  const values: Record<string, JsonValue> = {
    displayName: displayNameOf(profile),
    'name.givenName': profile.givenName,
    'name.familyName': profile.familyName,
    [`${ENTERPRISE}:department`]: department,
    ...(profile.creditLimit === undefined ? {} : { [`${EXTENSION_ALIAS}:creditLimit`]: profile.creditLimit }),
  };
  // A filtered path changes the value that it selects, or adds it: "work" exists, "mobile" does not.
  const work = { path: 'emails[type eq "work"].value', value: email };
  const phone = { path: 'phoneNumbers[type eq "mobile"].value', value: mobile };
  return dialect === 'default'
    ? [
        ...Object.entries(values).map(([path, value]) => ({ op: 'Replace', path, value })),
        { op: 'Replace', ...work },
        { op: 'Add', ...phone },
      ]
    : [
        { op: 'replace', ...work },
        { op: 'add', ...phone },
        { op: 'replace', value: values },
      ];
}

/** @returns the operation that replaces the value of one attribute. */
export function replaceOperation(dialect: Dialect, path: string, value: JsonValue): JsonObject {
  return { op: dialect === 'default' ? 'Replace' : 'replace', path, value };
}

/** @returns the operation that disables or enables a user: by default with a string for the boolean. */
export function activeOperation(dialect: Dialect, active: boolean): JsonObject {
  const text = active ? 'True' : 'False';
  return replaceOperation(dialect, 'active', dialect === 'default' ? text : active);
}

/** @returns the operation that adds a member to a group. */
export function addMemberOperation(dialect: Dialect, id: string): JsonObject {
  const op = dialect === 'default' ? 'Add' : 'add';
  return { op, path: 'members', value: [{ $ref: null, value: id }] };
}

/** @returns the operation that removes a member from a group. */
export function removeMemberOperation(dialect: Dialect, id: string): JsonObject {
  return dialect === 'default'
    ? { op: 'Remove', path: 'members', value: [{ $ref: null, value: id }] }
    : { op: 'remove', path: `members[value eq ${JSON.stringify(id)}]` };
}
