import { DomainError } from './errors.js';
import { PROFILE_ATTRIBUTES, type ProfileAttribute } from './profile-attributes.js';

export { PROFILE_ATTRIBUTES, type ProfileAttribute };

export type Json = string | number | boolean | null | readonly Json[] | JsonObject;
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What is kept about a person on the member: attributes of PROFILE_ATTRIBUTES in their canonical form. */
export type Profile = JsonObject;

/** What of an attribute decides how its values are read. */
export interface ValueShape {
  readonly name: string;
  readonly type: string;
  readonly multiValued: boolean;
  readonly subAttributes?: readonly ValueShape[];
}

/** Whether the value, which has come out of JSON, is an object: not a list and not null. */
export function isJsonObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Whether the value, which has come out of JSON, is a list. */
export function isJsonList(value: unknown): value is readonly Json[] {
  return Array.isArray(value);
}

/** More values than anybody has, and few enough to be compared with each other. */
export const MAX_VALUES = 200;

function refuse(attribute: string, allowed: string): DomainError {
  return new DomainError('INVALID_INPUT', `${attribute} must be ${allowed}.`, { attribute });
}

function parseText(value: unknown, path: string): string {
  // OneLogin and scripts send numbers, such as an employee number, without quotes. Nothing is lost in taking a whole
  // number as its digits; of a fraction or a boolean it is unclear which text was meant.
  if (typeof value === 'number' && Number.isSafeInteger(value)) return String(value);
  if (typeof value !== 'string') throw refuse(path, 'text');
  // PostgreSQL's jsonb can hold neither the character NUL nor half of a surrogate pair.
  if (value.includes('\0') || !value.isWellFormed())
    throw refuse(path, 'text without NUL or broken characters');
  return value;
}

function parseBoolean(value: unknown, path: string): boolean {
  if (typeof value === 'boolean') return value;
  // Entra sends "True" and "False".
  const word = typeof value === 'string' ? value.toLowerCase() : undefined;
  if (word === 'true') return true;
  if (word === 'false') return false;
  throw refuse(path, 'true or false');
}

/** The object with canonical names, in the order of their lengths; of names that differ in case only, the last counts. */
function parseObject(
  shapes: readonly ValueShape[],
  value: JsonObject,
  prefix: string,
): JsonObject | undefined {
  const sent = new Map(Object.entries(value).map(([name, part]) => [name.toLowerCase(), part]));
  const parts: [name: string, part: Json][] = [];
  for (const shape of shapes) {
    const found = sent.get(shape.name.toLowerCase());
    const part = found === undefined ? undefined : parseAttribute(shape, found, `${prefix}${shape.name}`);
    if (part !== undefined) parts.push([shape.name, part]);
  }
  return parts.length === 0 ? undefined : Object.fromEntries(parts.sort(inOrderOfJsonb));
}

/** As PostgreSQL keeps the keys of jsonb: so who writes is answered to the byte as who reads afterwards. */
function inOrderOfJsonb([a]: readonly [string, Json], [b]: readonly [string, Json]): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

function parseComplex(shape: ValueShape, value: unknown, path: string): JsonObject | undefined {
  const shapes = shape.subAttributes ?? [];
  if (isJsonObject(value)) return parseObject(shapes, value, `${path}.`);
  // A bare value stands for its object: Entra sends a manager as the manager's id, scripts send lists of addresses.
  if (!isJsonList(value) && shapes.some(({ name }) => name === 'value')) {
    return { value: parseText(value, path) };
  }
  throw refuse(path, `an object with ${shapes.map(({ name }) => name).join(', ')}`);
}

/**
 * At most one value is primary. Where several are, the first one stays it, because that is the one which a reader who
 * looks for the primary value would have found.
 */
function withOnePrimary(values: readonly JsonObject[]): readonly JsonObject[] {
  const primary = values.findIndex((value) => value.primary === true);
  return values.map((value, index) =>
    value.primary === true && index !== primary ? { ...value, primary: false } : value,
  );
}

/** Whether a value of a list says more than what it would be for: OneLogin sends an empty phone as type and "". */
function saysSomething(value: JsonObject): boolean {
  return Object.keys(value).some((name) => name !== 'type' && name !== 'primary');
}

/** A single value without its list counts as a list of one; the same value twice counts once. */
function parseList(shape: ValueShape, value: unknown, path: string): readonly JsonObject[] | undefined {
  const sent = isJsonList(value) ? value : [value];
  if (sent.length > MAX_VALUES) throw refuse(path, `a list of at most ${MAX_VALUES} values`);
  const distinct = new Map<string, JsonObject>();
  for (const one of sent.filter((one) => one !== null && one !== '')) {
    const parsed = parseComplex(shape, one, path);
    if (parsed !== undefined && saysSomething(parsed)) distinct.set(JSON.stringify(parsed), parsed);
  }
  return distinct.size === 0 ? undefined : withOnePrimary([...distinct.values()]);
}

/**
 * Reads the value of one attribute into its canonical form.
 *
 * @param path how the attribute is called in a refusal.
 * @returns undefined where nothing is said: null, `""`, and lists and objects that hold nothing else.
 * @throws DomainError INVALID_INPUT for a value of another type.
 */
export function parseAttribute(shape: ValueShape, value: unknown, path = shape.name): Json | undefined {
  if (value === undefined || value === null || value === '') return undefined;
  if (shape.multiValued) return parseList(shape, value, path);
  if (shape.type === 'complex') return parseComplex(shape, value, path);
  return shape.type === 'boolean' ? parseBoolean(value, path) : parseText(value, path);
}

/**
 * Reads what a provider or a client says about a person (rule 20). The answer is canonical: whatever means the same
 * becomes the same, down to the order of its keys, so that saying it twice changes nothing (rule 21).
 *
 * Names are read without case. What is not in PROFILE_ATTRIBUTES is dropped; so is what is empty (null, `""`, `[]`,
 * `{}`). A single value where a list belongs is taken as a list of one.
 *
 * @throws DomainError INVALID_INPUT that names the attribute and what is allowed.
 */
export function parseProfile(value: unknown): Profile {
  if (!isJsonObject(value)) throw refuse('profile', 'an object');
  return parseObject(PROFILE_ATTRIBUTES, value, '') ?? {};
}

/**
 * A profile with some attributes changed: those of an object one by one, a list as a whole. Null clears an attribute.
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

/** The person's e-mail addresses: the primary one first, the others in their order (rule 14). */
export function emailAddresses(profile: Profile): string[] {
  const emails = isJsonList(profile.emails) ? profile.emails : [];
  return emails
    .filter(isJsonObject)
    .toSorted((a, b) => Number(b.primary === true) - Number(a.primary === true))
    .flatMap(({ value }) => (typeof value === 'string' ? [value] : []));
}
