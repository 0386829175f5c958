import { isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import {
  type AttributeReference,
  COMMON_ATTRIBUTES,
  CORE_GROUP,
  CORE_USER,
  GROUP_SCHEMAS,
  resolveName,
  type SchemaReference,
  schemasFor,
} from '../discovery/attributes.js';
import type { Query } from './query.js';

/** Cuts a resource down to what was asked for; the resource that it is given stays as it is. */
export type Projection = (resource: JsonObject) => JsonObject;

/** Names at one level of a resource: each whole, or what of it. */
type Selection = Map<string, Selection | 'whole'>;

/** RFC 7643 §7, `returned: always`. */
const ALWAYS = ['schemas', 'id'];

/** Everything that stands at the root of a resource, by its core schema. */
function coreNames(resource: string): readonly string[] {
  const schemas = resource === CORE_GROUP ? GROUP_SCHEMAS : schemasFor('V1');
  const own = schemas.filter(({ id }) => id === resource).flatMap(({ attributes }) => attributes);
  return [...COMMON_ATTRIBUTES, ...own].map(({ name }) => name);
}

/**
 * What `attributes` and `excludedAttributes` ask for (RFC 7644 §3.9): the first names all that is wanted, the second
 * what is not. Names that are not known ask for nothing; `id` and `schemas` are always there. The RFC calls the two
 * "mutually exclusive"; who sends both gets what is wanted, without what is not, because that can only be meant.
 * @param resource the core schema of the resource that is asked for
 */
export function projectionOf(query: Query, resource = CORE_USER): Projection {
  const wanted = selectionOf(query.get('attributes'), resource);
  const unwanted = selectionOf(query.get('excludedattributes'), resource);
  for (const name of ALWAYS) {
    wanted?.set(name, 'whole');
    unwanted?.delete(name);
  }
  return (whole) => {
    const kept = wanted === undefined ? whole : only(whole, wanted);
    return unwanted === undefined ? kept : without(kept, unwanted);
  };
}

/** Undefined when the parameter is not there, or empty: then it asks for nothing in particular. */
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

/** Where in a resource it stands what a name stands for: the keys that lead there. */
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

/** Applies to a complex value, or to each of several; undefined when nothing is left of it. */
function inside(value: Json, apply: (part: JsonObject) => JsonObject): Json | undefined {
  if (isJsonObject(value)) {
    const part = apply(value);
    return Object.keys(part).length === 0 ? undefined : part;
  }
  if (!Array.isArray(value)) return value;
  const parts = value.map((item: Json) => inside(item, apply)).filter((part) => part !== undefined);
  return parts.length === 0 ? undefined : parts;
}
