import type { AttributeReference } from '../discovery/attributes.js';
import type { ComparisonOperator } from './ast.js';

/** `ne` is the negation of `eq`: an absent attribute is not equal to anything. */
export type PositiveOperator = Exclude<ComparisonOperator, 'ne'>;

/** The operators of RFC 7644 §3.4.2.2 in the words of GraphQL's text comparisons. */
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

/** An attribute, or a part of one, as refusals and tables call it: `emails.value`. */
export function nameOf({ attribute, subAttribute }: AttributeReference): string {
  return subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`;
}
