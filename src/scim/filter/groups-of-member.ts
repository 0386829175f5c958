import type { Filter, Operand } from './ast.js';
import { nameOf, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import { filterFault } from './lexer.js';
import type { Field } from './members.js';

export const ID: Field = {
  present: (isPresent) => ({ id: { isPresent } }),
  compare: (operator, operand) => (operator === 'eq' ? { id: { eq: String(operand) } } : undefined),
};

/** Something asked of some group that the member is in. `part` gives undefined for what cannot be asked. */
function groupField(part: (operator: PositiveOperator, operand: Operand) => object | undefined): Field {
  return {
    present: (isPresent) => ({ groups: { isPresent } }),
    compare: (operator, operand) => {
      const asked = part(operator, operand);
      return asked && { groups: { some: asked } };
    },
  };
}

const GROUP_ID = groupField((operator, operand) => ID.compare(operator, operand));
const GROUP_NAME = groupField((operator, operand) => ({
  displayName: { [TEXT_OPERATORS[operator]]: String(operand) },
}));

/** How members are asked for by their groups. */
export const GROUP_FIELDS: readonly (readonly [string, Field])[] = [
  // A group itself is compared with nothing: only some of its parts are kept.
  ['groups', groupField(() => undefined)],
  ['groups.value', GROUP_ID],
  ['groups.display', GROUP_NAME],
];

/** The filter of `groups[…]`: all of it is about one and the same group. */
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
      throw new Error('parts have no parts, so the parser refuses a value path in another');
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
  const asked = isName
    ? { displayName: { [TEXT_OPERATORS[positive]]: String(operand) } }
    : ID.compare(positive, operand);
  if (asked === undefined) {
    throw filterFault(position, `${nameOf(filter.target)} cannot be compared with ${operator}`);
  }
  return operator === 'ne' ? { not: asked } : asked;
}
