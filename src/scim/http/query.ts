import { ScimError } from './scim-error.js';

/** The parameters of a query, their names in lower case. */
export type Query = ReadonlyMap<string, string>;

/** The query of a URL without one. */
export const NO_PARAMETERS: Query = new Map();

/** The most resources that one page holds; ServiceProviderConfig says so. */
export const MAX_PAGE_SIZE = 200;
export const DEFAULT_PAGE_SIZE = 100;

/** Beyond it there is nothing, and GraphQL's Int ends there. */
const LAST_INDEX = 2 ** 31 - 1;

/** A page as RFC 7644 §3.4.2.4 asks for it: `startIndex` counts from 1. */
export interface Paging {
  readonly startIndex: number;
  readonly count: number;
}

/**
 * Reads the query of a URL. `+` is a space, which is how some providers send one.
 * @throws ScimError invalidValue for a parameter that is there twice: which one counts would be a guess
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
 * The page that is asked for.
 * @throws ScimError invalidValue for what is not a whole number
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
 * The page size of a query that pages by cursors.
 * @throws ScimError invalidCount
 */
export function cursorCountOf(query: Query): number {
  const text = query.get('count')?.trim() ?? '';
  if (text === '') return DEFAULT_PAGE_SIZE;
  const count = /^\+?\d+$/.test(text) ? Number(text) : 0;
  // RFC 9865 §2.1: invalidCount is for whatever is not from 1 to maxPageSize.
  if (count >= 1 && count <= MAX_PAGE_SIZE) return count;
  throw new ScimError(400, `With a cursor, count must be from 1 to ${MAX_PAGE_SIZE}.`, 'invalidCount');
}

function integer(query: Query, name: string, absent: number): number {
  const text = query.get(name.toLowerCase())?.trim() ?? '';
  if (text === '') return absent;
  if (!/^[+-]?\d+$/.test(text)) {
    throw new ScimError(400, `${name} must be a whole number, and "${text}" is none.`, 'invalidValue');
  }
  return Number(text);
}
