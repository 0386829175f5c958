import { ScimError } from './scim-error.js';

/** Query parameters by their names in lower case. */
export type Query = ReadonlyMap<string, string>;

/** The query of a URL without one. */
export const NO_PARAMETERS: Query = new Map();

/** The most resources on one page; published in ServiceProviderConfig. */
export const MAX_PAGE_SIZE = 200;
export const DEFAULT_PAGE_SIZE = 100;

/** The greatest Int of GraphQL. */
const LAST_INDEX = 2 ** 31 - 1;

/** A page by number (RFC 7644 §3.4.2.4): `startIndex` counts from 1. */
export interface Paging {
  readonly startIndex: number;
  readonly count: number;
}

/**
 * Reads the query of a URL. `+` is a space, because some providers encode it so.
 * @throws ScimError invalidValue for a repeated parameter
 */
export function parseQuery(url: string): Query {
  const start = url.indexOf('?');
  if (start === -1) return NO_PARAMETERS;
  const query = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(url.slice(start + 1))) {
    const key = name.toLowerCase();
    if (query.has(key)) throw new ScimError(400, `The query has ${name} more than once.`, 'invalidValue');
    query.set(key, value);
  }
  return query;
}

/**
 * Reads startIndex and count.
 * @throws ScimError invalidValue for a value that is not a whole number
 */
export function pagingOf(query: Query): Paging {
  return {
    // RFC 7644 §3.4.2.4: "A value less than 1 SHALL be interpreted as 1."
    startIndex: Math.min(Math.max(integer(query, 'startIndex', 1), 1), LAST_INDEX),
    // "A negative value SHALL be interpreted as "0"."
    count: Math.min(Math.max(integer(query, 'count', DEFAULT_PAGE_SIZE), 0), MAX_PAGE_SIZE),
  };
}

/**
 * Reads the count of a query that pages by cursors.
 * @throws ScimError invalidCount
 */
export function cursorCountOf(query: Query): number {
  const text = query.get('count')?.trim() ?? '';
  if (text === '') return DEFAULT_PAGE_SIZE;
  // RFC 9865 §2 uses the count of RFC 7644 §3.4.2.4: "A negative value SHALL be interpreted as "0"."
  const count = /^[+-]?\d+$/.test(text) ? Math.max(Number(text), 0) : Number.NaN;
  if (count <= MAX_PAGE_SIZE) return count;
  throw new ScimError(400, `With a cursor, count must be from 0 to ${MAX_PAGE_SIZE}.`, 'invalidCount');
}

function integer(query: Query, name: string, absent: number): number {
  const text = query.get(name.toLowerCase())?.trim() ?? '';
  if (text === '') return absent;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ScimError(400, `${name} must be a whole number, not "${text}".`, 'invalidValue');
  }
  return Number(text);
}
