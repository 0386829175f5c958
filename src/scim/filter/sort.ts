import {
  type AttributeReference,
  CORE_USER,
  findSubAttribute,
  resolveName,
} from '../discovery/attributes.js';
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

/** The attributes that are no part of the profile, as `MemberOrderField` has them. */
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

/**
 * The order that `sortBy` and `sortOrder` ask for (RFC 7644 §3.4.2.3): "If a value for "sortBy" is provided and no
 * "sortOrder" is specified, "sortOrder" SHALL default to ascending."
 * @param resource the core schema of the resources that are listed
 * @throws ScimError invalidPath for a sortBy that resources cannot be sorted by, invalidValue for another sortOrder
 */
export function sortingOf(query: Query, resource = CORE_USER): { readonly orderBy?: OrderInput } {
  const direction = isDescending(query.get('sortorder')?.trim() ?? '') ? 'DESC' : 'ASC';
  const sortBy = query.get('sortby')?.trim() ?? '';
  return sortBy === '' ? {} : { orderBy: { ...orderedBy(sortBy, resource), direction } };
}

function isDescending(sortOrder: string): boolean {
  const word = sortOrder.toLowerCase();
  if (word !== '' && word !== 'ascending' && word !== 'descending') {
    throw new ScimError(
      400,
      `sortOrder must be ascending or descending, and "${sortOrder}" is neither.`,
      'invalidValue',
    );
  }
  return word === 'descending';
}

function orderedBy(sortBy: string, resource: string): Omit<OrderInput, 'direction'> {
  const found = resolveName(sortBy, resource);
  if (found?.kind !== 'attribute' || found.attribute.returned === 'never') {
    throw unsortable(`There is no attribute ${sortBy} to sort by.`);
  }
  const target = withItsValue(found);
  const { attribute, subAttribute } = target;
  const { type, subAttributes = [] } = subAttribute ?? attribute;
  const names = profileNames(target);
  const own = [attribute, ...(subAttribute === undefined ? [] : [subAttribute])].map(({ name }) => name);
  const orders = resource === CORE_USER ? OWN_ORDERS : GROUP_ORDERS;
  const field = names === undefined ? orders.get(own.join('.')) : undefined;
  // "If the attribute is complex, the attribute name must be a path to a sub-attribute".
  if (type === 'complex' && (names !== undefined || attribute.name === 'meta')) {
    const parts = subAttributes.map(({ name }) => `${sortBy}.${name}`).join(', ');
    throw unsortable(`${sortBy} has parts: sort by one of them (${parts}).`);
  }
  // Of profiles, the only thing that has no order is which value is the primary one.
  if (field !== undefined) return { field };
  if (names === undefined || type === 'boolean') throw unsortable(`Resources cannot be sorted by ${sortBy}.`);
  return { profileAttribute: names.join('.') };
}

/**
 * RFC 7644 §3.4.2.3: "if it's a multi-valued attribute, resources are sorted by the value of the primary attribute …, if
 * any, or else the first value in the list". The value of emails is emails.value.
 */
function withItsValue(target: AttributeReference): AttributeReference {
  if (!target.attribute.multiValued || target.subAttribute !== undefined) return target;
  const subAttribute = findSubAttribute(target.attribute, 'value');
  return subAttribute === undefined ? target : { ...target, subAttribute };
}

function unsortable(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidPath');
}
