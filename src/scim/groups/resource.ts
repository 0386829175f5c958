import { isJsonList, isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import { CORE_GROUP, resolveName } from '../discovery/attributes.js';
import { entityTag } from '../http/entity-tag.js';
import { ScimError } from '../http/scim-error.js';
import { userLocation } from '../users/resource.js';
import type { GroupData } from './operations.js';

/** The Group that a group is to SCIM (RFC 7643 §4.2). Without members, the attribute is left out. */
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

/** What a Group that was sent says. Keys are there exactly if they were sent. */
export interface SentGroup {
  readonly displayName?: string;
  readonly externalId?: string | null;
  readonly memberIds?: readonly string[];
}

/**
 * Reads a Group of a POST or PUT. Unknown and read-only attributes are ignored (RFC 7644 §3.5.1); of an attribute that
 * is there twice, the last counts.
 * @throws ScimError invalidValue for a value of the wrong type
 */
export function readGroup(body: JsonObject): SentGroup {
  const parts = Object.entries(body).map(([key, value]) => {
    const found = resolveName(key, CORE_GROUP);
    const isRead = found?.kind === 'attribute' && found.subAttribute === undefined;
    return isRead ? readAttribute(found.attribute.name, value) : {};
  });
  return Object.assign({}, ...parts);
}

/**
 * Reads one attribute of a group; nothing for those that nobody can write.
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
  // A whole number loses nothing as its digits, as in profiles.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value === 'string') return value;
  throw new ScimError(400, `${name} must be a string.`, 'invalidValue');
}

/**
 * The ids in a list of members: of each, only `value` is asked for, since the rest is ours to say. A single one without
 * its list is a list of one, and a bare id stands for its object, as some providers send them.
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
