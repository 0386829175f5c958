import type { Endpoint } from './endpoint.js';

/** An endpoint, and the id in the path; empty for an endpoint without an id. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly id: string;
}

/** Finds the endpoint of a path below the base URL, in any case, with or without a trailing slash; the query is ignored. */
export type Routes = (path: string) => Route | undefined;

const ID = ':id';

/**
 * Builds a table of the endpoints' paths, so that a request needs one lookup. A literal path takes precedence over one
 * with an id: `.search` is not the id of a user.
 * @returns the lookup, which throws URIError for an id with an invalid percent-encoding
 */
export function routesOf(endpoints: readonly Endpoint[]): Routes {
  const byPath = new Map(endpoints.map((endpoint) => [endpoint.path.toLowerCase(), endpoint]));
  return (path) => {
    const [, ...segments] = withoutQuery(path).split('/');
    if (segments.at(-1) === '') segments.pop();
    const named = byPath.get(`/${segments.join('/')}`.toLowerCase());
    if (named !== undefined) return { endpoint: named, id: '' };
    const id = segments.pop();
    if (id === undefined || id === '') return undefined;
    const endpoint = byPath.get(`/${[...segments, ID].join('/')}`.toLowerCase());
    return endpoint && { endpoint, id: decodeURIComponent(id) };
  };
}

function withoutQuery(path: string): string {
  const query = path.indexOf('?');
  return query === -1 ? path : path.slice(0, query);
}
