import type { Endpoint } from './endpoint.js';

/** What a path leads to: an endpoint, and the id in it, empty where the endpoint has none. */
export interface Route {
  readonly endpoint: Endpoint;
  readonly id: string;
}

/** Finds what a path below the base URL leads to, in any case and with a slash at its end or without; its query is ignored. */
export type Routes = (path: string) => Route | undefined;

const ID = ':id';

/**
 * The paths of endpoints as a table: one look-up, however many there are. A path by name goes before one with an id:
 * `/Users/.search` is nobody's id.
 * @returns the look-up, which throws URIError for an id that is not properly percent-encoded
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
