import { type JsonObject, PROFILE_ATTRIBUTES, type ProfileAttribute } from '../../domain/profile.js';
import { inputName } from '../../domain/profile-paths.js';
import { type Comparison, comparisonSql, emptyComparison } from '../lists/comparison.js';

/**
 * Compiles the part of a filter about the profile to SQL over `m.profile`: a comparison for a simple attribute;
 * comparisons of its parts, and `isPresent`, for a complex one; `some`, whose conditions one value must meet together,
 * for a list.
 * @param filter the parts that are not about the profile are ignored
 * @param values the statement's values so far; the filter's are appended
 * @returns conditions that are true or false, never null; all of them must hold
 * @throws DomainError INVALID_INPUT for empty comparisons
 */
export function profileFilterSql(filter: object, values: unknown[]): string[] {
  const conditions = partsSql(PROFILE_ATTRIBUTES, 'm.profile', filter, values);
  if (conditions.length === 0) return [];
  const implied = impliedParts(PROFILE_ATTRIBUTES, filter);
  // The first condition follows from the others and can use an index; the others decide.
  return implied === undefined
    ? conditions
    : [
        `profile_folded(m.profile) @> profile_folded($${values.push(JSON.stringify(implied))}::jsonb)`,
        ...conditions,
      ];
}

function partsSql(
  attributes: readonly ProfileAttribute[],
  json: string,
  filter: object,
  values: unknown[],
): string[] {
  const asked = new Map<string, unknown>(Object.entries(filter));
  return attributes.flatMap((attribute) => {
    const part = asked.get(inputName(attribute));
    return isObject(part) ? attributeSql(attribute, json, part, values) : [];
  });
}

function attributeSql(attribute: ProfileAttribute, json: string, asked: object, values: unknown[]): string[] {
  const { name, type, multiValued, subAttributes, caseExact } = attribute;
  if (subAttributes !== undefined) {
    const inner = `(${json}->'${name}')`;
    const conditions = multiValued
      ? someSql(subAttributes, inner, asked, values)
      : partsSql(subAttributes, inner, asked, values);
    const isPresent = asksIsPresent(asked);
    if (isPresent !== undefined) conditions.push(`(${inner} is ${isPresent ? 'not null' : 'null'})`);
    if (conditions.length === 0) throw emptyComparison(inputName(attribute));
    return conditions;
  }
  const text = `(${json}->>'${name}')`;
  const compared =
    type === 'boolean'
      ? { expression: `${text}::boolean`, type: 'boolean' }
      : { expression: caseExact ? text : `text_folded${text}`, type: 'text', folded: !caseExact };
  return comparisonSql({ name: inputName(attribute), nullable: true, ...compared }, asked, values);
}

function asksIsPresent(asked: object): boolean | undefined {
  return 'isPresent' in asked && typeof asked.isPresent === 'boolean' ? asked.isPresent : undefined;
}

/** RFC 7644 §3.4.2.2, value paths: one value must meet all conditions. */
function someSql(
  attributes: readonly ProfileAttribute[],
  list: string,
  asked: object,
  values: unknown[],
): string[] {
  if (!('some' in asked) || !isObject(asked.some)) return [];
  const condition = valueSql(attributes, asked.some, values);
  return [`(exists (select 1 from jsonb_array_elements(${list}) v(value) where ${condition}))`];
}

/** The condition on one value of a list. */
function valueSql(attributes: readonly ProfileAttribute[], filter: object, values: unknown[]): string {
  const { and, or, not } = logicOf(filter);
  const all = (filters: readonly object[]) => filters.map((one) => valueSql(attributes, one, values));
  const conditions = partsSql(attributes, 'v.value', filter, values);
  if (and !== undefined) conditions.push(...all(and));
  if (or !== undefined) conditions.push(or.length === 0 ? 'false' : `(${all(or).join(' or ')})`);
  if (not !== undefined) conditions.push(`not ${valueSql(attributes, not, values)}`);
  return conditions.length === 0 ? 'true' : `(${conditions.join(' and ')})`;
}

interface Logic {
  readonly and?: readonly object[];
  readonly or?: readonly object[];
  readonly not?: object;
}

function logicOf(filter: object): Logic {
  const { and, or, not }: { and?: unknown; or?: unknown; not?: unknown } = filter;
  return {
    ...(Array.isArray(and) ? { and: and.filter(isObject) } : {}),
    ...(Array.isArray(or) ? { or: or.filter(isObject) } : {}),
    ...(isObject(not) ? { not } : {}),
  };
}

/** JSON that a profile contains, without case, whenever the filter holds; undefined when there is none. */
function impliedParts(attributes: readonly ProfileAttribute[], filter: object): JsonObject | undefined {
  const asked = new Map<string, unknown>(Object.entries(filter));
  const parts = attributes.flatMap((attribute) => {
    const part = asked.get(inputName(attribute));
    const implied = isObject(part) ? impliedBy(attribute, part) : undefined;
    return implied === undefined ? [] : [[attribute.name, implied] as const];
  });
  return parts.length === 0 ? undefined : Object.fromEntries(parts);
}

function impliedBy(
  { subAttributes, multiValued }: ProfileAttribute,
  asked: object,
): JsonObject[string] | undefined {
  if (subAttributes === undefined) {
    const { eq }: Comparison<unknown> = asked;
    return typeof eq === 'string' || typeof eq === 'boolean' ? eq : undefined;
  }
  if (!multiValued) return impliedParts(subAttributes, asked);
  if (!('some' in asked) || !isObject(asked.some)) return undefined;
  const all = [asked.some, ...(logicOf(asked.some).and ?? [])].map((one) => impliedParts(subAttributes, one));
  const value: JsonObject = Object.assign({}, ...all);
  return Object.keys(value).length === 0 ? undefined : [value];
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null;
}
