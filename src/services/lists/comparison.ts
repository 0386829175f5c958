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
  /** Set to compare without case: `expression` is in lower case, and values are converted to it. */
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
 * @returns conditions that are true or false, never null, so that `not` means what it says; all of them must hold
 * @throws DomainError INVALID_INPUT for an empty comparison, because an unset variable must not match every row
 */
export function comparisonSql(
  { name, expression, type, nullable, folded = false, canonical }: Compared,
  comparison: TextComparison | Comparison<unknown>,
  values: unknown[],
): string[] {
  const place = (value: unknown): string => {
    const placed = `$${values.push(value)}::${type}`;
    return folded ? `lower(${placed})` : placed;
  };
  const whole = (value: unknown): unknown =>
    canonical !== undefined && typeof value === 'string' ? canonical(value) : value;
  // Text that is not a UUID matches no row, and PostgreSQL would fail to cast it.
  const isPossible = (value: unknown): boolean =>
    type !== 'uuid' || (typeof value === 'string' && isId(value));
  const equal = (value: unknown): string => {
    if (!isPossible(value)) return 'false';
    const placed = place(whole(value));
    return nullable
      ? `(${expression} is not null and ${expression} = ${placed})`
      : `(${expression} = ${placed})`;
  };
  const sql: string[] = [];
  const { eq, ne, in: among, isPresent } = comparison;
  if (eq != null) sql.push(equal(eq));
  if (ne != null) sql.push(`not ${equal(ne)}`);
  if (among != null) {
    const list = `$${values.push([...among].filter(isPossible).map(whole))}::${type}[]`;
    const any = folded ? `array(select lower(v) from unnest(${list}) v)` : list;
    sql.push(`coalesce(${expression} = any(${any}), false)`);
  }
  for (const [operator, sign] of Object.entries(ORDERINGS)) {
    const bound = comparison[operator as keyof typeof ORDERINGS];
    if (bound != null) sql.push(`coalesce(${expression} ${sign} ${place(whole(bound))}, false)`);
  }
  for (const [operator, pattern] of Object.entries(PATTERNS)) {
    const text = (comparison as TextComparison)[operator as keyof typeof PATTERNS];
    if (text == null) continue;
    const part = canonical === undefined ? text : canonicalPart(text);
    sql.push(`coalesce(${expression} like ${place(pattern(escaped(part)))}, false)`);
  }
  if (isPresent != null) sql.push(`(${expression} is ${isPresent ? 'not null' : 'null'})`);
  if (sql.length === 0) throw comparesNothing(name);
  return sql;
}

export function comparesNothing(name: string): DomainError {
  return new DomainError('INVALID_INPUT', `The comparison of ${name} is empty, which would mean everybody.`, {
    attribute: name,
    hint: 'Compare it with a value, leave it out, or ask with isPresent whether there is one.',
  });
}

/** Escapes the wildcards of LIKE. */
export function escaped(text: string): string {
  return text.replace(/[\\%_]/g, '\\$&');
}
