import type { Filter, Operand } from './ast.js';
import { type MemberField, nameOf, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import { filterFault } from './lexer.js';

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

/** The filterable attributes under `groups`. */
export const GROUP_FIELDS: readonly (readonly [string, MemberField])[] = [
  // Only the presence of `groups` itself can be tested.
  ['groups', groupField(() => undefined)],
  ['groups.value', GROUP_ID],
  ['groups.display', GROUP_NAME],
];

/** The filter of `groups[…]`, which a single group must meet. */
export function toGroupOfMember(filter: Filter): object {
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(toGroupOfMember) };
    case 'or':
      return { or: filter.filters.map(toGroupOfMember) };
    case 'not':
      return { not: toGroupOfMember(filter.filter) };
    case 'presence':
    case 'comparison':
      return groupPart(filter);
    case 'valuePath':
      throw new Error('the parser refuses a value path in a value path');
  }
}

/** Every group has an id and a name. */
function groupPart(filter: Extract<Filter, { kind: 'presence' | 'comparison' }>): object {
  const isName = filter.target.subAttribute?.name === 'display';
  if (!isName && filter.target.subAttribute?.name !== 'value') {
    throw filterFault(filter.position, `${nameOf(filter.target)} cannot be filtered by`);
  }
  const present = { id: { isPresent: true } };
  if (filter.kind === 'presence') return present;
  const { operator, operand, position } = filter;
  if (operand === null) return operator === 'ne' ? present : { not: present };
  const positive = operator === 'ne' ? 'eq' : operator;
  const condition = isName
    ? { displayName: { [TEXT_OPERATORS[positive]]: String(operand) } }
    : ID.compare(positive, operand);
  if (condition === undefined) {
    throw filterFault(position, `${nameOf(filter.target)} cannot be compared with ${operator}`);
  }
  return operator === 'ne' ? { not: condition } : condition;
}
