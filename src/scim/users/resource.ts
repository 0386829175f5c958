import type { WorkspaceVersion } from '../../domain/access.js';
import { isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import {
  type AttributeReference,
  CORE_USER,
  ENTERPRISE_USER,
  ROLLCALL_USER,
  resolveName,
} from '../discovery/attributes.js';
import { entityTag } from '../http/entity-tag.js';
import { ScimError } from '../http/scim-error.js';
import type { MemberData } from './operations.js';

/**
 * The User that a member is to SCIM (RFC 7643 §4.1). The profile is stored in its canonical form, so it is given as
 * it is. Access stands in its canonical place only, and only the version's own (rule 2).
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

/** RFC 7643 §4.1.2, `groups`: direct, since groups hold no groups here. */
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

/** What a User that was sent says about a member. Keys are there exactly if they were sent, with what was sent. */
export interface SentUser {
  readonly userName?: string | null;
  readonly externalId?: string | null;
  readonly active?: boolean;
  readonly role?: Json;
  readonly seatType?: Json;
  readonly creditLimit?: Json;
  /** Everything sent about the person, unchecked; `{}` when nothing was. */
  readonly profile: JsonObject;
}

type Fields = Record<string, Json>;

const ACCESS_FIELDS = ['role', 'seatType', 'creditLimit'];

/** What is not the profile's: each of these has a meaning of its own. */
const OWN_FIELDS = ['userName', 'externalId', 'active', ...ACCESS_FIELDS];

/**
 * RFC 7644 §3.5.1: "any values provided SHALL be ignored" for what is read-only, which is what an echo of a GET
 * carries. Passwords are dropped on arrival (rule 20).
 */
const IGNORED_FIELDS = ['schemas', 'id', 'meta', 'groups', 'password'];

/**
 * Reads a User of a POST or PUT (or one that PATCH has changed), wherever in it a provider places our attributes.
 * Unknown attributes are ignored; of an attribute that is there twice, the last counts.
 * @throws ScimError invalidValue for a userName, externalId or active of the wrong type, or an extension that is no
 *   object
 */
export function readUser(body: JsonObject): SentUser {
  const collected: Collected = { own: {}, profile: {}, enterprise: {} };
  for (const [key, value] of Object.entries(body)) {
    const found = resolveName(key);
    if (found?.kind === 'attribute') place(found, value, collected);
    else if (found !== undefined) placeExtension(found.schema, extensionObject(key, value), collected);
  }
  const { own, profile, enterprise } = collected;
  return {
    ...accessFields(own),
    ...userNameField(own),
    ...externalIdField(own),
    ...activeField(own),
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
  // `name.givenName` is a path; as a key of a resource it is an attribute that does not exist.
  if (subAttribute !== undefined || IGNORED_FIELDS.includes(attribute.name)) return;
  if (schema === ENTERPRISE_USER) collected.enterprise[attribute.name] = value;
  else if (OWN_FIELDS.includes(attribute.name)) collected.own[attribute.name] = value;
  else collected.profile[attribute.name] = value;
}

/** An extension whose values are all empty comes as null or "" from some providers. */
function extensionObject(urn: string, value: Json): JsonObject {
  if (isJsonObject(value)) return value;
  if (value === null || value === '') return {};
  throw new ScimError(400, `${urn} must be an object.`, 'invalidValue');
}

/** Unparsed: what they may be is judged where the workspace's version is known. */
function accessFields(own: Fields): Fields {
  return Object.fromEntries(Object.entries(own).filter(([name]) => ACCESS_FIELDS.includes(name)));
}

function userNameField(own: Fields): Pick<SentUser, 'userName'> {
  const userName = text(own, 'userName');
  return userName === undefined ? {} : { userName };
}

function externalIdField(own: Fields): Pick<SentUser, 'externalId'> {
  const externalId = text(own, 'externalId');
  return externalId === undefined ? {} : { externalId };
}

function text(fields: Fields, name: string): string | null | undefined {
  const value = fields[name];
  if (value === undefined || value === null || typeof value === 'string') return value;
  throw new ScimError(400, `${name} must be a string.`, 'invalidValue');
}

/** An empty `active` counts as not sent. Entra, and others after it, send the text "True" or "False". */
function activeField({ active }: Fields): { readonly active?: boolean } {
  if (active === undefined || active === null || active === '') return {};
  if (typeof active === 'boolean') return { active };
  const text = typeof active === 'string' ? active.trim().toLowerCase() : undefined;
  if (text !== 'true' && text !== 'false') {
    throw new ScimError(400, 'active must be true or false.', 'invalidValue');
  }
  return { active: text === 'true' };
}
