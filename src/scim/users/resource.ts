import type { WorkspaceVersion } from '../../domain/access.js';
import { emailsShown } from '../../domain/address.js';
import {
  isJsonObject,
  type Json,
  type JsonObject,
  parseAttribute,
  singleValue,
} from '../../domain/profile.js';
import type { MemberInput } from '../../domain/provisioning.js';
import {
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  isAccess,
  ROLLCALL_USER,
  type ScimAttribute,
} from '../discovery/attributes.js';
import { type AttributeReference, resolveName } from '../discovery/names.js';
import { entityTag } from '../http/entity-tag.js';
import { MESSAGES, refuseOtherSchemas } from '../http/message.js';
import { ScimError } from '../http/scim-error.js';
import type { MemberData } from './operations.js';

/**
 * Converts a member to a SCIM User (RFC 7643 §4.1). The stored profile is normalized already. Access appears in its
 * canonical place only, and only that of the workspace's version (rule 2).
 */
export function userResource(member: MemberData, version: WorkspaceVersion, baseUrl: string): JsonObject {
  const { enterprise, ...attributes } = member.profile.attributes;
  const person = withEmails(attributes, member);
  const extension = version === 'V2' ? roleExtension(member) : undefined;
  const schemas = [CORE_USER];
  if (extension !== undefined) schemas.push(ROLLCALL_USER);
  if (enterprise !== undefined) schemas.push(ENTERPRISE_USER);
  return {
    schemas,
    id: member.id,
    ...(member.externalId === null ? {} : { externalId: member.externalId }),
    userName: member.userName,
    ...person,
    active: member.active,
    ...groups(member, baseUrl),
    ...(version === 'V1' ? seat(member) : {}),
    ...(extension === undefined ? {} : { [ROLLCALL_USER]: extension }),
    ...(enterprise === undefined ? {} : { [ENTERPRISE_USER]: enterprise }),
    meta: {
      resourceType: 'User',
      created: dateTime(member.createdAt),
      lastModified: dateTime(member.updatedAt),
      location: userLocation(baseUrl, member.id),
      version: entityTag(member.version),
    },
  };
}

/** The attributes with the member's address as e-mail, where the workspace has added the member without any. */
function withEmails(attributes: JsonObject, { managedBy, userName }: MemberData): JsonObject {
  if (managedBy !== 'WORKSPACE' || attributes.emails !== undefined) return attributes;
  const emails = emailsShown(userName);
  return emails === undefined ? attributes : { ...attributes, emails };
}

export function userLocation(baseUrl: string, id: string): string {
  return `${baseUrl}/Users/${id}`;
}

function dateTime(value: Date | string): string {
  return (typeof value === 'string' ? new Date(value) : value).toISOString();
}

/** RFC 7643 §4.1.2, `groups`: direct, because groups cannot contain groups here. */
function groups(member: MemberData, baseUrl: string): JsonObject {
  if (member.groups.length === 0) return {};
  const values = member.groups.map(({ id, displayName }) => ({
    value: id,
    $ref: `${baseUrl}/Groups/${id}`,
    display: displayName,
    type: 'direct',
  }));
  return { groups: values };
}

function seat({ access }: MemberData): JsonObject {
  return access?.__typename === 'SeatAccess' && access.seatType !== null
    ? { seatType: access.seatType.toLowerCase() }
    : {};
}

function roleExtension({ access }: MemberData): JsonObject | undefined {
  if (access?.__typename !== 'RoleAccess') return undefined;
  const role = access.role.toLowerCase();
  return access.creditLimit === null ? { role } : { role, creditLimit: access.creditLimit };
}

/** A User that was sent, as a member input. A key is present exactly if it was sent. */
export type SentUser = MemberInput & {
  /** The profile as it was sent, unchecked; `{}` when none was sent. */
  readonly profile: JsonObject;
};

type Fields = Record<string, Json>;

/** The attributes that have a place of their own in a member input; all others are the profile's. */
const OWN_ATTRIBUTES: ReadonlySet<string> = new Set<keyof MemberInput>([
  'userName',
  'externalId',
  'active',
  'role',
  'seatType',
  'creditLimit',
]);

/** RFC 7644 §3.5.1, "readOnly": "Any values provided SHALL be ignored." Passwords are not stored (rule 20). */
const IGNORED: readonly ScimAttribute['mutability'][] = ['readOnly', 'writeOnly'];

/**
 * Reads a User of a POST or PUT, or one that PATCH has changed, with our attributes wherever a provider places them.
 * Unknown attributes are ignored. The last value of a repeated attribute counts.
 * @throws ScimError invalidSyntax for the schemas of another resource, invalidValue for an extension that is not an
 *   object; DomainError INVALID_INPUT for a userName, externalId or active of the wrong type
 */
export function readUser(body: JsonObject): SentUser {
  refuseOtherSchemas(body, CORE_USER, [CORE_GROUP.toLowerCase(), MESSAGES]);
  const collected: Collected = { own: {}, profile: {}, enterprise: {} };
  for (const [key, value] of Object.entries(body)) {
    const found = resolveName(key);
    if (found?.kind === 'attribute') place(found, value, collected);
    else if (found !== undefined) placeExtension(found.schema, extensionObject(key, value), collected);
  }
  const { own, profile, enterprise } = collected;
  return {
    ...own,
    profile: Object.keys(enterprise).length === 0 ? profile : { ...profile, enterprise },
  };
}

interface Collected {
  readonly own: Fields;
  readonly profile: Fields;
  readonly enterprise: Fields;
}

function placeExtension(schema: string, extension: JsonObject, collected: Collected): void {
  for (const [key, value] of Object.entries(extension)) {
    const found = resolveName(key, schema);
    if (found?.kind === 'attribute') place(found, value, collected);
  }
}

function place(
  { schema, attribute, subAttribute }: AttributeReference,
  value: Json,
  collected: Collected,
): void {
  // `name.givenName` is a path, not the name of an attribute.
  if (subAttribute !== undefined || IGNORED.includes(attribute.mutability)) return;
  if (schema === ENTERPRISE_USER) collected.enterprise[attribute.name] = value;
  else if (OWN_ATTRIBUTES.has(attribute.name)) placeOwn(attribute, value, collected.own);
  else collected.profile[attribute.name] = value;
}

/** Some providers send null or "" for an extension without values. */
function extensionObject(urn: string, value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  if (value === null || value === '') return {};
  throw new ScimError(400, `${urn} must be an object.`, 'invalidValue');
}

function placeOwn(attribute: ScimAttribute, value: Json, own: Fields): void {
  const { name, type } = attribute;
  // The service parses access, because it knows the workspace's version.
  if (isAccess(name)) own[name] = singleValue(attribute, value);
  else {
    const parsed = parseAttribute(attribute, value);
    if (parsed !== undefined) own[name] = parsed;
    // Empty text clears the attribute; an empty `active` counts as not sent.
    else if (type !== 'boolean') own[name] = null;
  }
}
