import { DomainError } from './errors.js';
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from './profile-attributes.js';
import { LONGEST_TEXT } from './text.js';

export { PROFILE_ATTRIBUTES, type ProfileAttribute };

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** The attributes of a person that a member stores: those of PROFILE_ATTRIBUTES, in canonical form. */
export type Profile = JsonObject;

/** The part of an attribute's declaration that the parser of values needs. */
export interface ValueShape {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly mutability?: string;
  readonly subAttributes?: readonly ValueShape[];
}

export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** More values than a real person has, and few enough to compare each with all others. */
export const MAX_VALUES = 200;

function refuse(attribute: string, allowed: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} must be ${allowed}.`, { attribute });
}

/**
 * Reads text. OneLogin and scripts send numbers, such as an employee number, without quotes; only a whole number has a
 * single spelling as text.
 * @returns undefined for any other value
 */
export function textIn(value: unknown): string | undefined {
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  return typeof value === 'string' ? value : undefined;
}

function parseText(value: unknown, path: string): string {
  const text = textIn(value);
  if (text === undefined) throw refuse(path, 'text');
  // PostgreSQL's jsonb stores neither NUL nor lone surrogates.
  if (text.includes('\0') || !text.isWellFormed())
    throw refuse(path, 'text without NUL or broken characters');
  return text;
}

/** Parses a boolean; Entra sends "True" and "False". @returns undefined for any other value */
export function booleanIn(value: unknown): boolean | undefined {
  if (typeof value === 'boolean') return value;
  const text = typeof value === 'string' ? value.trim().toLowerCase() : undefined;
  return text === 'true' || text === 'false' ? text === 'true' : undefined;
}

function parseBoolean(value: unknown, path: string): boolean {
  const boolean = booleanIn(value);
  if (boolean === undefined) throw refuse(path, 'true or false');
  return boolean;
}

/** The object with canonical names. When several names differ only in case, the last one counts. */
function parseObject(
  shapes: readonly ValueShape[],
  value: JsonObject,
  prefix: string,
): JsonObject | undefined {
  const sent = new Map(Object.entries(value).map(([name, part]) => [name.toLowerCase(), part]));
  const parts: [name: string, part: Json][] = [];
  for (const shape of shapes) {
    if (shape.mutability === 'readOnly') continue;
    const found = sent.get(shape.name.toLowerCase());
    const part = found === undefined ? undefined : parseAttribute(shape, found, `${prefix}${shape.name}`);
    if (part !== undefined) parts.push([shape.name, part]);
  }
  return parts.length === 0 ? undefined : Object.fromEntries(parts.sort(inOrderOfJsonb));
}

/**
 * The order in which PostgreSQL stores jsonb keys, so that the answer to a write has the same bytes as a later read.
 */
function inOrderOfJsonb([a]: readonly [string, Json], [b]: readonly [string, Json]): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function parseComplex(shape: ValueShape, value: unknown, path: string): JsonObject | undefined {
  const shapes = shape.subAttributes ?? [];
  if (isJsonObject(value)) return parseObject(shapes, value, `${path}.`);
  // Entra sends a manager as a bare id, and scripts send lists of addresses: each becomes the `value` of an object.
  if (!isJsonList(value) && shapes.some(({ name }) => name === 'value')) {
    return { value: parseText(value, path) };
  }
  throw refuse(path, `an object with ${shapes.map(({ name }) => name).join(', ')}`);
}

/**
 * Keeps at most one primary value. If there are several, the first remains primary, because a search for the primary
 * value finds it.
 */
function withOnePrimary(values: readonly JsonObject[]): readonly JsonObject[] {
  const primary = values.findIndex((value) => value.primary === true);
  return values.map((value, index) =>
    value.primary === true && index !== primary ? { ...value, primary: false } : value,
  );
}

/** Whether a value has more than a label: OneLogin sends an empty phone number as a type and "". */
function hasContent(value: JsonObject): boolean {
  return Object.keys(value).some((name) => name !== 'type' && name !== 'primary');
}

/** Parses a list: a single value counts as a list of one, and duplicates count once. */
function parseList(shape: ValueShape, value: unknown, path: string): readonly JsonObject[] | undefined {
  const sent = isJsonList(value) ? value : [value];
  if (sent.length > MAX_VALUES) throw refuse(path, `a list of at most ${MAX_VALUES} values`);
  const distinct = new Map<string, JsonObject>();
  for (const one of sent.filter((one) => one !== null && one !== '')) {
    const parsed = parseComplex(shape, one, path);
    if (parsed !== undefined && hasContent(parsed)) distinct.set(JSON.stringify(parsed), parsed);
  }
  return distinct.size === 0 ? undefined : withOnePrimary([...distinct.values()]);
}

/**
 * The value of a single-valued attribute that Entra, without aadOptscim062020, wraps in a list: `"path":
 * "name.givenName", "value": [{ "$ref": null, "value": "Ann" }]`, and a manager likewise.
 * @returns any other value unchanged
 */
export function singleValue<Value>(shape: ValueShape, value: Value): Value | Json {
  const [one, ...others] = isJsonList(value) ? value : [];
  if (shape.multiValued || !isJsonObject(one) || others.length > 0) return value;
  if (shape.type === 'complex') return one;
  return one.value ?? (Object.hasOwn(one, 'value') ? null : value);
}

/**
 * Parses the value of one attribute into its canonical form. POST, PUT, PATCH, bulk operations and GraphQL all read
 * values here, by one declaration for each attribute, and so accept the same beside the declared types: whole numbers
 * for text (`textIn`), "true" and "false" for booleans (`booleanIn`), one value for a list, a list with one object for a
 * single value (`singleValue`), and text for an object with a `value`. Filters compare with `textIn` and `booleanIn`.
 *
 * @param path the attribute's name in a refusal.
 * @returns undefined for an empty value: null, `""`, and lists and objects that contain only empty values.
 * @throws DomainError INVALID_INPUT for a value of the wrong type.
 */
export function parseAttribute(shape: ValueShape, value: unknown, path = shape.name): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (shape.multiValued) return parseList(shape, value, path);
  const one = singleValue(shape, value);
  if (one === null || one === '') return undefined;
  if (shape.type === 'complex') return parseComplex(shape, one, path);
  return shape.type === 'boolean' ? parseBoolean(one, path) : parseText(one, path);
}

/**
 * Parses a profile that a provider or a client sends (rule 20). The result is canonical: equal values become identical,
 * including the order of their keys, so that sending a profile twice changes nothing (rule 21).
 *
 * Names match in any case. Attributes that are not in PROFILE_ATTRIBUTES are dropped, and so are read-only ones and
 * empty ones (null, `""`, `[]`, `{}`). A single value of a list attribute becomes a list of one.
 *
 * @throws DomainError INVALID_INPUT that names the attribute and what is allowed.
 */
export function parseProfile(value: unknown): Profile {
  if (!isJsonObject(value)) throw refuse('profile', 'an object');
  return parseObject(PROFILE_ATTRIBUTES, value, '') ?? {};
}

/** The most characters of a certificate or a URL, which may be a `data:` URL with a picture. */
const LONGEST_DATA = 65_536;

interface LongText {
  readonly path: string;
  readonly text: string;
  readonly longest: number;
}

/** The texts of a profile that are longer than allowed. */
function longTexts(shapes: readonly ProfileAttribute[], value: JsonObject, prefix = ''): LongText[] {
  return shapes.flatMap(({ name, type, subAttributes = [] }) => {
    const part = value[name];
    if (part === undefined) return [];
    const path = `${prefix}${name}`;
    if (typeof part === 'string') {
      const longest = type === 'string' ? LONGEST_TEXT : LONGEST_DATA;
      return part.length > longest ? [{ path, text: part, longest }] : [];
    }
    const objects = (isJsonList(part) ? part : [part]).filter(isJsonObject);
    return objects.flatMap((one) => longTexts(subAttributes, one, `${path}.`));
  });
}

/**
 * Refuses texts that are too long and that the person does not have already.
 * @throws DomainError INVALID_INPUT that names the attribute
 */
export function requireShortTexts(profile: Profile, before: Profile): void {
  for (const { path, text, longest } of longTexts(PROFILE_ATTRIBUTES, profile)) {
    const known = longTexts(PROFILE_ATTRIBUTES, before);
    if (known.some((one) => one.path === path && one.text === text)) continue;
    const message = `${path} has ${text.length} characters, and may have at most ${longest}.`;
    throw new DomainError('INVALID_INPUT', message, { attribute: path });
  }
}

/**
 * Returns a profile with some attributes changed: an object is merged attribute by attribute, a list is replaced. Null
 * clears an attribute.
 */
export function mergedProfile(profile: JsonObject, changes: JsonObject): JsonObject {
  const merged = new Map(Object.entries(profile));
  for (const [name, change] of Object.entries(changes)) {
    const before = merged.get(name);
    if (change === null) merged.delete(name);
    else if (isJsonObject(change))
      merged.set(name, mergedProfile(isJsonObject(before) ? before : {}, change));
    else merged.set(name, change);
  }
  return Object.fromEntries(merged);
}

/** The person's e-mail addresses: the primary one first, the others in their stored order (rule 14). */
export function emailAddresses(profile: Profile): string[] {
  const emails = isJsonList(profile.emails) ? profile.emails : [];
  if (emails.length === 0) return [];
  return emails
    .filter(isJsonObject)
    .toSorted((a, b) => Number(b.primary === true) - Number(a.primary === true))
    .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}
