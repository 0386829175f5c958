import { isJsonList, isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import { CORE_GROUP, CORE_USER } from '../discovery/attributes.js';
import { resolveName } from '../discovery/names.js';
import { entityTag } from '../http/entity-tag.js';
import { MESSAGES, refuseOtherSchemas } from '../http/message.js';
import { ScimError } from '../http/scim-error.js';
import { userLocation } from '../users/resource.js';
import type { GroupData } from './operations.js';

/** Converts a group to a SCIM Group (RFC 7643 §4.2). */
export function groupResource(group: GroupData, baseUrl: string): JsonObject {
  const members = (group.everyMember ?? []).map((member) => memberValue(member, baseUrl));
  return {
    schemas: [CORE_GROUP],
    id: group.id,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    displayName: group.displayName,
    ...(members.length === 0 ? {} : { members }),
    meta: {
      resourceType: 'Group',
      created: new Date(group.createdAt).toISOString(),
      lastModified: new Date(group.updatedAt).toISOString(),
      location: groupLocation(baseUrl, group.id),
      version: entityTag(group.version),
    },
  };
}

export function groupLocation(baseUrl: string, id: string): string {
  return `${baseUrl}/Groups/${id}`;
}

/** One value of `members`. */
export function memberValue(
  { id, name }: { readonly id: string; readonly name: string },
  baseUrl: string,
): JsonObject {
  return { value: id, $ref: userLocation(baseUrl, id), display: name, type: 'User' };
}

/** A Group that was sent. A key is present exactly if it was sent. */
export interface SentGroup {
  readonly displayName?: string;
  readonly externalId?: string | null;
  readonly memberIds?: readonly string[];
}

/**
 * Reads a Group of a POST or PUT. Unknown and read-only attributes are ignored (RFC 7644 §3.5.1). The last value of a
 * repeated attribute counts.
 * @throws ScimError invalidSyntax for the schemas of another resource; invalidValue for a value of the wrong type
 */
export function readGroup(body: JsonObject): SentGroup {
  refuseOtherSchemas(body, CORE_GROUP, [CORE_USER.toLowerCase(), MESSAGES]);
  const parts = Object.entries(body).map(([key, value]) => {
    const found = resolveName(key, CORE_GROUP);
    const isRead = found?.kind === 'attribute' && found.subAttribute === undefined;
    return isRead ? readAttribute(found.attribute.name, value) : {};
  });
  return Object.assign({}, ...parts);
}

/**
 * Reads one attribute of a group; returns no key for attributes that are not writable.
 * @throws ScimError invalidValue for a value of the wrong type
 */
export function readAttribute(name: string, value: Json | undefined): SentGroup {
  switch (name) {
    case 'displayName':
      return { displayName: readText('displayName', value) ?? '' };
    case 'externalId':
      return { externalId: readText('externalId', value) };
    case 'members':
      return { memberIds: readMemberIds(value) };
    default:
      return {};
  }
}

function readText(name: string, value: Json | undefined): string | null {
  if (value === undefined || value === null) return null;
  // A whole number is read as its digits, as in profiles.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string') return value;
  throw new ScimError(400, `${name} must be a string.`, 'invalidValue');
}

/**
 * Reads the ids in a list of members. Only the `value` of each is read: the other sub-attributes are read-only. Some
 * providers send a single value without a list, or a bare id for its object.
 * @throws ScimError invalidValue
 */
export function readMemberIds(value: Json | undefined): string[] {
  if (value === undefined || value === null || value === '') return [];
  return (isJsonList(value) ? value : [value]).map(readMemberId);
}

function readMemberId(member: Json): string {
  const id = isJsonObject(member)
    ? Object.entries(member).findLast(([name]) => name.toLowerCase() === 'value')?.[1]
    : member;
  if (typeof id === 'string' && id.trim() !== '') return id.trim();
  throw new ScimError(400, 'Each of members must have the id of a user as its value.', 'invalidValue');
}
