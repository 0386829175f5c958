import { inputName } from '../../domain/profile-paths.js';
import { type AttributeReference, ENTERPRISE_USER, type ScimAttribute } from '../discovery/attributes.js';
import { profileNames } from '../discovery/profile-names.js';
import type { Comparison, Filter, Operand } from './ast.js';
import { type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import type { Field, MemberFilterInput } from './members.js';

/** A comparison, or objects of them by attribute. */
type Asked = Readonly<Record<string, unknown>>;

/** What GraphQL asks about one value of a list. */
interface ValueFilterInput {
  readonly and?: readonly ValueFilterInput[];
  readonly or?: readonly ValueFilterInput[];
  readonly not?: ValueFilterInput;
  readonly [part: string]: unknown;
}

const PRESENT: Asked = { isPresent: true };

function compared({ type }: ScimAttribute, operator: PositiveOperator, operand: Operand): Asked {
  return type === 'boolean' ? { eq: operand } : { [TEXT_OPERATORS[operator]]: operand };
}

/**
 * How GraphQL asks for an attribute of the profile, or a part of one. Of a list, some value must meet it.
 * @returns undefined for what is no attribute of the profile
 */
export function profileField(target: AttributeReference): Field | undefined {
  if (profileNames(target) === undefined) return undefined;
  const { schema, attribute, subAttribute } = target;
  const asks = (about: Asked): MemberFilterInput => {
    const part = subAttribute === undefined ? about : { [inputName(subAttribute)]: about };
    const whole = attribute.multiValued && subAttribute !== undefined ? { some: part } : part;
    const asked = { [inputName(attribute)]: whole };
    return schema === ENTERPRISE_USER ? { enterprise: asked } : asked;
  };
  return {
    // Negated, and not asked for absence: of a list that would be asked of one of its values.
    present: (isPresent) => (isPresent ? asks(PRESENT) : { not: asks(PRESENT) }),
    compare: (operator, operand) => asks(compared(subAttribute ?? attribute, operator, operand)),
  };
}

/** Puts the filter of a value path into GraphQL's words: all of it is about one and the same value. */
export function toValueFilter(filter: Filter): ValueFilterInput {
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(toValueFilter) };
    case 'or':
      return { or: filter.filters.map(toValueFilter) };
    case 'not':
      return { not: toValueFilter(filter.filter) };
    case 'presence':
      return { [partName(filter.target)]: PRESENT };
    case 'comparison':
      return comparedPart(filter);
    case 'valuePath':
      throw new Error('parts have no parts, so the parser refuses a value path in another');
  }
}

function partName({ attribute, subAttribute = attribute }: AttributeReference): string {
  return inputName(subAttribute);
}

function comparedPart({ target, operator, operand }: Comparison): ValueFilterInput {
  const name = partName(target);
  if (operand === null) return { [name]: { isPresent: operator === 'ne' } };
  const { attribute, subAttribute = attribute } = target;
  const asked = { [name]: compared(subAttribute, operator === 'ne' ? 'eq' : operator, operand) };
  return operator === 'ne' ? { not: asked } : asked;
}
