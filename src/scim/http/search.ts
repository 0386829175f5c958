import { isJsonList, type Json, type JsonObject } from '../../domain/profile.js';
import type { Endpoint, Handler } from './endpoint.js';
import { allOf, listing, type ResourceSource } from './listing.js';
import { requireMessage } from './message.js';
import type { Query } from './query.js';
import { ScimError } from './scim-error.js';

export const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** What a search request holds of each kind; everything else in it says nothing. */
const TEXTS = ['filter', 'sortBy', 'sortOrder', 'cursor'];
const NUMBERS = ['startIndex', 'count'];
const LISTS = ['attributes', 'excludedAttributes'];

/**
 * `/.search` over all types, and `/.search` of each (RFC 7644 §3.4.3): a query whose parameters are in a body, where
 * no log of addresses keeps them.
 * @param sources in the order in which a search over all types lists them
 */
export function searchEndpoints(sources: readonly ResourceSource[]): readonly Endpoint[] {
  return [allOf(sources), ...sources].map((source) => ({
    path: `${source.path}/.search`,
    methods: { POST: search(source) },
  }));
}

function search(source: ResourceSource): Handler {
  const list = listing(source);
  return async (request) => list({ ...request, query: searchQuery(await request.body()) });
}

/**
 * Reads a search request as the query that it stands for, so that both are answered by the same code.
 * @throws ScimError 400: invalidSyntax for another message, invalidValue for what has the wrong type or is there twice
 */
export function searchQuery(body: JsonObject): Query {
  requireMessage(body, SEARCH_REQUEST);
  const query = new Map<string, string>();
  for (const [key, value] of Object.entries(body)) {
    const name = key.toLowerCase();
    const text = value === null ? undefined : parameter(name, key, value);
    if (text === undefined) continue;
    if (query.has(name)) throw invalidValue(`The body has ${key} more than once.`);
    query.set(name, text);
  }
  return query;
}

/** A member of the body as it would stand in a query; undefined for what is no parameter. */
function parameter(name: string, key: string, value: Json): string | undefined {
  const isOneOf = (names: readonly string[]): boolean => names.some((one) => one.toLowerCase() === name);
  if (isOneOf(TEXTS)) {
    if (typeof value === 'string') return value;
    throw invalidValue(`${key} must be text.`);
  }
  if (isOneOf(NUMBERS)) {
    // What is no whole number is the query's to refuse, as it would be there.
    if (typeof value === 'number' || typeof value === 'string') return String(value);
    throw invalidValue(`${key} must be a whole number.`);
  }
  if (!isOneOf(LISTS)) return undefined;
  // RFC 7644 §3.4.3: "A multi-valued list of strings"; clients also send what the query would hold.
  const names = isJsonList(value) ? value : [value];
  if (names.every((one) => typeof one === 'string')) return names.join(',');
  throw invalidValue(`${key} must be a list of attribute names.`);
}

function invalidValue(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidValue');
}
