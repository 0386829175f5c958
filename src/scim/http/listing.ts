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
}

export interface ResourcePage {
  /** All matches, not only those on this page. */
  readonly totalResults: number;
  readonly resources: readonly JsonObject[];
  /** The position of the next page; undefined on the last page. */
  readonly next: string | undefined;
}

/** A list of resources of one type. Filter, order and attributes come from the request's query. */
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

/**
 * Resources of all types as one list, type after type (RFC 7644 §3.4.2.1). A type without the filter's attributes has
 * no matches; a filter by attributes that no type has is refused.
 */
export function allOf(sources: readonly ResourceSource[]): ResourceSource {
  return {
    path: '',
    async page(request, { first, offset = 0, after }) {
      const place = after === undefined ? START : placeOf(after);
      const refusals: ScimError[] = [];
      const resources: JsonObject[] = [];
      let totalResults = 0;
      let skipped = offset;
      let next: string | undefined;
      for (const [index, source] of sources.entries()) {
        const isPast = index < place.index;
        const room = isPast ? 0 : first - resources.length;
        const within =
          index === place.index && place.after !== undefined
            ? { after: place.after }
            : { offset: isPast ? 0 : skipped };
        const page = await pageUnlessUnknown(source, request, { first: room, ...within }, refusals);
        if (next === undefined && !isPast) next = continuation(index, room, page);
        totalResults += page.totalResults;
        skipped = Math.max(0, skipped - page.totalResults);
        resources.push(...page.resources);
      }
      const [refusal] = refusals;
      if (refusal !== undefined && refusals.length === sources.length) throw refusal;
      return { totalResults, resources, next };
    },
  };
}

const NOTHING: ResourcePage = { totalResults: 0, resources: [], next: undefined };

async function pageUnlessUnknown(
  source: ResourceSource,
  request: ScimRequest,
  page: PageRequest,
  refusals: ScimError[],
): Promise<ResourcePage> {
  try {
    return await source.page(request, page);
  } catch (error) {
    if (!(error instanceof ScimError) || error.scimType !== 'invalidFilter') throw error;
    refusals.push(error);
    return NOTHING;
  }
}

/** A position in a list of several types: the type, and the position in it. */
interface Place {
  readonly index: number;
  readonly after: string | undefined;
}

const START: Place = { index: 0, after: undefined };

function placeOf(text: string): Place {
  const dot = text.indexOf('.');
  const after = text.slice(dot + 1);
  return { index: Number(text.slice(0, dot)), after: after === '' ? undefined : after };
}

/** The position after a page, if it is in this type: the rest of the type, or its beginning when the page was full. */
function continuation(index: number, room: number, page: ResourcePage): string | undefined {
  if (page.next !== undefined) return `${index}.${page.next}`;
  return room === 0 && page.totalResults > 0 ? `${index}.` : undefined;
}
