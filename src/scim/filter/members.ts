import { MAX_CREDIT_LIMIT, ROLES, SEAT_TYPES } from '../../domain/access.js';
import type { AttributeReference } from '../discovery/attributes.js';
import type { Comparison, Filter, Operand } from './ast.js';
import { type MemberField, nameOf, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import { GROUP_FIELDS, ID, toGroupOfMember } from './groups-of-member.js';
import type { MemberFilterInput } from './inputs.js';
import { filterFault } from './lexer.js';
import { meets } from './matches.js';
import { profileField, toValueFilter } from './profile.js';

/** Matches no member. */
const NOBODY: MemberFilterInput = { id: { in: [] } };

function textField(name: 'userName' | 'externalId'): MemberField {
  return {
    present: (isPresent) => ({ [name]: { isPresent } }),
    compare: (operator, operand) => ({ [name]: { [TEXT_OPERATORS[operator]]: String(operand) } }),
  };
}

const ACTIVE: MemberField = {
  present: (isPresent) => ({ active: { isPresent } }),
  compare: (_operator, operand) => ({ active: { eq: operand === true } }),
};

/** The values of an enumeration that meet the operator. SCIM has them in lower case. */
function meeting<Value extends string>(
  values: readonly Value[],
  operator: PositiveOperator,
  operand: Operand,
): Value[] {
  return values.filter((value) => meets(operator, value.toLowerCase(), String(operand), false));
}

const ROLE: MemberField = {
  present: (isPresent) => ({ role: { isPresent } }),
  compare: (operator, operand) => ({ role: { in: meeting(ROLES, operator, operand) } }),
};

const SEAT_TYPE: MemberField = {
  present: (isPresent) => ({ seatType: { isPresent } }),
  compare: (operator, operand) => ({ seatType: { in: meeting(SEAT_TYPES, operator, operand) } }),
};

/**
 * Limits are 32-bit integers, as in GraphQL, but a filter may contain any number. A bound out of range is moved to the
 * end of the range, and a fraction to the integer that selects the same limits.
 */
function compareLimit(operator: PositiveOperator, number: number): MemberFilterInput | undefined {
  const bound = Math.min(Math.max(number, -1), MAX_CREDIT_LIMIT + 0.5);
  switch (operator) {
    case 'eq':
      return Number.isInteger(bound) ? { creditLimit: { eq: bound } } : NOBODY;
    case 'gt':
      return { creditLimit: { gt: Math.floor(bound) } };
    case 'ge':
      return bound > MAX_CREDIT_LIMIT ? NOBODY : { creditLimit: { ge: Math.ceil(bound) } };
    case 'lt':
      return bound > MAX_CREDIT_LIMIT
        ? { creditLimit: { isPresent: true } }
        : { creditLimit: { lt: Math.ceil(bound) } };
    case 'le':
      return { creditLimit: { le: Math.floor(bound) } };
    default:
      return undefined;
  }
}

const CREDIT_LIMIT: MemberField = {
  present: (isPresent) => ({ creditLimit: { isPresent } }),
  compare: (operator, operand) => compareLimit(operator, Number(operand)),
};

function timeField(name: 'createdAt' | 'updatedAt'): MemberField {
  return {
    present: (isPresent) => ({ [name]: { isPresent } }),
    compare: (operator, operand) => ({ [name]: { [operator]: String(operand) } }),
  };
}

/** The filterable attributes outside the profile. */
const FIELDS: ReadonlyMap<string, MemberField> = new Map([
  ['id', ID],
  ['userName', textField('userName')],
  ['externalId', textField('externalId')],
  ['active', ACTIVE],
  ['role', ROLE],
  ['seatType', SEAT_TYPE],
  ['creditLimit', CREDIT_LIMIT],
  ['meta.created', timeField('createdAt')],
  ['meta.lastModified', timeField('updatedAt')],
  ...GROUP_FIELDS,
]);

/** @throws ScimError invalidFilter for an attribute that is not filterable, naming those that are */
function fieldOf(target: AttributeReference, position: number): MemberField {
  const field = FIELDS.get(nameOf(target)) ?? profileField(target);
  if (field !== undefined) return field;
  const filterable = [...FIELDS.keys()].join(', ');
  throw filterFault(
    position,
    `${nameOf(target)} cannot be filtered by; these can: ${filterable}, and the attributes of the person`,
  );
}

function comparison({ target, operator, operand, position }: Comparison): MemberFilterInput {
  const field = fieldOf(target, position);
  if (operand === null) return field.present(operator === 'ne');
  const compared = field.compare(operator === 'ne' ? 'eq' : operator, operand);
  if (compared === undefined) {
    throw filterFault(position, `${nameOf(target)} cannot be compared with ${operator}`);
  }
  return operator === 'ne' ? { not: compared } : compared;
}

/**
 * Compiles a SCIM filter of users to a `MemberFilter`: `meta.created` becomes `createdAt`, an operator on an enumeration
 * becomes the set of values that meet it, and `eq null` means "not present". A member without the attribute meets no
 * comparison but `ne`.
 *
 * @throws ScimError 400 `invalidFilter` for an attribute that is not filterable, naming those that are; the filter is
 *   never weakened instead
 */
export function toMemberFilter(filter: Filter): MemberFilterInput {
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(toMemberFilter) };
    case 'or':
      return { or: filter.filters.map(toMemberFilter) };
    case 'not':
      return { not: toMemberFilter(filter.filter) };
    case 'presence':
      return fieldOf(filter.target, filter.position).present(true);
    case 'comparison':
      return comparison(filter);
    case 'valuePath': {
      // Of a single-valued attribute, the filter is a condition on its sub-attributes.
      if (!filter.target.attribute.multiValued) return toMemberFilter(filter.filter);
      fieldOf(filter.target, filter.position);
      return filter.target.attribute.name === 'groups'
        ? { groups: { some: toGroupOfMember(filter.filter) } }
        : { [filter.target.attribute.name]: { some: toValueFilter(filter.filter) } };
    }
  }
}
