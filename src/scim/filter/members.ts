import { MAX_CREDIT_LIMIT, ROLES, type Role, SEAT_TYPES, type SeatType } from '../../domain/access.js';
import type { AttributeReference } from '../discovery/attributes.js';
import type { Comparison, Filter, Operand } from './ast.js';
import { nameOf, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import { GROUP_FIELDS, ID, toGroupOfMember } from './groups-of-member.js';
import { filterFault } from './lexer.js';
import { meets } from './matches.js';
import { profileField, toValueFilter } from './profile.js';

export interface IdComparison {
  readonly eq?: string;
  readonly in?: readonly string[];
  readonly isPresent?: boolean;
}

export interface StringComparison {
  readonly eq?: string;
  readonly contains?: string;
  readonly startsWith?: string;
  readonly endsWith?: string;
  readonly gt?: string;
  readonly ge?: string;
  readonly lt?: string;
  readonly le?: string;
  readonly isPresent?: boolean;
}

export interface BooleanComparison {
  readonly eq?: boolean;
  readonly isPresent?: boolean;
}

/** For `Role` and `SeatType`. */
export interface EnumComparison<Value extends string> {
  readonly in?: readonly Value[];
  readonly isPresent?: boolean;
}

/** For whole numbers, and for points in time as RFC 3339 text. */
export interface OrderedComparison<Value extends number | string> {
  readonly eq?: Value;
  readonly gt?: Value;
  readonly ge?: Value;
  readonly lt?: Value;
  readonly le?: Value;
  readonly isPresent?: boolean;
}

/** The `MemberFilter` of the GraphQL schema, as far as SCIM filters are put into its words. */
export interface MemberFilterInput {
  readonly and?: readonly MemberFilterInput[];
  readonly or?: readonly MemberFilterInput[];
  readonly not?: MemberFilterInput;
  readonly id?: IdComparison;
  readonly userName?: StringComparison;
  readonly externalId?: StringComparison;
  readonly active?: BooleanComparison;
  readonly role?: EnumComparison<Role>;
  readonly seatType?: EnumComparison<SeatType>;
  readonly creditLimit?: OrderedComparison<number>;
  readonly createdAt?: OrderedComparison<string>;
  readonly updatedAt?: OrderedComparison<string>;
  /** What is asked about the profile, by attribute. */
  readonly [attribute: string]: unknown;
}

/** How one attribute is asked for. `compare` gives undefined for an operator that its comparison does not have. */
export interface Field {
  readonly present: (isPresent: boolean) => MemberFilterInput;
  readonly compare: (operator: PositiveOperator, operand: Operand) => MemberFilterInput | undefined;
}

/** Nobody: every member has an id, and none is in an empty list. */
const NOBODY: MemberFilterInput = { id: { in: [] } };

function textField(name: 'userName' | 'externalId'): Field {
  return {
    present: (isPresent) => ({ [name]: { isPresent } }),
    compare: (operator, operand) => ({ [name]: { [TEXT_OPERATORS[operator]]: String(operand) } }),
  };
}

const ACTIVE: Field = {
  present: (isPresent) => ({ active: { isPresent } }),
  compare: (_operator, operand) => ({ active: { eq: operand === true } }),
};

/** The values of an enumeration, which SCIM shows in lower case, that meet the operator: maybe none, maybe all. */
function meeting<Value extends string>(
  values: readonly Value[],
  operator: PositiveOperator,
  operand: Operand,
): Value[] {
  return values.filter((value) => meets(operator, value.toLowerCase(), String(operand), false));
}

const ROLE: Field = {
  present: (isPresent) => ({ role: { isPresent } }),
  compare: (operator, operand) => ({ role: { in: meeting(ROLES, operator, operand) } }),
};

const SEAT_TYPE: Field = {
  present: (isPresent) => ({ seatType: { isPresent } }),
  compare: (operator, operand) => ({ seatType: { in: meeting(SEAT_TYPES, operator, operand) } }),
};

/**
 * Limits are whole numbers of 32 bits, and so are GraphQL's; filters may compare them with any number. A bound beyond
 * either end is moved to that end, and one between two whole numbers to the one that selects the same limits.
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

const CREDIT_LIMIT: Field = {
  present: (isPresent) => ({ creditLimit: { isPresent } }),
  compare: (operator, operand) => compareLimit(operator, Number(operand)),
};

function timeField(name: 'createdAt' | 'updatedAt'): Field {
  return {
    present: (isPresent) => ({ [name]: { isPresent } }),
    compare: (operator, operand) => ({ [name]: { [operator]: String(operand) } }),
  };
}

/** The attributes by which members can be asked for, and how. */
const FIELDS: ReadonlyMap<string, Field> = new Map([
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

/** @throws ScimError invalidFilter for what is told of a User and not kept on the member: `schemas`, `meta.location` … */
function fieldOf(target: AttributeReference, position: number): Field {
  const field = FIELDS.get(nameOf(target)) ?? profileField(target);
  if (field !== undefined) return field;
  throw filterFault(position, `${nameOf(target)} cannot be filtered by`);
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
 * Puts a filter into the words of the GraphQL schema: `meta.created` is `createdAt`, an operator on an enumeration is
 * the set of values that meet it, and `eq null` is "not present". Members without the attribute never meet a
 * comparison, except `ne`.
 *
 * @throws ScimError 400 `invalidFilter` for attributes that cannot be filtered by, naming those that can; never a
 *   filter that would mean "everybody" in its place.
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
      // What has one value only: the filter is about its parts.
      if (!filter.target.attribute.multiValued) return toMemberFilter(filter.filter);
      fieldOf(filter.target, filter.position);
      return filter.target.attribute.name === 'groups'
        ? { groups: { some: toGroupOfMember(filter.filter) } }
        : { [filter.target.attribute.name]: { some: toValueFilter(filter.filter) } };
    }
  }
}
