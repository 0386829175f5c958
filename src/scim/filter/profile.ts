import { inputName } from '../../domain/profile-paths.js';
import { ENTERPRISE_USER, type ScimAttribute } from '../discovery/attributes.js';
import type { AttributeReference } from '../discovery/names.js';
import { profileNames } from '../discovery/profile-names.js';
import type { Comparison, Filter, Operand } from './ast.js';
import { type MemberField, type PositiveOperator, TEXT_OPERATORS } from './fields.js';
import type { MemberFilterInput } from './inputs.js';

/** A comparison, or objects of comparisons by attribute. */
type Condition = Readonly<Record<string, unknown>>;

/** GraphQL's filter of one value of a list. */
interface ValueFilterInput {
  readonly and?: readonly ValueFilterInput[];
  readonly or?: readonly ValueFilterInput[];
  readonly not?: ValueFilterInput;
  readonly [part: string]: unknown;
}

const PRESENT: Condition = { isPresent: true };

function compared({ type }: ScimAttribute, operator: PositiveOperator, operand: Operand): Condition {
  return type === 'boolean' ? { eq: operand } : { [TEXT_OPERATORS[operator]]: operand };
}

/**
 * Returns the compiler of conditions on an attribute of the profile, or a sub-attribute. For a list, one value must
 * meet them.
 * @returns undefined for an attribute that is not part of the profile
 */
export function profileField(target: AttributeReference): MemberField | undefined {
  if (profileNames(target) === undefined) return undefined;
  const { schema, attribute, subAttribute } = target;
  const compiled = (about: Condition): MemberFilterInput => {
    const part = subAttribute === undefined ? about : { [inputName(subAttribute)]: about };
    const whole = attribute.multiValued && subAttribute !== undefined ? { some: part } : part;
    const condition = { [inputName(attribute)]: whole };
    return schema === ENTERPRISE_USER ? { enterprise: condition } : condition;
  };
  return {
    // Not `isPresent: false`, which one value of a list would have to meet.
    present: (isPresent) => (isPresent ? compiled(PRESENT) : { not: compiled(PRESENT) }),
    compare: (operator, operand) => compiled(compared(subAttribute ?? attribute, operator, operand)),
  };
}

/** Compiles the filter of a value path, which one and the same value must meet. */
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
      throw new Error('the parser refuses a value path in a value path');
  }
}

function partName({ attribute, subAttribute = attribute }: AttributeReference): string {
  return inputName(subAttribute);
}

function comparedPart({ target, operator, operand }: Comparison): ValueFilterInput {
  const name = partName(target);
  if (operand === null) return { [name]: { isPresent: operator === 'ne' } };
  const { attribute, subAttribute = attribute } = target;
  const condition = { [name]: compared(subAttribute, operator === 'ne' ? 'eq' : operator, operand) };
  return operator === 'ne' ? { not: condition } : condition;
}
