import { MAX_CREDIT_LIMIT, ROLES, SEAT_TYPES, type WorkspaceVersion } from '../../domain/access.js';
import { CORE_USER, ENTERPRISE_USER, ROLLCALL_USER } from '../discovery/attributes.js';
import type { AttributeReference } from '../discovery/names.js';
import type { Comparison, Filter, Operand } from './ast.js';
import { type MemberField, nameOf, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import { GROUP_FIELDS, ID, toGroupOfMember } from './groups-of-member.js';
import type { MemberFilterInput } from './inputs.js';
import { filterFault } from './lexer.js';
import { meets } from './matches.js';
import { profileField, toValueFilter } from './profile.js';

/** Matches every member. */
const ALL_MEMBERS: MemberFilterInput = { id: { isPresent: true } };

/** Matches no member. */
const NO_MEMBERS: MemberFilterInput = { id: { in: [] } };

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
function matchingValues<Value extends string>(
  values: readonly Value[],
  operator: PositiveOperator,
  operand: Operand,
): Value[] {
  return values.filter((value) => meets(operator, value.toLowerCase(), String(operand), false));
}

const ROLE: MemberField = {
  present: (isPresent) => ({ role: { isPresent } }),
  compare: (operator, operand) => ({ role: { in: matchingValues(ROLES, operator, operand) } }),
};

const SEAT_TYPE: MemberField = {
  present: (isPresent) => ({ seatType: { isPresent } }),
  compare: (operator, operand) => ({ seatType: { in: matchingValues(SEAT_TYPES, operator, operand) } }),
};

/**
 * Limits are 32-bit integers, as in GraphQL, but a filter may contain any number. A bound out of range is moved to the
 * end of the range, and a fraction to the integer that selects the same limits.
 */
function compareLimit(operator: PositiveOperator, number: number): MemberFilterInput | undefined {
  const bound = Math.min(Math.max(number, -1), MAX_CREDIT_LIMIT + 0.5);
  switch (operator) {
    case 'eq':
      return Number.isInteger(bound) ? { creditLimit: { eq: bound } } : NO_MEMBERS;
    case 'gt':
      return { creditLimit: { gt: Math.floor(bound) } };
    case 'ge':
      return bound > MAX_CREDIT_LIMIT ? NO_MEMBERS : { creditLimit: { ge: Math.ceil(bound) } };
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

/**
 * An attribute that a User derives from others.
 * @param values its possible values, each with the condition under which a member has it
 */
function derivedField(values: readonly (readonly [text: string, MemberFilterInput])[]): MemberField {
  return {
    present: (isPresent) => (isPresent ? ALL_MEMBERS : NO_MEMBERS),
    compare: (operator, operand) => ({
      or: values.filter(([text]) => meets(operator, text, String(operand), true)).map(([, has]) => has),
    }),
  };
}

const RESOURCE_TYPE = derivedField([['User', ALL_MEMBERS]]);

/** `userResource` lists the extensions by the same conditions. */
function schemasField(version: WorkspaceVersion): MemberField {
  return derivedField([
    [CORE_USER, ALL_MEMBERS],
    [ENTERPRISE_USER, { enterprise: { isPresent: true } }],
    ...(version === 'V2' ? [[ROLLCALL_USER, { role: { isPresent: true } }] as const] : []),
  ]);
}

const OWN_FIELDS: readonly (readonly [string, MemberField])[] = [
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
];

/** The filterable attributes outside the profile, by the workspace's version. */
const FIELDS: Readonly<Record<WorkspaceVersion, ReadonlyMap<string, MemberField>>> = {
  V1: fieldsOf('V1'),
  V2: fieldsOf('V2'),
};

function fieldsOf(version: WorkspaceVersion): ReadonlyMap<string, MemberField> {
  return new Map([['schemas', schemasField(version)], ['meta.resourceType', RESOURCE_TYPE], ...OWN_FIELDS]);
}

/** @throws ScimError invalidFilter for an attribute that is not filterable, naming those that are */
function fieldOf(version: WorkspaceVersion, target: AttributeReference, position: number): MemberField {
  const field = FIELDS[version].get(nameOf(target)) ?? profileField(target);
  if (field !== undefined) return field;
  const filterable = [...FIELDS[version].keys()].join(', ');
  throw filterFault(
    position,
    `${nameOf(target)} cannot be filtered by; these can: ${filterable}, and the attributes of the person`,
  );
}

function comparison(
  version: WorkspaceVersion,
  { target, operator, operand, position }: Comparison,
): MemberFilterInput {
  const field = fieldOf(version, target, position);
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
 * @param version of the workspace, which decides which extensions a User has
 * @throws ScimError 400 `invalidFilter` for an attribute that is not filterable, naming those that are; the filter is
 *   never weakened instead
 */
export function toMemberFilter(filter: Filter, version: WorkspaceVersion): MemberFilterInput {
  const compiled = (one: Filter) => toMemberFilter(one, version);
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(compiled) };
    case 'or':
      return { or: filter.filters.map(compiled) };
    case 'not':
      return { not: compiled(filter.filter) };
    case 'presence':
      return fieldOf(version, filter.target, filter.position).present(true);
    case 'comparison':
      return comparison(version, filter);
    case 'valuePath': {
      // For a single-valued attribute, the filter is a condition on its sub-attributes.
      if (!filter.target.attribute.multiValued) return compiled(filter.filter);
      fieldOf(version, filter.target, filter.position);
      return filter.target.attribute.name === 'groups'
        ? { groups: { some: toGroupOfMember(filter.filter) } }
        : { [filter.target.attribute.name]: { some: toValueFilter(filter.filter) } };
    }
  }
}
