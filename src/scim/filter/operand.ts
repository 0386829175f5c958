import { booleanIn, textIn } from '../../domain/profile.js';
import type { ScimAttribute } from '../discovery/attributes.js';
import type { ComparisonOperator, Operand } from './ast.js';
import { filterFault, type Token } from './lexer.js';

/** RFC 8259 §6. */
const NUMBER = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/;
/** RFC 7643 §2.3.5: "a valid xsd:dateTime … and MUST include both a date and a time". */
const DATE_TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?$/i;
const ORDERING: readonly ComparisonOperator[] = ['gt', 'ge', 'lt', 'le'];
const SUBSTRING: readonly ComparisonOperator[] = ['co', 'sw', 'ew'];

/** The literal of a token; true, false and null are read in any case. */
function literalOf(token: Token): Operand {
  if (token.kind === 'string') return token.text;
  const word = token.kind === 'word' ? token.text.toLowerCase() : '';
  if (word === 'true') return true;
  if (word === 'false') return false;
  if (word === 'null') return null;
  if (NUMBER.test(word)) return Number(word);
  throw filterFault(
    token.position,
    `expected a value (text in double quotes, a number, true, false or null), found ${token.text}`,
  );
}

/** RFC 7644 §3.4.2.2: "Boolean and Binary attributes SHALL cause a failed response (HTTP status code 400)" for gt … le. */
function requireOperator(attribute: ScimAttribute, operator: ComparisonOperator, position: number): void {
  const ordered = attribute.type !== 'boolean' && attribute.type !== 'binary';
  const textual = attribute.type === 'string' || attribute.type === 'reference';
  if ((!ordered && ORDERING.includes(operator)) || (!textual && SUBSTRING.includes(operator))) {
    throw filterFault(position, `${attribute.name} cannot be compared with ${operator}`);
  }
}

function dateTimeOf(text: string): string | undefined {
  if (!DATE_TIME.test(text)) return undefined;
  const time = new Date(/(?:Z|[+-]\d{2}:\d{2})$/i.test(text) ? text : `${text}Z`);
  // Date reads 30 February as 2 March.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  if (Number.isNaN(time.getTime()) || !day.toISOString().startsWith(text.slice(0, 10))) return undefined;
  const iso = time.toISOString();
  // PostgreSQL has no year 0, and an offset can lead to a year of five digits.
  return /^(?!0000)\d{4}-/.test(iso) ? iso : undefined;
}

/** Converts a literal to the attribute's type; undefined when it does not fit. */
function convert({ type }: ScimAttribute, literal: string | number | boolean): Operand | undefined {
  if (type === 'boolean') return booleanIn(literal);
  if (type === 'integer') {
    // Providers that know only strings send digits in quotes, in filters as in values (rule 5).
    const number = typeof literal === 'string' && NUMBER.test(literal) ? Number(literal) : literal;
    return typeof number === 'number' && Number.isFinite(number) ? number : undefined;
  }
  const text = textIn(literal);
  return type === 'dateTime' && text !== undefined ? dateTimeOf(text) : text;
}

const EXPECTED: Readonly<Record<ScimAttribute['type'], string>> = {
  string: 'text in double quotes',
  reference: 'text in double quotes',
  binary: 'text in double quotes',
  boolean: 'true or false',
  integer: 'a number',
  dateTime: 'a time such as "2026-01-31T12:00:00Z"',
  complex: 'one of its sub-attributes',
};

/**
 * Reads the operand of a comparison.
 *
 * @returns a value of the attribute's type, or null
 * @throws ScimError invalidFilter for an operator or a value that does not fit the attribute
 */
export function readOperand(
  attribute: ScimAttribute,
  operator: { readonly name: ComparisonOperator; readonly position: number },
  token: Token,
): Operand {
  requireOperator(attribute, operator.name, operator.position);
  const literal = literalOf(token);
  if (literal === null) {
    if (operator.name === 'eq' || operator.name === 'ne') return null;
    throw filterFault(token.position, 'null can be compared with eq and ne only');
  }
  const operand = convert(attribute, literal);
  if (operand === undefined) {
    throw filterFault(token.position, `${attribute.name} is compared with ${EXPECTED[attribute.type]}`);
  }
  return operand;
}
