import { isDeepStrictEqual } from 'node:util';
import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  parseAttribute,
} from '../../domain/profile.js';
import { CORE_USER, ENTERPRISE_USER, ROLLCALL_USER } from '../discovery/attributes.js';
import { type AttributeReference, resolveName } from '../discovery/names.js';
import { ScimError } from '../http/scim-error.js';
import { patchList } from './list.js';
import type { PatchOperation } from './operations.js';
import { isEmpty, withPart } from './parts.js';
import { type AttributePath, parseKey } from './path.js';
import { patchSingle } from './single.js';

/**
 * The attributes of access that the operations set or removed. A key is present exactly if an operation names it, and
 * the service validates its value. `''` means that it was sent empty, which counts as not sent, except that the other
 * version's attribute is refused (rule 1). `null` means that it was removed, or that `creditLimit` was sent empty.
 */
export interface Touched {
  readonly role?: Json;
  readonly seatType?: Json;
  readonly creditLimit?: Json;
  readonly active?: boolean | '';
}

/** The User after a PATCH, and the attributes of access that the PATCH named. */
export interface PatchResult {
  readonly resource: JsonObject;
  readonly touched: Touched;
}

type Op = PatchOperation['op'];

const EXTENSIONS = [ENTERPRISE_USER, ROLLCALL_USER];

function read({ resource }: PatchResult, { schema, attribute }: AttributeReference): Json | undefined {
  const container = EXTENSIONS.includes(schema) ? resource[schema] : resource;
  return isJsonObject(container) ? container[attribute.name] : undefined;
}

function write(
  draft: PatchResult,
  { schema, attribute }: AttributeReference,
  value: Json | undefined,
): PatchResult {
  const { resource } = draft;
  if (!EXTENSIONS.includes(schema)) {
    return { ...draft, resource: withPart(resource, attribute.name, value) ?? {} };
  }
  const extension = isJsonObject(resource[schema]) ? resource[schema] : {};
  return { ...draft, resource: withPart(resource, schema, withPart(extension, attribute.name, value)) ?? {} };
}

/**
 * Whether a value sent for a read-only attribute equals the current one; for an object, the sub-attributes that were
 * sent.
 */
function isUnchanged(current: Json | undefined, sent: Json | undefined): boolean {
  if (isEmpty(sent) || (Array.isArray(sent) && sent.length === 0)) return isEmpty(current);
  if (!isJsonObject(current) || !isJsonObject(sent)) return isDeepStrictEqual(current, sent);
  return Object.entries(sent).every(([name, part]) => isDeepStrictEqual(current[name], part));
}

/** `schemas` is derived from the resource, so a PATCH that names known schemas changes nothing. */
function namesKnownSchemas(value: Json | undefined): boolean {
  const names: readonly unknown[] = Array.isArray(value) ? value : [value];
  return names.every((name) => typeof name === 'string' && resolveName(name)?.kind === 'schema');
}

/**
 * RFC 7644 §3.5.2: "each operation against an attribute MUST be compatible with the attribute's mutability"; §3.12,
 * `mutability`: "The attempted modification is not compatible with the target attribute's mutability or current state".
 */
function assertUnchanged(draft: PatchResult, op: Op, path: AttributePath, value: Json | undefined): void {
  const { attribute, subAttribute, filter } = path;
  if (attribute.name === 'schemas' && op !== 'remove' && namesKnownSchemas(value)) return;
  const whole = read(draft, path);
  const current = subAttribute !== undefined && isJsonObject(whole) ? whole[subAttribute.name] : whole;
  const unchanged = filter === undefined && isUnchanged(current, op === 'remove' ? null : value);
  if (unchanged || (op === 'remove' && isEmpty(current))) return;
  throw new ScimError(400, `${attribute.name} is read-only and has another value.`, 'mutability');
}

function isAccess(name: string): name is 'role' | 'seatType' | 'creditLimit' {
  return name === 'role' || name === 'seatType' || name === 'creditLimit';
}

/** Records role, seat or limit as sent: the service knows the version and the rules. */
function touchAccess(
  draft: PatchResult,
  op: Op,
  name: 'role' | 'seatType' | 'creditLimit',
  path: AttributePath,
  value: Json | undefined,
): PatchResult {
  const { touched } = draft;
  if (op === 'remove' || (name === 'creditLimit' && isEmpty(value))) {
    return write({ ...draft, touched: { ...touched, [name]: null } }, path, undefined);
  }
  if (isEmpty(value)) return { ...draft, touched: { [name]: '', ...touched } };
  return write({ ...draft, touched: { ...touched, [name]: value } }, path, value);
}

function touchActive(draft: PatchResult, op: Op, path: AttributePath, value: Json | undefined): PatchResult {
  if (op === 'remove') {
    throw new ScimError(
      400,
      'active cannot be removed. To remove the member, set it to false.',
      'invalidValue',
    );
  }
  const active = parseAttribute(path.attribute, value);
  if (typeof active !== 'boolean') return { ...draft, touched: { active: '', ...draft.touched } };
  return write({ ...draft, touched: { ...draft.touched, active } }, path, active);
}

/**
 * RFC 7644 §3.5.2.2: "If an attribute is removed or becomes unassigned and is defined as a required attribute or a
 * read-only attribute, the server SHALL return an HTTP response status code and a JSON detail error response as defined
 * in Section 3.12, with a "scimType" error code of "mutability"."
 */
