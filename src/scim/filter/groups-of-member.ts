import type { Filter, Operand } from './ast.js';
import { idInAddress, type MemberField, nameOf, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import { filterFault } from './lexer.js';
import { meets } from './matches.js';

export const ID: MemberField = {
  present: (isPresent) => ({ id: { isPresent } }),
  compare: (operator, operand) => (operator === 'eq' ? { id: { eq: String(operand) } } : undefined),
};

/** A condition that one of the member's groups must meet. `part` returns undefined for an operator without a condition. */
function groupField(part: (operator: PositiveOperator, operand: Operand) => object | undefined): MemberField {
  return {
    present: (isPresent) => ({ groups: { isPresent } }),
    compare: (operator, operand) => {
      const condition = part(operator, operand);
      return condition && { groups: { some: condition } };
    },
  };
}

const GROUP_ID = groupField((operator, operand) => ID.compare(operator, operand));
const GROUP_NAME = groupField((operator, operand) => ({
  displayName: { [TEXT_OPERATORS[operator]]: String(operand) },
}));

/** Every group of a member has the type "direct". */
function typed(operator: PositiveOperator, operand: Operand): object {
  return { id: meets(operator, 'direct', String(operand), false) ? { isPresent: true } : { in: [] } };
}

/** The filterable attributes under `groups`. @param baseUrl the SCIM base URL, with which their addresses begin */
export function groupFields(baseUrl: string): readonly (readonly [string, MemberField])[] {
  return [
    // Only the presence of `groups` itself can be tested.
    ['groups', groupField(() => undefined)],
    ['groups.value', GROUP_ID],
    ['groups.display', GROUP_NAME],
    ['groups.type', groupField(typed)],
    ['groups.$ref', groupField((operator, operand) => idInAddress(`${baseUrl}/Groups/`, operator, operand))],
  ];
}

/** The filter of `groups[…]`, which a single group must meet. */
export function toGroupOfMember(filter: Filter, baseUrl: string): object {
  const compiled = (one: Filter) => toGroupOfMember(one, baseUrl);
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(compiled) };
    case 'or':
      return { or: filter.filters.map(compiled) };
    case 'not':
      return { not: compiled(filter.filter) };
    case 'presence':
    case 'comparison':
      return groupPart(filter, baseUrl);
    case 'valuePath':
      throw new Error('the parser refuses a value path in a value path');
  }
}

/** Every group has all parts. */
function groupPart(filter: Extract<Filter, { kind: 'presence' | 'comparison' }>, baseUrl: string): object {
  const present = { id: { isPresent: true } };
  if (filter.kind === 'presence') return present;
  const { operator, operand, position } = filter;
  if (operand === null) return operator === 'ne' ? present : { not: present };
  const positive = operator === 'ne' ? 'eq' : operator;
  const condition = partCondition(filter.target.subAttribute?.name, positive, operand, baseUrl);
  if (condition === undefined) {
    throw filterFault(position, `${nameOf(filter.target)} cannot be compared with ${operator}`);
  }
  return operator === 'ne' ? { not: condition } : condition;
}

function partCondition(
  part: string | undefined,
  operator: PositiveOperator,
  operand: Operand,
  baseUrl: string,
): object | undefined {
  switch (part) {
    case 'display':
      return { displayName: { [TEXT_OPERATORS[operator]]: String(operand) } };
    case 'type':
      return typed(operator, operand);
    case '$ref':
      return idInAddress(`${baseUrl}/Groups/`, operator, operand);
    default:
      return ID.compare(operator, operand);
  }
}
