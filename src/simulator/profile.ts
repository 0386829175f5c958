import { randomUUID } from 'node:crypto';
import { type ExpectedValue, USER_SCHEMA } from './expectations.js';
import { type JsonObject, type JsonValue, objectsAt, valueAt } from './json-values.js';

export const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
/** The same attribute, in the only form of a name that Entra's screens accept. */
export const EXTENSION_ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';

/** The Rollcall attributes that a server has: those of a V1 or a V2 workspace, or none (another SCIM server). */
export type AttributeSet = 'V1' | 'V2' | 'plain';

/** The mapped attributes of one person; those without a value are not sent. */
export interface Profile {
  readonly userName: string;
  readonly externalId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly seatType?: string;
  readonly role?: string;
  readonly creditLimit?: number;
}

/** @returns an invented person with an address that cannot exist (RFC 2606) and these attributes. */
export function freshProfile(attributes: AttributeSet): Profile {
  const random = randomUUID().replaceAll('-', '');
  const person = {
    userName: `rollcall.simulation.${random.slice(0, 12)}@example.com`,
    externalId: `00u${random.slice(0, 17)}`,
    givenName: 'Simulated',
    familyName: 'Person',
  };
  // On V1 no seat is requested at first: the workspace may have no free seat, and has a default.
  return attributes === 'V2' ? { ...person, role: 'editor', creditLimit: 500 } : person;
}

/**
 * Reads from the answer to `GET /Schemas` which of Rollcall's attributes the server has. Okta never sends this request:
 * its administrator knows the workspace's version and sets the attributes up.
 */
export function attributeSetIn(schemas: JsonValue | undefined): AttributeSet {
  const described = objectsAt(schemas, ['Resources']);
  const user = described.find((schema) => valueAt(schema, ['id']) === USER_SCHEMA);
  if (objectsAt(user, ['attributes']).some((attribute) => valueAt(attribute, ['name']) === 'seatType'))
    return 'V1';
  return described.some((schema) => valueAt(schema, ['id']) === EXTENSION) ? 'V2' : 'plain';
}

/** @returns the values that an answer must contain for this person. */
export function expectedValues(profile: Profile): ExpectedValue[] {
  return [
    [['userName'], profile.userName],
    [['externalId'], profile.externalId],
    [['name', 'givenName'], profile.givenName],
    [['name', 'familyName'], profile.familyName],
    [['displayName'], displayNameOf(profile)],
  ];
}

/** @returns the values that an answer must contain of Rollcall's attributes; those of the other version must be absent. */
export function expectedAccess(profile: Profile, attributes: AttributeSet): ExpectedValue[] {
  const role = [EXTENSION, 'role'] as const;
  const creditLimit = [EXTENSION, 'creditLimit'] as const;
  if (attributes === 'V2') {
    return [
      [role, profile.role],
      [creditLimit, profile.creditLimit],
      [['seatType'], undefined],
    ];
  }
  if (attributes === 'plain') return [];
  const seat: ExpectedValue[] = Object.hasOwn(profile, 'seatType') ? [[['seatType'], profile.seatType]] : [];
  return [...seat, [role, undefined], [creditLimit, undefined]];
}

/** @returns the complex attribute `name` (RFC 7643 §4.1.1). */
export function nameOf(profile: Profile): JsonObject {
  return { givenName: profile.givenName, familyName: profile.familyName };
}

/** @returns the display name. */
export function displayNameOf(profile: Profile): string {
  return `${profile.givenName} ${profile.familyName}`;
}
