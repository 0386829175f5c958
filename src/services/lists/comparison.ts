import { canonicalPart } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';

/** Conditions on one value; all of them must hold. */
export interface Comparison<Value> {
  readonly eq?: Value | null;
  readonly ne?: Value | null;
  readonly in?: readonly Value[] | null;
  readonly gt?: Value | null;
  readonly ge?: Value | null;
  readonly lt?: Value | null;
  readonly le?: Value | null;
  readonly isPresent?: boolean | null;
}

/** Conditions on text; all of them must hold. */
export interface TextComparison extends Comparison<string> {
  readonly contains?: string | null;
  readonly startsWith?: string | null;
  readonly endsWith?: string | null;
}

/** The part of a row that is compared. */
export interface Compared {
  /** Its name in the filter, for error messages. */
  readonly name: string;
  readonly expression: string;
  /** The type to which the values of the comparison are cast. */
  readonly type: string;
  readonly nullable: boolean;
  /** Set to compare without case: `expression` is `text_folded`, and values are converted. */
  readonly folded?: boolean;
  /** Converts values to the canonical form, which `expression` has (rule 15a). */
  readonly canonical?: (text: string) => string;
}

const ORDERINGS = { gt: '>', ge: '>=', lt: '<', le: '<=' } as const;
const PATTERNS = {
  contains: (text: string) => `%${text}%`,
  startsWith: (text: string) => `${text}%`,
  endsWith: (text: string) => `%${text}`,
} as const;

/**
 * Compiles a comparison to SQL.
 * @param values the statement's values so far; the comparison's are appended
 * @returns conditions that are true or false, never null, so that `not` means what it says; all of them must hold. None
 *   is hidden in a function, so PostgreSQL knows which rows of an outer join none of them accepts
 * @throws DomainError INVALID_INPUT for an empty comparison, because an unset variable must not match every row
 */
export function comparisonSql(
  { name, expression, type, nullable, folded = false, canonical }: Compared,
  comparison: TextComparison | Comparison<unknown>,
  values: unknown[],
): string[] {
  const bind = (value: unknown): string => {
    const parameter = `$${values.push(value)}::${type}`;
    return folded ? `text_folded(${parameter})` : parameter;
  };
  const canonicalValue = (value: unknown): unknown =>
    canonical !== undefined && typeof value === 'string' ? canonical(value) : value;
  // Text that is not a UUID matches no row, and PostgreSQL would fail to cast it.
  const canBeCast = (value: unknown): boolean =>
    type !== 'uuid' || (typeof value === 'string' && isId(value));
  const equal = (value: unknown): string => {
    if (!canBeCast(value)) return 'false';
    const bound = bind(canonicalValue(value));
    return nullable
      ? `(${expression} is not null and ${expression} = ${bound})`
      : `(${expression} = ${bound})`;
  };
  const sql: string[] = [];
  const { eq, ne, in: anyOf, isPresent } = comparison;
  if (eq != null) sql.push(equal(eq));
  if (ne != null) sql.push(`not ${equal(ne)}`);
  if (anyOf != null) {
    const array = `$${values.push([...anyOf].filter(canBeCast).map(canonicalValue))}::${type}[]`;
    const compared = folded ? `array(select text_folded(v) from unnest(${array}) v)` : array;
    sql.push(`((${expression} = any(${compared})) is true)`);
  }
  for (const [operator, sign] of Object.entries(ORDERINGS)) {
    const limit = comparison[operator as keyof typeof ORDERINGS];
    if (limit != null) sql.push(`((${expression} ${sign} ${bind(canonicalValue(limit))}) is true)`);
  }
  for (const [operator, pattern] of Object.entries(PATTERNS)) {
    const text = (comparison as TextComparison)[operator as keyof typeof PATTERNS];
    if (text == null) continue;
    const part = canonical === undefined ? text : canonicalPart(text);
    sql.push(`((${expression} like ${bind(pattern(likeEscaped(part)))}) is true)`);
  }
  if (isPresent != null) sql.push(`(${expression} is ${isPresent ? 'not null' : 'null'})`);
  if (sql.length === 0) throw emptyComparison(name);
  return sql;
}

/** The refusal of a comparison without a condition, such as one whose only variable is unset. */
export function emptyComparison(name: string): DomainError {
  return new DomainError('INVALID_INPUT', `The comparison of ${name} is empty, which would mean everybody.`, {
    attribute: name,
    hint: 'Compare it with a value, leave it out, or ask with isPresent whether there is one.',
  });
}

/** Text for a pattern of LIKE, in which its wildcards stand for themselves. */
export function likeEscaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
