import type { AttributeReference } from '../discovery/names.js';
import type { ComparisonOperator, Operand } from './ast.js';
import type { MemberFilterInput } from './inputs.js';

/** `ne` is the negation of `eq`: an absent attribute is not equal to anything. */
export type PositiveOperator = Exclude<ComparisonOperator, 'ne'>;

/** The operators of RFC 7644 §3.4.2.2, by GraphQL's names for them in comparisons of text. */
export const TEXT_OPERATORS = {
  eq: 'eq',
  co: 'contains',
  sw: 'startsWith',
  ew: 'endsWith',
  gt: 'gt',
  ge: 'ge',
  lt: 'lt',
  le: 'le',
} as const satisfies Record<PositiveOperator, string>;

/** Compiles the conditions on one attribute. `compare` returns undefined for an operator that GraphQL does not have. */
export interface MemberField {
  readonly present: (isPresent: boolean) => MemberFilterInput;
  readonly compare: (operator: PositiveOperator, operand: Operand) => MemberFilterInput | undefined;
}

/** The name of an attribute or a sub-attribute, as in `emails.value`. */
export function nameOf({ attribute, subAttribute }: AttributeReference): string {
  return subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`;
}
