import { CORE_GROUP } from '../discovery/attributes.js';
import type { AttributeReference } from '../discovery/names.js';
import type { Comparison, Filter, Operand } from './ast.js';
import { idInAddress, nameOf, type PositiveOperator, TEXT_OPERATORS, versionOfTag } from './fields.js';
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

/** Members have a name: the display name, or else the userName. */
const MEMBER_NAME: Field<MemberOfGroupInput> = {
  present: ID.present,
  compare: (operator, operand) => {
    const condition = { [TEXT_OPERATORS[operator]]: String(operand) };
    const isNamed = { displayName: { isPresent: true } };
    return { or: [{ displayName: condition }, { and: [{ not: isNamed }, { userName: condition }] }] };
  },
};

/** Every member of a group has the type "User". */
const MEMBER_TYPE: Field<MemberOfGroupInput> = {
  present: ID.present,
  compare: (operator, operand) =>
    meets(operator, 'User', String(operand), false) ? ID.present : { not: ID.present },
};

function addressField(prefix: string): Field<{ readonly id: IdComparison }> {
  return { present: ID.present, compare: (operator, operand) => idInAddress(prefix, operator, operand) };
}

/** At least one member meets the condition. */
function ofMembers({ compare }: Field<MemberOfGroupInput>): Field<GroupFilterInput> {
  return {
    present: { members: { some: {} } },
    compare: (operator, operand) => {
      const some = compare(operator, operand);
      return some && { members: { some } };
    },
  };
}

/** An attribute with the same value in every Group. */
function constantField(value: string): Field<GroupFilterInput> {
  return {
    present: ID.present,
    compare: (operator, operand) =>
      meets(operator, value, String(operand), true) ? ID.present : { not: ID.present },
  };
}

/** The filterable attributes of a group. @param baseUrl the SCIM base URL, with which addresses begin */
function groupFields(baseUrl: string): ReadonlyMap<string, Field<GroupFilterInput>> {
  const ofMember = [...memberFields(baseUrl)].map(([name, field]) => [name, ofMembers(field)] as const);
  return new Map<string, Field<GroupFilterInput>>([
    ['schemas', constantField(CORE_GROUP)],
    ['meta', constantField('')],
    ['meta.resourceType', constantField('Group')],
    ['meta.location', addressField(`${baseUrl}/Groups/`)],
    ['meta.version', { present: ID.present, compare: versionOfTag }],
    ['id', ID],
    ['displayName', textField('displayName')],
    ['externalId', textField('externalId')],
    ['members', ofMembers(ID)],
    ...ofMember,
    ['meta.created', timeField('createdAt')],
    ['meta.lastModified', timeField('updatedAt')],
  ]);
}

/** The filterable sub-attributes of `members`. */
function memberFields(baseUrl: string): ReadonlyMap<string, Field<MemberOfGroupInput>> {
  return new Map<string, Field<MemberOfGroupInput>>([
    ['members.value', ID],
    ['members.$ref', addressField(`${baseUrl}/Users/`)],
    ['members.display', MEMBER_NAME],
    ['members.type', MEMBER_TYPE],
  ]);
}

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
function toMember(filter: Filter, baseUrl: string): MemberOfGroupInput {
  const compiled = (one: Filter) => toMember(one, baseUrl);
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(compiled) };
    case 'or':
      return { or: filter.filters.map(compiled) };
    case 'not':
      return { not: compiled(filter.filter) };
    case 'presence':
      return fieldOf(memberFields(baseUrl), filter.target, filter.position).present;
    case 'comparison':
      return comparison(memberFields(baseUrl), filter);
    case 'valuePath':
      throw filterFault(filter.position, 'a sub-attribute has no sub-attributes');
  }
}

/**
 * Compiles a SCIM filter of groups to a `GroupFilter`. `members[value eq "…"]` matches the groups with that member, and
 * `eq null` means "not present".
 *
 * @param baseUrl the SCIM base URL, with which `meta.location` and `$ref` begin
 * @throws ScimError 400 `invalidFilter` for an attribute that is not filterable, naming those that are
 */
export function toGroupFilter(filter: Filter, baseUrl = ''): GroupFilterInput {
  const compiled = (one: Filter) => toGroupFilter(one, baseUrl);
  const fields = groupFields(baseUrl);
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(compiled) };
    case 'or':
      return { or: filter.filters.map(compiled) };
    case 'not':
      return { not: compiled(filter.filter) };
    case 'presence':
      return fieldOf(fields, filter.target, filter.position).present;
    case 'comparison':
      return comparison(fields, filter);
    case 'valuePath':
      fieldOf(fields, filter.target, filter.position);
      return { members: { some: toMember(filter.filter, baseUrl) } };
  }
}
