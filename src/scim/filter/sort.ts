import { foldedText } from '../../domain/canonical.js';
import { isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import { CORE_GROUP, CORE_USER } from '../discovery/attributes.js';
import { type AttributeReference, findSubAttribute, resolveName } from '../discovery/names.js';
import { profileNames } from '../discovery/profile-names.js';
import type { Query } from '../http/query.js';
import { ScimError } from '../http/scim-error.js';

/** The schema's `MemberOrder` and `GroupOrder`. */
export interface OrderInput {
  readonly field?: string;
  /** An attribute of the profile, by the names on the way to it. */
  readonly profileAttribute?: string;
  readonly direction: 'ASC' | 'DESC';
}

/** `MemberOrderField` by attribute, for attributes outside the profile. */
const OWN_ORDERS: ReadonlyMap<string, string> = new Map([
  ['id', 'ID'],
  ['userName', 'USER_NAME'],
  ['externalId', 'EXTERNAL_ID'],
  ['active', 'ACTIVE'],
  ['role', 'ROLE'],
  ['seatType', 'SEAT_TYPE'],
  ['creditLimit', 'CREDIT_LIMIT'],
  ['meta.created', 'CREATED_AT'],
  ['meta.lastModified', 'UPDATED_AT'],
]);

const GROUP_ORDERS: ReadonlyMap<string, string> = new Map([
  ['id', 'ID'],
  ['displayName', 'DISPLAY_NAME'],
  ['externalId', 'EXTERNAL_ID'],
  ['meta.created', 'CREATED_AT'],
  ['meta.lastModified', 'UPDATED_AT'],
]);

/** The order of a list of one type. */
export interface Sorting {
  readonly orderBy?: OrderInput;
  /**
   * The value that a complete resource is ordered by, comparable by code point with that of any other type; undefined
   * for none.
   */
  keyOf(resource: JsonObject): string | undefined;
}

const nameKey: Sorting['keyOf'] = ({ displayName }) =>
  typeof displayName === 'string' ? foldedText(displayName) : undefined;

/** The key of each order that several types have. */
const SHARED_KEYS: ReadonlyMap<string | undefined, Sorting['keyOf']> = new Map([
  ['ID', ({ id }) => textOf(id)],
  ['EXTERNAL_ID', ({ externalId }) => textOf(externalId)],
  ['CREATED_AT', ({ meta }) => (isJsonObject(meta) ? textOf(meta.created) : undefined)],
  ['UPDATED_AT', ({ meta }) => (isJsonObject(meta) ? textOf(meta.lastModified) : undefined)],
  ['DISPLAY_NAME', nameKey],
  ['displayName', nameKey],
]);

function textOf(value: Json | undefined): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/**
 * Reads `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3): "If a value for "sortBy" is provided and no
 * "sortOrder" is specified, "sortOrder" SHALL default to ascending."
 * @param resource the core schema of the listed resources
 * @param shared whether the list becomes part of one of all types, in which a type without the attribute is ordered by id
 * @throws ScimError invalidPath for a sortBy that is not sortable, invalidValue for an unknown sortOrder
 */
export function sortingOf(query: Query, resource = CORE_USER, shared = false): Sorting {
  const direction = directionOf(query);
  const sortBy = sortByOf(query);
  if (sortBy === '') return { keyOf: () => '' };
  try {
    const order = orderedBy(sortBy, resource);
    // With an order that only this type has, it comes before the others, which have no value.
    const keyOf = SHARED_KEYS.get(order.field ?? order.profileAttribute) ?? (() => '');
    return { orderBy: { ...order, direction }, keyOf };
  } catch (error) {
    if (!shared || !TYPES.some((other) => isSortable(sortBy, other))) throw error;
    return { orderBy: { field: 'ID', direction }, keyOf: () => undefined };
  }
}

const TYPES = [CORE_USER, CORE_GROUP];

function isSortable(sortBy: string, resource: string): boolean {
  try {
    orderedBy(sortBy, resource);
    return true;
  } catch {
    return false;
  }
}

/** Whether a list is in descending order. @throws ScimError invalidValue for an unknown sortOrder */
export function isDescending(query: Query): boolean {
  return sortByOf(query) !== '' && directionOf(query) === 'DESC';
}

function sortByOf(query: Query): string {
  return query.get('sortby')?.trim() ?? '';
}

function directionOf(query: Query): OrderInput['direction'] {
  const sortOrder = query.get('sortorder')?.trim() ?? '';
  const direction = sortOrder.toLowerCase();
  if (direction !== '' && direction !== 'ascending' && direction !== 'descending') {
    throw new ScimError(
      400,
      `sortOrder must be ascending or descending, not "${sortOrder}".`,
      'invalidValue',
    );
  }
  return direction === 'descending' ? 'DESC' : 'ASC';
}

function orderedBy(sortBy: string, resource: string): Omit<OrderInput, 'direction'> {
  const found = resolveName(sortBy, resource);
  if (found?.kind !== 'attribute' || found.attribute.returned === 'never') {
    throw unsortable(`There is no attribute ${sortBy} to sort by.`);
  }
  const target = withValue(found);
  const { attribute, subAttribute } = target;
  const { type, subAttributes = [] } = subAttribute ?? attribute;
  const names = profileNames(target);
  const own = [attribute, ...(subAttribute === undefined ? [] : [subAttribute])].map(({ name }) => name);
  const orders = resource === CORE_USER ? OWN_ORDERS : GROUP_ORDERS;
  const field = names === undefined ? orders.get(own.join('.')) : undefined;
  // "If the attribute is complex, the attribute name must be a path to a sub-attribute".
  if (type === 'complex' && (names !== undefined || attribute.name === 'meta')) {
    const parts = subAttributes.map(({ name }) => `${sortBy}.${name}`).join(', ');
    throw unsortable(`${sortBy} has sub-attributes: sort by one of them (${parts}).`);
  }
  // The only boolean of a profile is `primary`, which has no order.
  if (field !== undefined) return { field };
  if (names === undefined || type === 'boolean') throw unsortable(`Resources cannot be sorted by ${sortBy}.`);
  return { profileAttribute: names.join('.') };
}

/**
 * RFC 7644 §3.4.2.3: "if it's a multi-valued attribute, resources are sorted by the value of the primary attribute …, if
 * any, or else the first value in the list". The value of emails is emails.value.
 */
function withValue(target: AttributeReference): AttributeReference {
  if (!target.attribute.multiValued || target.subAttribute !== undefined) return target;
  const subAttribute = findSubAttribute(target.attribute, 'value');
  return subAttribute === undefined ? target : { ...target, subAttribute };
}

function unsortable(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidPath');
}
