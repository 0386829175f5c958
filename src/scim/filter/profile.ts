import { inputName } from '../../domain/profile-paths.js';
import { ENTERPRISE_USER, type ScimAttribute } from '../discovery/attributes.js';
import type { AttributeReference } from '../discovery/names.js';
import { profileNames } from '../discovery/profile-names.js';
import type { Comparison, Filter, Operand } from './ast.js';
import {
  ALL_MEMBERS,
  type MemberField,
  NO_MEMBERS,
  type PositiveOperator,
  TEXT_OPERATORS,
} from './fields.js';
import type { MemberFilterInput } from './inputs.js';
import { meets } from './matches.js';

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
  const isEmail = attribute.name === 'emails';
  const present = isEmail
    ? { or: [compiled(PRESENT), emailShown(presentPart(subAttribute))] }
    : compiled(PRESENT);
  return {
    // Not `isPresent: false`, which one value of a list would have to meet.
    present: (isPresent) => (isPresent ? present : { not: present }),
    compare: (operator, operand) => {
      const stored = compiled(compared(subAttribute ?? attribute, operator, operand));
      return isEmail ? { or: [stored, emailShown(comparedEmail(subAttribute, operator, operand))] } : stored;
    },
  };
}

/**
 * The condition on the only value of `emails` that a User shows without having any (`emailsShown`).
 * @param condition what must hold for its parts
 */
function emailShown(condition: MemberFilterInput): MemberFilterInput {
  const isShown = {
    managedBy: { in: ['WORKSPACE'] },
    emails: { isPresent: false },
    userName: { contains: '@' },
  };
  return { and: [isShown, condition] };
}

/** Compiles the filter of a value path over `emails`, also for the value that is only shown. */
export function toEmailFilter(filter: Filter): MemberFilterInput {
  return { or: [{ emails: { some: toValueFilter(filter) } }, emailShown(toEmailShown(filter))] };
}

function toEmailShown(filter: Filter): MemberFilterInput {
  switch (filter.kind) {
    case 'and':
      return { and: filter.filters.map(toEmailShown) };
    case 'or':
      return { or: filter.filters.map(toEmailShown) };
    case 'not':
      return { not: toEmailShown(filter.filter) };
    case 'presence':
      return presentPart(filter.target.subAttribute);
    case 'comparison': {
      const { target, operator, operand } = filter;
      const { subAttribute } = target;
      if (operand === null)
        return operator === 'ne' ? presentPart(subAttribute) : { not: presentPart(subAttribute) };
      if (operator === 'ne') return { not: comparedEmail(subAttribute, 'eq', operand) };
      return comparedEmail(subAttribute, operator, operand);
    }
    case 'valuePath':
      throw new Error('the parser refuses a value path in a value path');
  }
}

/** It has every part but `display`. */
function presentPart(part: ScimAttribute | undefined): MemberFilterInput {
  return part?.name === 'display' ? NO_MEMBERS : ALL_MEMBERS;
}

function comparedEmail(
  part: ScimAttribute | undefined,
  operator: PositiveOperator,
  operand: Operand,
): MemberFilterInput {
  switch (part?.name) {
    case 'value':
      return { userName: { [TEXT_OPERATORS[operator]]: String(operand) } };
    case 'type':
      return meets(operator, 'work', String(operand), false) ? ALL_MEMBERS : NO_MEMBERS;
    case 'primary':
      return operand === true ? ALL_MEMBERS : NO_MEMBERS;
    default:
      return NO_MEMBERS;
  }
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
