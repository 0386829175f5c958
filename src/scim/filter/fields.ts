import type { AttributeReference } from '../discovery/names.js';
import type { ComparisonOperator, Operand } from './ast.js';
import type { IdComparison, MemberFilterInput } from './inputs.js';

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

/** Matches every member. */
export const ALL_MEMBERS: MemberFilterInput = { id: { isPresent: true } };

/** Matches no member. */
export const NO_MEMBERS: MemberFilterInput = { id: { in: [] } };

/** A condition that no resource meets. */
const NONE = { id: { in: [] } };

/** The condition of `eq` on an address, which ends in an id; undefined for other operators, as for ids. */
export function idInAddress(
  prefix: string,
  operator: PositiveOperator,
  operand: Operand,
): { readonly id: IdComparison } | undefined {
  if (operator !== 'eq') return undefined;
  const address = String(operand);
  return address.startsWith(prefix) ? { id: { eq: address.slice(prefix.length) } } : NONE;
}

/** The greatest Int of GraphQL. */
const LAST_VERSION = 2 ** 31 - 1;

/** The condition of `eq` on `meta.version`, an ETag; undefined for other operators. */
export function versionOfTag(
  operator: PositiveOperator,
  operand: Operand,
): { readonly version: { readonly eq: number } } | { readonly id: IdComparison } | undefined {
  if (operator !== 'eq') return undefined;
  const version = Number(/^W\/"(\d+)"$/.exec(String(operand))?.[1]);
  return version <= LAST_VERSION ? { version: { eq: version } } : NONE;
}

/** The name of an attribute or a sub-attribute, as in `emails.value`. */
export function nameOf({ attribute, subAttribute }: AttributeReference): string {
  return subAttribute === undefined ? attribute.name : `${attribute.name}.${subAttribute.name}`;
}
