import { CORE_USER } from '../discovery/attributes.js';
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

/**
 * Reads `sortBy` and `sortOrder` (RFC 7644 §3.4.2.3): "If a value for "sortBy" is provided and no
 * "sortOrder" is specified, "sortOrder" SHALL default to ascending."
 * @param resource the core schema of the listed resources
 * @throws ScimError invalidPath for a sortBy that is not sortable, invalidValue for an unknown sortOrder
 */
export function sortingOf(query: Query, resource = CORE_USER): { readonly orderBy?: OrderInput } {
  const direction = isDescending(query.get('sortorder')?.trim() ?? '') ? 'DESC' : 'ASC';
  const sortBy = query.get('sortby')?.trim() ?? '';
  return sortBy === '' ? {} : { orderBy: { ...orderedBy(sortBy, resource), direction } };
}

function isDescending(sortOrder: string): boolean {
  const direction = sortOrder.toLowerCase();
  if (direction !== '' && direction !== 'ascending' && direction !== 'descending') {
    throw new ScimError(
      400,
      `sortOrder must be ascending or descending, not "${sortOrder}".`,
      'invalidValue',
    );
  }
  return direction === 'descending';
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
