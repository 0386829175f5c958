import { randomUUID } from 'node:crypto';
import { type ExpectedValue, USER_SCHEMA } from './expectations.js';
import { type JsonObject, type JsonValue, objectsAt, valueAt } from './json-values.js';

export const EXTENSION = 'urn:base44:params:scim:schemas:extension:user:2.0';
/** The same, in the only form of a name that Entra's screens accept. */
export const EXTENSION_ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';

/**
 * Which attributes of ours a server has: those of a V1 or a V2 workspace, or neither (another SCIM server).
 */
export type AttributeSet = 'V1' | 'V2' | 'plain';

/** What the administrator maps for one person; what has no value is not sent. */
export interface Profile {
  readonly userName: string;
  readonly externalId: string;
  readonly givenName: string;
  readonly familyName: string;
  readonly seatType?: string;
  readonly role?: string;
  readonly creditLimit?: number;
}

/**
 * @returns a person who is nobody, at an address that can reach nobody (RFC 2606), with what that workspace
 * maps.
 */
export function freshProfile(attributes: AttributeSet): Profile {
  const random = randomUUID().replaceAll('-', '');
  const person = {
    userName: `rollcall.simulation.${random.slice(0, 12)}@example.com`,
    externalId: `00u${random.slice(0, 17)}`,
    givenName: 'Simulated',
    familyName: 'Person',
  };
  // On V1 no seat is asked for at first: the workspace may have none to give, and has a default.
  return attributes === 'V2' ? { ...person, role: 'editor', creditLimit: 500 } : person;
}

/**
 * Reads from the answer to `GET /Schemas` whose attributes the server has.
 * Okta never asks: there the administrator, who knows the workspace's version, sets the attributes up. The
 * simulation has no administrator, so it reads what the server says of itself.
 */
export function attributeSetIn(schemas: JsonValue | undefined): AttributeSet {
  const described = objectsAt(schemas, ['Resources']);
  const user = described.find((schema) => valueAt(schema, ['id']) === USER_SCHEMA);
  if (objectsAt(user, ['attributes']).some((attribute) => valueAt(attribute, ['name']) === 'seatType'))
    return 'V1';
  return described.some((schema) => valueAt(schema, ['id']) === EXTENSION) ? 'V2' : 'plain';
}

/** @returns what an answer must hold for this person. */
export function expectedValues(profile: Profile): ExpectedValue[] {
  return [
    [['userName'], profile.userName],
    [['externalId'], profile.externalId],
    [['name', 'givenName'], profile.givenName],
    [['name', 'familyName'], profile.familyName],
    [['displayName'], displayNameOf(profile)],
  ];
}

/** @returns what an answer must hold of our attributes, and that it holds nothing of the other version's. */
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

/** @returns how the person is called. */
export function displayNameOf(profile: Profile): string {
  return `${profile.givenName} ${profile.familyName}`;
}
