import type { Json, JsonObject } from '../../../src/domain/profile.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';
import { applyPatch, type PatchResult } from '../../../src/scim/patch/apply.js';
import { parsePatch } from '../../../src/scim/patch/operations.js';

export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ROLLCALL = 'urn:base44:params:scim:schemas:extension:user:2.0';
export const ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';
export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';

/** A User of a V2 workspace as GET gives it. */
export const ANN: JsonObject = {
  schemas: [CORE, ROLLCALL, ENTERPRISE],
  id: '01930000-0000-7000-8000-000000000001',
  externalId: '00u1',
  userName: 'ann@acme.test',
  name: { givenName: 'Ann', familyName: 'Lee' },
  displayName: 'Ann Lee',
  emails: [
    { value: 'ann@acme.test', type: 'work', primary: true },
    { value: 'ann@home.test', type: 'home' },
  ],
  active: true,
  [ROLLCALL]: { role: 'editor', creditLimit: 500 },
  [ENTERPRISE]: { department: 'Research', manager: { value: '7', displayName: 'John' } },
  meta: { resourceType: 'User', version: 'W/"3"' },
};

function frozen(value: Json): Json {
  if (typeof value === 'object' && value !== null) Object.values(value).forEach(frozen);
  return Object.freeze(value);
}

/**
 * The User after the operations, and the attributes that they touched. The original User is frozen, so that changing it
 * would throw.
 */
export function patched(operations: readonly unknown[], resource = ANN): PatchResult {
  frozen(resource);
  return applyPatch(resource, parsePatch({ Operations: operations }));
}

/** Ann with these attributes instead; undefined for those that are gone. */
export function ann(changes: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const attributes = Object.entries({ ...ANN, ...changes });
  return Object.fromEntries(attributes.filter(([, value]) => value !== undefined));
}

/** The status and scimType with which the operations are refused. */
export function refusal(operations: readonly unknown[], resource = ANN): string {
  try {
    patched(operations, resource);
  } catch (error) {
    if (error instanceof ScimError) return `${error.status} ${error.scimType}`;
    throw error;
  }
  return 'accepted';
}