function writeUserName(
  draft: PatchResult,
  op: Op,
  path: AttributePath,
  value: Json | undefined,
): PatchResult {
  const userName = op === 'remove' ? undefined : parseAttribute(path.attribute, value);
  if (userName === undefined) {
    throw new ScimError(400, 'userName cannot be removed or empty: it is the e-mail address.', 'mutability');
  }
  return write(draft, path, userName);
}

/**
 * Entra, without aadOptscim062020, wraps a single value in a list: `"path": "name.givenName", "value": [{ "$ref": null,
 * "value": "Ann" }]`, and a manager likewise.
 */
function unwrapped({ attribute, subAttribute }: AttributePath, value: Json | undefined): Json | undefined {
  const [one, ...others] = isJsonList(value) ? value : [];
  if (attribute.multiValued || !isJsonObject(one) || others.length > 0) return value;
  if ((subAttribute ?? attribute).type === 'complex') return one;
  return Object.hasOwn(one, 'value') ? one.value : value;
}

function patchAttribute(
  draft: PatchResult,
  op: Op,
  path: AttributePath,
  sent: Json | undefined,
): PatchResult {
  const { name, mutability, multiValued } = path.attribute;
  const value = unwrapped(path, sent);
  if (mutability === 'readOnly') {
    assertUnchanged(draft, op, path, value);
    return draft;
  }
  // Rule 20: a password is dropped on arrival.
  if (mutability === 'writeOnly') return draft;
  if (isAccess(name)) return touchAccess(draft, op, name, path, value);
  if (name === 'active') return touchActive(draft, op, path, value);
  if (name === 'userName') return writeUserName(draft, op, path, value);
  const patch = multiValued ? patchList : patchSingle;
  return write(draft, path, patch(read(draft, path), op, path, value));
}

/** Applies an operation to an extension; attributes that its object omits do not change. */
function patchExtension(draft: PatchResult, op: 'add' | 'replace', schema: string, value: Json): PatchResult {
  if (isJsonObject(value)) {
    return Object.entries(value).reduce((next, [key, part]) => {
      const path = parseKey(key, schema);
      return path?.kind === 'attribute' ? patchAttribute(next, op, path, part) : next;
    }, draft);
  }
  if (!isEmpty(value)) {
    throw new ScimError(400, `${schema} must be an object with its attributes.`, 'invalidValue');
  }
  return schema === ENTERPRISE_USER ? removeExtension(draft, schema) : draft;
}

function removeExtension(draft: PatchResult, schema: string): PatchResult {
  if (schema === CORE_USER) {
    throw new ScimError(400, 'PATCH cannot remove a whole User. Use DELETE.', 'noTarget');
  }
  if (schema === ENTERPRISE_USER) {
    return { ...draft, resource: withPart(draft.resource, schema, undefined) ?? {} };
  }
  return ['role', 'creditLimit'].reduce((next, name) => {
    const path = resolveName(name, schema);
    return path?.kind === 'attribute' ? patchAttribute(next, 'remove', path, undefined) : next;
  }, draft);
}

/**
 * RFC 7644 §3.5.2.1, without a path: "The "value" parameter contains a set of attributes to be added to the resource";
 * §3.5.2.3 likewise. Keys may be paths (Entra). Unknown attributes are ignored, as in a POST or PUT.
 */
function patchRoot(draft: PatchResult, op: 'add' | 'replace', value: JsonObject): PatchResult {
  return Object.entries(value).reduce((next, [key, part]) => {
    const path = parseKey(key);
    if (path === undefined) return next;
    return path.kind === 'schema'
      ? patchExtension(next, op, path.schema, part)
      : patchAttribute(next, op, path, part);
  }, draft);
}

function applyOperation(draft: PatchResult, { op, path, value }: PatchOperation): PatchResult {
  if (path?.kind === 'attribute') return patchAttribute(draft, op, path, value);
  if (op === 'remove') return removeExtension(draft, path?.schema ?? CORE_USER);
  if (path === undefined) return isJsonObject(value) ? patchRoot(draft, op, value) : draft;
  return patchExtension(draft, op, path.schema, value ?? null);
}

/**
 * Applies the operations of a PATCH in their order (RFC 7644 §3.5.2), all of them or none.
 *
 * @param resource the User as GET returns it: extensions under their URNs, our attributes in their canonical places; it
 *   is not modified
 * @returns the patched User, and the attributes of access that the operations named
 * @throws ScimError 400 `noTarget`, `invalidPath`, `invalidFilter`, `mutability`, `invalidValue`; DomainError
 *   INVALID_INPUT for values of another type.
 */
export function applyPatch(resource: JsonObject, operations: readonly PatchOperation[]): PatchResult {
  return operations.reduce(applyOperation, { resource, touched: {} });
}

/**
 * The attributes of access that the operations name, if they name no others: then the User need not be read.
 * @returns undefined when an operation names another attribute
 * @throws as `applyPatch` does
 */
export function accessOnly(operations: readonly PatchOperation[]): Touched | undefined {
  return operations.every(isAboutAccess) ? applyPatch({}, operations).touched : undefined;
}

function isAboutAccess({ path, value }: PatchOperation): boolean {
  const paths =
    path === undefined && isJsonObject(value) ? Object.keys(value).map((key) => parseKey(key)) : [path];
  return paths.every(
    (named) =>
      named?.kind === 'attribute' && (isAccess(named.attribute.name) || named.attribute.name === 'active'),
  );
}
