import { CORE_GROUP } from '../discovery/attributes.js';
import type { AttributeReference } from '../discovery/names.js';
import type { Comparison, Filter, Operand } from './ast.js';
import { nameOf, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import type { GroupFilterInput, IdComparison, MemberOfGroupInput } from './inputs.js';
import { filterFault } from './lexer.js';
import { meets } from './matches.js';

/** Compiles the conditions on one attribute. `compare` returns undefined for an operator that GraphQL does not have. */
interface Field<Input> {
  readonly present: Input;
  readonly compare: (operator: PositiveOperator, operand: Operand) => Input | undefined;
}

const ID: Field<{ readonly id: IdComparison }> = {
  present: { id: { isPresent: true } },
  compare: (operator, operand) => (operator === 'eq' ? { id: { eq: String(operand) } } : undefined),
};

function textField(name: 'displayName' | 'externalId'): Field<GroupFilterInput> {
  return {
    present: { [name]: { isPresent: true } },
    compare: (operator, operand) => ({ [name]: { [TEXT_OPERATORS[operator]]: String(operand) } }),
  };
}

function timeField(name: 'createdAt' | 'updatedAt'): Field<GroupFilterInput> {
  return {
    present: { [name]: { isPresent: true } },
    compare: (operator, operand) => ({ [name]: { [operator]: String(operand) } }),
  };
}

const MEMBERS: Field<GroupFilterInput> = {
  present: { members: { some: {} } },
  compare: (operator, operand) => {
    const some = ID.compare(operator, operand);
    return some && { members: { some } };
  },
};

/** An attribute with the same value in every Group. */
function constantField(value: string): Field<GroupFilterInput> {
  return {
    present: ID.present,
    compare: (operator, operand) =>
      meets(operator, value, String(operand), true) ? ID.present : { not: ID.present },
  };
}

/** The filterable attributes of a group. */
const FIELDS: ReadonlyMap<string, Field<GroupFilterInput>> = new Map<string, Field<GroupFilterInput>>([
  ['schemas', constantField(CORE_GROUP)],
  ['meta.resourceType', constantField('Group')],
  ['id', ID],
  ['displayName', textField('displayName')],
  ['externalId', textField('externalId')],
  ['members', MEMBERS],
  ['members.value', MEMBERS],
  ['meta.created', timeField('createdAt')],
  ['meta.lastModified', timeField('updatedAt')],
]);

/** The filterable sub-attributes of `members`. */
const MEMBER_FIELDS: ReadonlyMap<string, Field<MemberOfGroupInput>> = new Map([['members.value', ID]]);

type Fields<Input> = ReadonlyMap<string, Field<Input>>;

function fieldOf<Input>(fields: Fields<Input>, target: AttributeReference, position: number): Field<Input> {
  const field = fields.get(nameOf(target));
  if (field !== undefined) return field;
  const filterable = [...fields.keys()].join(', ');
  throw filterFault(position, `${nameOf(target)} cannot be filtered by; these can: ${filterable}`);
}

type Negated<Input> = Input | { readonly not: Input };

function comparison<Input>(
  fields: Fields<Input>,
  { target, operator, operand, position }: Comparison,
): Negated<Input> {
  const field = fieldOf(fields, target, position);
  if (operand === null) return operator === 'ne' ? field.present : { not: field.present };
  const compared = field.compare(operator === 'ne' ? 'eq' : operator, operand);
  if (compared === undefined) {
    throw filterFault(position, `${nameOf(target)} cannot be compared with ${operator}`);
  }
  return operator === 'ne' ? { not: compared } : compared;
}

/** The filter of `members[…]`, which a single member must meet. */
function toMember(filter: Filter): MemberOfGroupInput {
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(toMember) };
    case 'or':
      return { or: filter.filters.map(toMember) };
    case 'not':
      return { not: toMember(filter.filter) };
    case 'presence':
      return fieldOf(MEMBER_FIELDS, filter.target, filter.position).present;
    case 'comparison':
      return comparison(MEMBER_FIELDS, filter);
    case 'valuePath':
      throw filterFault(filter.position, 'a sub-attribute has no sub-attributes');
  }
}

/**
 * Compiles a SCIM filter of groups to a `GroupFilter`. `members[value eq "…"]` matches the groups with that member, and
 * `eq null` means "not present".
 *
 * @throws ScimError 400 `invalidFilter` for an attribute that is not filterable, naming those that are
 */
export function toGroupFilter(filter: Filter): GroupFilterInput {
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(toGroupFilter) };
    case 'or':
      return { or: filter.filters.map(toGroupFilter) };
    case 'not':
      return { not: toGroupFilter(filter.filter) };
    case 'presence':
      return fieldOf(FIELDS, filter.target, filter.position).present;
    case 'comparison':
      return comparison(FIELDS, filter);
    case 'valuePath':
      fieldOf(FIELDS, filter.target, filter.position);
      return { members: { some: toMember(filter.filter) } };
  }
}
