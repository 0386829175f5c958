import { isJsonList, type Json, type JsonObject } from '../../domain/profile.js';
import type { Endpoint, Handler } from './endpoint.js';
import { listing, type ResourceSource } from './listing.js';
import { allOf } from './merge.js';
import { requireMessage } from './message.js';
import type { Query } from './query.js';
import { ScimError } from './scim-error.js';

export const SEARCH_REQUEST = 'urn:ietf:params:scim:api:messages:2.0:SearchRequest';

/** The parameters of a search request by type; other keys are ignored. */
const TEXTS = ['filter', 'sortBy', 'sortOrder', 'cursor'];
const NUMBERS = ['startIndex', 'count'];
const LISTS = ['attributes', 'excludedAttributes'];

/**
 * The base URL and `/.search` over all types, and one `/.search` for each (RFC 7644 §3.4.3): a query with its parameters in the body, which keeps
 * them out of access logs.
 * @param sources in the order in which a search over all types lists them
 */
export function searchEndpoints(
  sources: readonly [ResourceSource, ...ResourceSource[]],
): readonly Endpoint[] {
  const all = allOf(sources);
  const searches = [all, ...sources].map((source) => ({
    path: `${source.path}/.search`,
    methods: { POST: search(source) },
  }));
  // RFC 7644 §3.4.2.1: a GET of the base URL is a query over all types.
  return [{ path: '/', methods: { GET: listing(all) } }, ...searches];
}

function search(source: ResourceSource): Handler {
  const list = listing(source);
  return async (request) => list({ ...request, query: searchQuery(await request.body()) });
}

/**
 * Converts a search request to the equivalent query, so that the same code answers both.
 * @throws ScimError 400: invalidSyntax for another message, invalidValue for a parameter of the wrong type or a
 *   repeated one
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

/** A key of the body as a query parameter; undefined for other keys. */
function parameter(name: string, key: string, value: Json): string | undefined {
  const isOneOf = (names: readonly string[]): boolean => names.some((one) => one.toLowerCase() === name);
  if (isOneOf(TEXTS)) {
    if (typeof value === 'string') return value;
    throw invalidValue(`${key} must be text.`);
  }
  if (isOneOf(NUMBERS)) {
    // `pagingOf` refuses values that are not whole numbers.
    if (typeof value === 'number' || typeof value === 'string') return String(value);
    throw invalidValue(`${key} must be a whole number.`);
  }
  if (!isOneOf(LISTS)) return undefined;
  // RFC 7644 §3.4.3: "A multi-valued list of strings"; clients also send the comma-separated text of a query.
  const names = isJsonList(value) ? value : [value];
  if (names.every((one) => typeof one === 'string')) return names.join(',');
  throw invalidValue(`${key} must be a list of attribute names.`);
}

function invalidValue(detail: string): ScimError {
  return new ScimError(400, detail, 'invalidValue');
}
