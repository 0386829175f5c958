import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  parseAttribute,
} from '../../domain/profile.js';
import { CORE_GROUP, CORE_USER, type ScimAttribute } from '../discovery/attributes.js';
import { resolveName } from '../discovery/names.js';
import { entityTag } from '../http/entity-tag.js';
import { JsonList } from '../http/json-bytes.js';
import { MESSAGES, refuseOtherSchemas } from '../http/message.js';
import { ScimError } from '../http/scim-error.js';
import { userLocation } from '../users/resource.js';
import type { GroupData, MemberData } from './operations.js';

/** Converts a group to a SCIM Group (RFC 7643 §4.2). */
export function groupResource(group: GroupData, baseUrl: string): JsonObject {
  return withMembers(
    group,
    baseUrl,
    group.everyMember?.map((member) => memberValue(member, baseUrl)),
  );
}

/** The same Group, to be sent as it is. */
export function groupBody(group: GroupData, baseUrl: string): object {
  return withMembers(
    group,
    baseUrl,
    group.everyMember && new JsonList(memberTexts(group.everyMember, baseUrl)),
  );
}

function withMembers<Members>(group: GroupData, baseUrl: string, members: Members | undefined) {
  return {
    schemas: [CORE_GROUP],
    id: group.id,
    ...(group.externalId === null ? {} : { externalId: group.externalId }),
    displayName: group.displayName,
    // An empty list too: some providers never add anybody to a group that has no `members`.
    ...(members === undefined ? {} : { members }),
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
export function memberValue({ id, name }: MemberData, baseUrl: string): JsonObject {
  return { value: id, $ref: userLocation(baseUrl, id), display: name, type: 'User' };
}

/** The JSON of `memberValue`s, of members whose ids are UUIDs, in which nothing is to be escaped. */
function* memberTexts(members: readonly MemberData[], baseUrl: string): Generator<string> {
  const location = JSON.stringify(userLocation(baseUrl, '')).slice(0, -1);
  for (const { id, name } of members)
    yield `{"value":"${id}","$ref":${location}${id}","display":${JSON.stringify(name)},"type":"User"}`;
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
 * @throws ScimError invalidSyntax for the schemas of another resource, invalidValue for members; DomainError
 *   INVALID_INPUT for a value of the wrong type
 */
export function readGroup(body: JsonObject): SentGroup {
  refuseOtherSchemas(body, CORE_GROUP, [CORE_USER.toLowerCase(), MESSAGES]);
  const parts = Object.entries(body).map(([key, value]) => {
    const found = resolveName(key, CORE_GROUP);
    const isRead = found?.kind === 'attribute' && found.subAttribute === undefined;
    return isRead ? readAttribute(found.attribute, value) : {};
  });
  return Object.assign({}, ...parts);
}

/**
 * Reads one attribute of a group; returns no key for attributes that are not writable.
 * @throws ScimError invalidValue for members, DomainError INVALID_INPUT for any other value of the wrong type
 */
export function readAttribute(attribute: ScimAttribute, value: Json | undefined): SentGroup {
  switch (attribute.name) {
    case 'displayName':
      return { displayName: readText(attribute, value) ?? '' };
    case 'externalId':
      return { externalId: readText(attribute, value) };
    case 'members':
      return isAbsent(value) ? {} : { memberIds: readMemberIds(value) };
    default:
      return {};
  }
}

function readText(attribute: ScimAttribute, value: Json | undefined): string | null {
  const text = parseAttribute(attribute, value);
  return typeof text === 'string' ? text : null;
}

/**
 * Reads the ids in a list of members. Only the `value` of each is read: the other sub-attributes are read-only. Some
 * providers send a single value without a list, or a bare id for its object.
 * @throws ScimError invalidValue
 */
export function readMemberIds(value: Json | undefined): string[] {
  if (isAbsent(value)) return [];
  return (isJsonList(value) ? value : [value]).map(readMemberId);
}

/** Null and an empty text: the members were not sent, as with a role (spec "Omission is not deletion of access"). */
function isAbsent(value: Json | undefined): value is null | '' | undefined {
  return value === undefined || value === null || value === '';
}

function readMemberId(member: Json): string {
  const id = isJsonObject(member)
    ? Object.entries(member).findLast(([name]) => name.toLowerCase() === 'value')?.[1]
    : member;
  if (typeof id === 'string' && id.trim() !== '') return id.trim();
  throw new ScimError(400, 'Each of members must have the id of a user as its value.', 'invalidValue');
}
