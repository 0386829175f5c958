import { isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import {
  COMMON_ATTRIBUTES,
  CORE_GROUP,
  CORE_USER,
  GROUP_SCHEMAS,
  schemasFor,
} from '../discovery/attributes.js';
import { type AttributeReference, resolveName, type SchemaReference } from '../discovery/names.js';
import type { Query } from './query.js';

/** Returns a copy of a resource with the requested attributes only. */
export type Projection = (resource: JsonObject) => JsonObject;

/** Names at one level of a resource: each selects the whole value or a part of it. */
type Selection = Map<string, Selection | 'whole'>;

/** RFC 7643 §7, `returned: always`. */
const ALWAYS = ['schemas', 'id'];

/** The names at the root of a resource, by its core schema. */
function coreNames(resource: string): readonly string[] {
  const schemas = resource === CORE_GROUP ? GROUP_SCHEMAS : schemasFor('V1');
  const own = schemas.filter(({ id }) => id === resource).flatMap(({ attributes }) => attributes);
  return [...COMMON_ATTRIBUTES, ...own].map(({ name }) => name);
}

/**
 * Reads `attributes`, which names the attributes to return, and `excludedAttributes`, which names those to omit (RFC
 * 7644 §3.9). Unknown names select nothing; `id` and `schemas` are always returned. The RFC calls the two "mutually
 * exclusive"; a request with both gets the first minus the second.
 * @param resource the core schema of the requested resource
 */
export function projectionOf(query: Query, resource = CORE_USER): Projection {
  const included = selectionOf(query.get('attributes'), resource);
  const excluded = selectionOf(query.get('excludedattributes'), resource);
  for (const name of ALWAYS) {
    included?.set(name, 'whole');
    excluded?.delete(name);
  }
  return (whole) => {
    const kept = included === undefined ? whole : only(whole, included);
    return excluded === undefined ? kept : without(kept, excluded);
  };
}

/** Undefined when the parameter is absent or empty. */
function selectionOf(parameter = '', resource = CORE_USER): Selection | undefined {
  const names = parameter
    .split(',')
    .map((name) => name.trim())
    .filter((name) => name !== '');
  if (names.length === 0) return undefined;
  const selection: Selection = new Map();
  for (const name of names) {
    const found = resolveName(name, resource);
    if (found !== undefined) for (const steps of placesOf(found, resource)) select(selection, steps);
  }
  return selection;
}

/** The paths, as lists of keys, to what a name refers to in a resource. */
function placesOf(
  found: AttributeReference | SchemaReference,
  resource: string,
): readonly (readonly string[])[] {
  const root = found.schema === resource ? [] : [found.schema];
  if (found.kind === 'schema') return root.length > 0 ? [root] : coreNames(resource).map((name) => [name]);
  const { attribute, subAttribute } = found;
  return [[...root, attribute.name, ...(subAttribute === undefined ? [] : [subAttribute.name])]];
}

function select(selection: Selection, [name, ...steps]: readonly string[]): void {
  const selected = name === undefined ? 'whole' : selection.get(name);
  if (name === undefined || selected === 'whole') return;
  if (steps.length === 0) {
    selection.set(name, 'whole');
    return;
  }
  const part: Selection = selected ?? new Map();
  selection.set(name, part);
  select(part, steps);
}

function only(object: JsonObject, selection: Selection): JsonObject {
  return mapped(object, (name, value) => {
    const selected = selection.get(name);
    return selected === undefined || selected === 'whole'
      ? selected && value
      : inside(value, (part) => only(part, selected));
  });
}

function without(object: JsonObject, selection: Selection): JsonObject {
  return mapped(object, (name, value) => {
    const selected = selection.get(name);
    if (selected === 'whole') return undefined;
    return selected === undefined ? value : inside(value, (part) => without(part, selected));
  });
}

function mapped(object: JsonObject, map: (name: string, value: Json) => Json | undefined): JsonObject {
  const result: Record<string, Json> = {};
  for (const [name, value] of Object.entries(object)) {
    const kept = map(name, value);
    if (kept !== undefined) result[name] = kept;
  }
  return result;
}

/** Applies to a complex value, or to each value of a list; undefined when nothing is left. */
function inside(value: Json, apply: (part: JsonObject) => JsonObject): Json | undefined {
  if (isJsonObject(value)) {
    const part = apply(value);
    return Object.keys(part).length === 0 ? undefined : part;
  }
  if (!Array.isArray(value)) return value;
  const parts = value.map((item: Json) => inside(item, apply)).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts;
}
