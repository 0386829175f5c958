import {
  isJsonList,
  isJsonObject,
  type Json,
  type JsonObject,
  MAX_VALUES,
  parseAttribute,
} from '../../domain/profile.js';
import type { ScimAttribute } from '../discovery/attributes.js';
import type { Filter } from '../filter/ast.js';
import { matches } from '../filter/matches.js';
import { ScimError } from '../http/scim-error.js';
import { isEmpty, withPart } from './parts.js';
import type { AttributePath } from './path.js';

type Values = readonly JsonObject[];

/** One value of a multi-valued attribute, canonical; undefined when it says nothing. */
function parseValue(attribute: ScimAttribute, value: Json | undefined): JsonObject | undefined {
  const one = isJsonList(value) && value.length === 1 ? value[0] : value;
  const parsed = parseAttribute({ ...attribute, multiValued: false }, one);
  return isJsonObject(parsed) ? parsed : undefined;
}

function parseValues(attribute: ScimAttribute, value: Json | undefined): Values {
  const parsed = parseAttribute(attribute, value);
  return isJsonList(parsed) ? parsed.filter(isJsonObject) : [];
}

function samePart(attribute: ScimAttribute, name: string, a: Json | undefined, b: Json | undefined): boolean {
  if (typeof a !== 'string' || typeof b !== 'string') return a === b;
  const caseExact = attribute.subAttributes?.find((part) => part.name === name)?.caseExact ?? true;
  return caseExact ? a === b : a.toLowerCase() === b.toLowerCase();
}

/**
 * RFC 7644 §3.5.2.1: "If the target location already contains the value specified, no changes SHOULD be made".
 * RFC 7643 §2.4 tells values apart by type and value; those without a value (addresses) by all that they say.
 */
function isSameValue(attribute: ScimAttribute, there: JsonObject, sent: JsonObject): boolean {
  const parts = Object.hasOwn(sent, 'value')
    ? ['value', ...(Object.hasOwn(sent, 'type') ? ['type'] : [])]
    : [...new Set([...Object.keys(there), ...Object.keys(sent)])].filter((name) => name !== 'primary');
  return parts.every((name) => samePart(attribute, name, there[name], sent[name]));
}

function added(attribute: ScimAttribute, current: Values, sent: Values): Values {
  const values = [...current];
  for (const one of sent) {
    const index = values.findIndex((there) => isSameValue(attribute, there, one));
    if (index < 0) values.push(one);
    else values[index] = { ...values[index], ...one };
  }
  return values;
}

/** Entra removes values by listing them behind a path without a filter: all that a listed one says must be met. */
function without(attribute: ScimAttribute, current: Values, value: Json | undefined): Values {
  if (isEmpty(value)) return [];
  const listed = (isJsonList(value) ? value : [value])
    .map((one) => parseValue(attribute, one))
    .filter((one) => one !== undefined);
  return current.filter(
    (there) =>
      !listed.some((one) =>
        Object.entries(one).every(([name, part]) => samePart(attribute, name, there[name], part)),
      ),
  );
}

/** What a filter of nothing but `eq` says about the values that it selects; undefined for any other filter. */
function equalities(filter: Filter): JsonObject | undefined {
  if (filter.kind === 'and') {
    const parts = filter.filters.map(equalities);
    const known = parts.filter((part) => part !== undefined);
    const names = known.flatMap(Object.keys);
    const consistent = known.length === parts.length && new Set(names).size === names.length;
    return consistent ? Object.assign({}, ...known) : undefined;
  }
  const name = filter.kind === 'comparison' ? filter.target.subAttribute?.name : undefined;
  if (filter.kind !== 'comparison' || filter.operator !== 'eq' || filter.operand === null) return undefined;
  return name === undefined ? undefined : { [name]: filter.operand };
}

interface Selection {
  readonly attribute: ScimAttribute;
  readonly filter: Filter;
}

/**
 * RFC 7644 §3.5.2.3: "If the target location is a multi-valued attribute for which a value selection filter ("valuePath")
 * has been supplied and for which no record match was made, the service provider SHALL indicate failure by returning
 * HTTP status code 400 and a "scimType" error code of "noTarget"." Entra relies on the opposite for filters that say
 * by `eq` what the missing value is, and so these create it; but not where it would be another than the filter says, as
 * when `emails[value eq "a@acme.test"].value` is to become "b@acme.test" and has done so already.
 */
function created({ attribute, filter }: Selection, sent: JsonObject): JsonObject {
  const value = { ...equalities(filter), ...sent };
  if (equalities(filter) !== undefined && matches(filter, value)) return value;
  throw new ScimError(400, `No value of ${attribute.name} meets the filter of the path.`, 'noTarget');
}

