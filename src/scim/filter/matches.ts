import { foldedText } from '../../domain/canonical.js';
import type { Json } from '../../domain/profile.js';
import { isJsonObject } from '../../domain/profile.js';
import type { Comparison, ComparisonOperator, Filter, Operand } from './ast.js';

type Present = Exclude<Operand, null>;

/** The operators on two values of the attribute's type. Text is compared by code points. */
const MEETS: Readonly<Record<ComparisonOperator, (value: Present, operand: Present) => boolean>> = {
  eq: (value, operand) => value === operand,
  ne: (value, operand) => value !== operand,
  co: (value, operand) => String(value).includes(String(operand)),
  sw: (value, operand) => String(value).startsWith(String(operand)),
  ew: (value, operand) => String(value).endsWith(String(operand)),
  gt: (value, operand) => value > operand,
  ge: (value, operand) => value >= operand,
  lt: (value, operand) => value < operand,
  le: (value, operand) => value <= operand,
};

/**
 * Whether a value meets an operator. Text that is not `caseExact` is compared without case, as the database does
 * (RFC 7643 §7, "caseExact": "The server SHALL use case sensitivity when evaluating filters").
 */
export function meets(
  operator: ComparisonOperator,
  value: Present,
  operand: Present,
  caseExact: boolean,
): boolean {
  const fold = (one: Present): Present => (typeof one === 'string' && !caseExact ? foldedText(one) : one);
  return MEETS[operator](fold(value), fold(operand));
}

/** RFC 7644 §3.4.2.2, `pr`: "has a non-empty or non-null value". */
function isPresent(value: Json | undefined): value is Json {
  if (value === undefined || value === null || value === '') return false;
  return typeof value !== 'object' || Object.keys(value).length > 0;
}

function compares({ target, operator, operand }: Comparison, value: Json | undefined): boolean {
  if (operand === null) return isPresent(value) === (operator === 'ne');
  if (!isPresent(value) || typeof value === 'object') return operator === 'ne';
  const { caseExact } = target.subAttribute ?? target.attribute;
  return meets(operator, value, operand, caseExact);
}

/**
 * Whether one value of a multi-valued attribute meets the filter of a value path. An absent sub-attribute meets `ne` and
 * `eq null` only.
 *
 * @param value the value, with canonical names
 */
export function matches(filter: Filter, value: Json): boolean {
  switch (filter.kind) {
    case 'and':
      return filter.filters.every((one) => matches(one, value));
    case 'or':
      return filter.filters.some((one) => matches(one, value));
    case 'not':
      return !matches(filter.filter, value);
    case 'presence':
      return isPresent(partOf(filter.target.subAttribute?.name, value));
    case 'comparison':
      return compares(filter, partOf(filter.target.subAttribute?.name, value));
    case 'valuePath':
      // The parser refuses a value path in a value path: sub-attributes have no sub-attributes (RFC 7643 §2.3.8).
      return false;
  }
}

function partOf(name: string | undefined, value: Json): Json | undefined {
  if (name === undefined || !isJsonObject(value)) return undefined;
  return Object.hasOwn(value, name) ? value[name] : undefined;
}
