import type { AttributeReference } from '../discovery/names.js';

export const COMPARISON_OPERATORS = ['eq', 'ne', 'co', 'sw', 'ew', 'gt', 'ge', 'lt', 'le'] as const;
export type ComparisonOperator = (typeof COMPARISON_OPERATORS)[number];

/** A value of the attribute's type, which the parser has checked. A dateTime is RFC 3339 text in UTC. */
export type Operand = string | number | boolean | null;

/** A position in the text, counted from 1, for error messages. */
interface Positioned {
  readonly position: number;
}

export interface Comparison extends Positioned {
  readonly kind: 'comparison';
  readonly target: AttributeReference;
  readonly operator: ComparisonOperator;
  readonly operand: Operand;
}

export interface Presence extends Positioned {
  readonly kind: 'presence';
  readonly target: AttributeReference;
}

/** `emails[type eq "work"]`: at least one value of the attribute meets all conditions of `filter`. */
export interface ValuePath extends Positioned {
  readonly kind: 'valuePath';
  readonly target: AttributeReference;
  /** Its targets are sub-attributes of `target`. */
  readonly filter: Filter;
}

/** A filter (RFC 7644 §3.4.2.2) with all names resolved. */
export type Filter =
  | { readonly kind: 'and' | 'or'; readonly filters: readonly Filter[] }
  | { readonly kind: 'not'; readonly filter: Filter }
  | Comparison
  | Presence
  | ValuePath;
