import type { JsonObject } from '../../domain/profile.js';
import { type CursorScope, readCursor, writeCursor } from './cursor.js';
import type { Handler, ScimAnswer, ScimRequest } from './endpoint.js';
import { listResponse } from './list-response.js';
import { cursorCountOf, pagingOf } from './query.js';
import { ScimError } from './scim-error.js';

/** Whether a request pages by cursors, so that its answer needs the position of the next page. */
export function pagesByCursor({ query }: ScimRequest): boolean {
  return query.has('cursor');
}

/** Which page to read: its size, and the number of resources to skip or the position after which it begins. */
export interface PageRequest {
  readonly first: number;
  readonly offset?: number;
  readonly after?: string;
  /** Whether to return positions, for a list of all types: a type without the attribute of `sortBy` is listed by id. */
  readonly positions?: boolean;
  /** Whether the resources are dropped, so that costly attributes need not be read. */
  readonly bare?: boolean;
}

/** The position of a resource in a list. */
export interface Position {
  /** The value that the list is ordered by, comparable by code point with that of any other type; undefined for none. */
  readonly key: string | undefined;
  /** The next page begins after it. */
  readonly place: string;
}

export interface ResourcePage {
  /** All matches, not only those on this page. */
  readonly totalResults: number;
  readonly resources: readonly JsonObject[];
  /** The position of the next page; undefined on the last page. */
  readonly next: string | undefined;
  /** Of each resource, if requested. */
  readonly positions?: readonly Position[];
}

/** A list of resources. Filter, order and attributes come from the request's query. */
export interface ResourceSource {
  /** Below the base URL: `/Users`. */
  readonly path: string;
  /** Throws ScimError: invalidFilter for attributes that this type does not have. */
  page(request: ScimRequest, page: PageRequest): Promise<ResourcePage>;
}

/** Lists resources by startIndex (RFC 7644 §3.4.2.4), or by cursor if the query has one, even an empty one (RFC 9865 §2). */
export function listing(source: ResourceSource): Handler {
  return (request) => {
    const cursor = request.query.get('cursor');
    return cursor === undefined ? byNumber(source, request) : byCursor(source, request, cursor);
  };
}

async function byNumber(source: ResourceSource, request: ScimRequest): Promise<ScimAnswer> {
  const { startIndex, count } = pagingOf(request.query);
  const { totalResults, resources } = await source.page(request, { first: count, offset: startIndex - 1 });
  return listResponse(resources, { totalResults, startIndex });
}

async function byCursor(source: ResourceSource, request: ScimRequest, cursor: string): Promise<ScimAnswer> {
  const { query } = request;
  // RFC 9865 §2: startIndex and cursor are two methods of paging.
  if (query.has('startindex')) {
    throw new ScimError(400, 'Page with startIndex or with cursor, not with both.', 'invalidValue');
  }
  const first = cursorCountOf(query);
  const scope = scopeOf(source, request);
  const after = cursor === '' ? {} : { after: readCursor(scope, cursor) };
  const { totalResults, resources, next } = await source.page(request, { first, ...after });
  return listResponse(resources, {
    totalResults,
    ...(next === undefined ? {} : { nextCursor: writeCursor(scope, next) }),
  });
}

function scopeOf({ path }: ResourceSource, { workspaceId, query }: ScimRequest): CursorScope {
  return {
    workspaceId,
    path,
    filter: query.get('filter'),
    sortBy: query.get('sortby'),
    sortOrder: query.get('sortorder'),
  };
}
