import { randomUUID } from 'node:crypto';
import { USER_SCHEMA } from './expectations.js';
import { isJsonObject, type JsonObject, type JsonValue, valueAt } from './json-values.js';
import { displayNameOf, EXTENSION, nameOf, type Profile } from './profile.js';

/** @returns the body of a create as Okta sends it, with a password and groups that the server has to ignore. */
export function createBody(profile: Profile): JsonObject {
  const mapped = mappedAttributes(profile);
  return {
    schemas: Object.hasOwn(mapped, EXTENSION) ? [USER_SCHEMA, EXTENSION] : [USER_SCHEMA],
    ...mapped,
    locale: 'en-US',
    groups: [],
    password: randomUUID().slice(0, 8),
    active: true,
  };
}

/** @returns the body of an update as Okta sends it: what it read, merged with the mapped attributes. */
export function mergedBody(read: JsonObject, profile: Profile): JsonObject {
  const mapped = mappedAttributes(profile);
  const merged: Record<string, JsonValue> = { ...read, ...mapped };
  const name = valueAt(read, ['name']);
  if (isJsonObject(name)) merged.name = { ...name, ...nameOf(profile) };
  const schemas = valueAt(read, ['schemas']);
  if (Object.hasOwn(mapped, EXTENSION) && Array.isArray(schemas) && !schemas.includes(EXTENSION)) {
    merged.schemas = [...schemas, EXTENSION];
  }
  return merged;
}

function mappedAttributes(profile: Profile): JsonObject {
  const { userName, externalId, seatType, role, creditLimit } = profile;
  const extension = {
    ...(role === undefined ? {} : { role }),
    ...(creditLimit === undefined ? {} : { creditLimit }),
  };
  return {
    userName,
    name: nameOf(profile),
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName: displayNameOf(profile),
    externalId,
    ...(seatType === undefined ? {} : { seatType }),
    // Okta omits the extension object when all its values are empty.
    ...(Object.keys(extension).length === 0 ? {} : { [EXTENSION]: extension }),
  };
}
