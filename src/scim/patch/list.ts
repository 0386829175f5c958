import { canonicalUserName } from '../../domain/canonical.js';
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

/** One value of a multi-valued attribute, normalized; undefined when it is empty. */
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
  return caseExact ? a === b : canonicalUserName(a) === canonicalUserName(b);
}

/**
 * RFC 7644 §3.5.2.1: "If the target location already contains the value specified, no changes SHOULD be made".
 * RFC 7643 §2.4 identifies values by type and value. Values without `value` (addresses) are compared by all their
 * sub-attributes.
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

/** Entra removes values by listing them, without a filter. A value matches when all sub-attributes of a listed one do. */
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

/** The sub-attributes that a filter of `eq` comparisons alone determines; undefined for any other filter. */
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
 * HTTP status code 400 and a "scimType" error code of "noTarget"." Entra relies on the opposite for `add`, and for a
 * sub-attribute in the path, where `eq` comparisons determine the missing value. So these create it, unless the result
 * would not meet the filter: a repeated request that changes `emails[value eq "a@acme.test"].value` to "b@acme.test"
 * creates nothing.
 */
function created(mayCreate: boolean, { attribute, filter }: Selection, sent: JsonObject): JsonObject {
  const value = { ...equalities(filter), ...sent };
  if (mayCreate && equalities(filter) !== undefined && matches(filter, value)) return value;
  throw new ScimError(400, `No value of ${attribute.name} matches the filter of the path.`, 'noTarget');
}

/** `add` and `replace` with a filter in the path. */
function writeSelected(
  op: 'add' | 'replace',
  current: Values,
  selection: Selection,
  sent: JsonObject,
  part: ScimAttribute | undefined,
): Values {
  const selected = current.filter((there) => matches(selection.filter, there));
  if (selected.length === 0)
    return [...current, created(op === 'add' || part !== undefined, selection, sent)];
  const merges = op === 'add' || part !== undefined;
  return current.map((there) => {
    if (!selected.includes(there)) return there;
    // RFC 7644 §3.5.2.3: where a filter "is specified that matches one or more values of the multi-valued attribute,
    // then all matching record values SHALL be replaced." The new values keep what the filter determines
    // unless they set it.
    return merges ? { ...there, ...sent } : { ...equalities(selection.filter), ...sent };
  });
}

/** The value without one sub-attribute; no value when it had no other. */
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

/** A sub-attribute without a filter is unambiguous only when there is at most one value. */
function writePart({ name }: ScimAttribute, current: Values, sent: JsonObject): Values {
  if (current.length > 1) {
    throw new ScimError(
      400,
      `${name} has ${current.length} values: select one, as in ${name}[type eq "work"].`,
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
 * is a new object.
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
 * @param current the current values, normalized; undefined when the attribute is absent
 * @returns the new values; undefined when none is left
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
    throw new ScimError(400, `${path.attribute.name} has at most ${MAX_VALUES} values.`, 'invalidValue');
  }
  return distinct.size === 0 ? undefined : [...distinct.values()];
}