/** `add` and `replace` behind a filter. */
function writeSelected(
  op: 'add' | 'replace',
  current: Values,
  selection: Selection,
  sent: JsonObject,
  part: ScimAttribute | undefined,
): Values {
  const selected = current.filter((there) => matches(selection.filter, there));
  if (selected.length === 0) return [...current, created(selection, sent)];
  const merges = op === 'add' || part !== undefined;
  return current.map((there) => {
    if (!selected.includes(there)) return there;
    // RFC 7644 §3.5.2.3: where a filter "is specified that matches one or more values of the multi-valued attribute,
    // then all matching record values SHALL be replaced." What the filter says of them stays true unless the new
    // value says otherwise.
    return merges ? { ...there, ...sent } : { ...equalities(selection.filter), ...sent };
  });
}

/** The value without one of its parts: none, when it had no other. */
function valuesWithout(value: JsonObject, part: ScimAttribute): Values {
  const rest = withPart(value, part.name, undefined);
  return rest === undefined ? [] : [rest];
}

function removeSelected(current: Values, filter: Filter, part: ScimAttribute | undefined): Values {
  return current.flatMap((there) => {
    if (!matches(filter, there)) return [there];
    return part === undefined ? [] : valuesWithout(there, part);
  });
}

function removed(current: Values, path: AttributePath, value: Json | undefined): Values {
  const { attribute, subAttribute: part, filter } = path;
  if (filter !== undefined) return removeSelected(current, filter, part);
  if (part !== undefined) return current.flatMap((there) => valuesWithout(there, part));
  return without(attribute, current, value);
}

/** A part without a filter means that part of the one value there is. */
function writePart({ name }: ScimAttribute, current: Values, sent: JsonObject): Values {
  if (current.length > 1) {
    throw new ScimError(
      400,
      `There are ${current.length} values of ${name}: say which, as in ${name}[type eq "work"].`,
      'invalidPath',
    );
  }
  return [{ ...current[0], ...sent }];
}

function parsePart(attribute: ScimAttribute, part: ScimAttribute, value: Json | undefined): JsonObject {
  const sent = parseAttribute(part, value, `${attribute.name}.${part.name}`);
  return sent === undefined ? {} : { [part.name]: sent };
}

function changed(
  current: Values,
  op: 'add' | 'replace' | 'remove',
  path: AttributePath,
  value: Json | undefined,
): Values {
  const { attribute, subAttribute: part, filter } = path;
  if (op === 'remove') return removed(current, path, value);
  if (part === undefined && filter === undefined) {
    const values = parseValues(attribute, value);
    return op === 'add' ? added(attribute, current, values) : values;
  }
  if (isEmpty(value)) return removed(current, path, undefined);
  const sent = part === undefined ? parseValue(attribute, value) : parsePart(attribute, part, value);
  if (sent === undefined) return current;
  return filter === undefined
    ? writePart(attribute, current, sent)
    : writeSelected(op, current, { attribute, filter }, sent, part);
}

/**
 * RFC 7644 §3.5.2: "a PATCH operation that sets a value's "primary" sub-attribute to "true" SHALL cause the server to
 * automatically set "primary" to "false" for any other values in the array." A value that the operation has written
 * is another object than before.
 */
function withOnePrimary(before: Values, after: Values): Values {
  const primaries = after.filter(({ primary }) => primary === true);
  const kept = primaries.find((value) => !before.includes(value)) ?? primaries[0];
  return after.map((value) =>
    value.primary === true && value !== kept ? { ...value, primary: false } : value,
  );
}

/**
 * Applies one operation to a multi-valued attribute (RFC 7644 §3.5.2.1 to §3.5.2.3).
 *
 * @param current the attribute as it is, canonical; undefined when it is absent.
 * @returns the attribute as it becomes; undefined when nothing is left of it.
 * @throws ScimError 400 `noTarget`, `invalidPath`; DomainError INVALID_INPUT for values of another type.
 */
export function patchList(
  current: Json | undefined,
  op: 'add' | 'replace' | 'remove',
  path: AttributePath,
  value: Json | undefined,
): Json | undefined {
  const before = isJsonList(current) ? current.filter(isJsonObject) : [];
  const after = withOnePrimary(before, changed(before, op, path, value));
  const distinct = new Map(after.map((one) => [JSON.stringify(Object.entries(one).toSorted()), one]));
  if (distinct.size > MAX_VALUES) {
    throw new ScimError(400, `${path.attribute.name} holds at most ${MAX_VALUES} values.`, 'invalidValue');
  }
  return distinct.size === 0 ? undefined : [...distinct.values()];
}
