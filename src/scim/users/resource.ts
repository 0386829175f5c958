import type { WorkspaceVersion } from '../../domain/access.js';
import { booleanIn, isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import type { MemberInput } from '../../domain/provisioning.js';
import { CORE_GROUP, CORE_USER, ENTERPRISE_USER, ROLLCALL_USER } from '../discovery/attributes.js';
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
  const { enterprise, ...person } = member.profile.attributes;
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
type Reader = (name: string, value: Json) => Json | undefined;

/** The attributes that have a place of their own in a member input; all others are the profile's. */
const OWN_ATTRIBUTES: ReadonlyMap<string, Reader> = new Map<keyof MemberInput, Reader>([
  ['userName', readText],
  ['externalId', readText],
  ['active', readBoolean],
  ['role', unparsed],
  ['seatType', unparsed],
  ['creditLimit', unparsed],
]);

/**
 * RFC 7644 §3.5.1: "any values provided SHALL be ignored" for read-only attributes, which a client sends back after a
 * GET. Passwords are not stored (rule 20).
 */
const IGNORED_FIELDS = ['schemas', 'id', 'meta', 'groups', 'password'];

/**
 * Reads a User of a POST or PUT, or one that PATCH has changed, with our attributes wherever a provider places them.
 * Unknown attributes are ignored. The last value of a repeated attribute counts.
 * @throws ScimError invalidSyntax for the schemas of another resource; invalidValue for a userName, externalId or active of the wrong type, or an extension that is not an
 *   object
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
  const read = Object.entries(own).map(([name, value]) => [name, OWN_ATTRIBUTES.get(name)?.(name, value)]);
  return {
    ...Object.fromEntries(read.filter(([, value]) => value !== undefined)),
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
  if (subAttribute !== undefined || IGNORED_FIELDS.includes(attribute.name)) return;
  if (schema === ENTERPRISE_USER) collected.enterprise[attribute.name] = value;
  else if (OWN_ATTRIBUTES.has(attribute.name)) collected.own[attribute.name] = value;
  else collected.profile[attribute.name] = value;
}

/** Some providers send null or "" for an extension without values. */
function extensionObject(urn: string, value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  if (value === null || value === '') return {};
  throw new ScimError(400, `${urn} must be an object.`, 'invalidValue');
}

function readText(name: string, value: Json): string | null {
  if (value === null || typeof value === 'string') return value;
  throw new ScimError(400, `${name} must be a string.`, 'invalidValue');
}

/** An empty value counts as not sent. */
function readBoolean(name: string, value: Json): boolean | undefined {
  if (value === null || value === '') return undefined;
  const boolean = booleanIn(value);
  if (boolean !== undefined) return boolean;
  throw new ScimError(400, `${name} must be true or false.`, 'invalidValue');
}

/** The service parses it, because it knows the workspace's version. */
function unparsed(_name: string, value: Json): Json {
  return value;
}
