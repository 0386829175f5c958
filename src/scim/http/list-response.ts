import type { ScimAnswer } from './endpoint.js';

export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** Where a page lies: by its number, or, where a client pages by cursors, by what comes next (RFC 9865 §2). */
export interface PagePlace {
  readonly totalResults: number;
  readonly startIndex?: number;
  /** RFC 9865 §2: left out on the last page, and only there. */
  readonly nextCursor?: string;
}

/** The answer to a query (RFC 7644 §3.4.2). `totalResults` counts all matches, `resources` are those of this page. */
export function listResponse(resources: readonly object[], place: PagePlace): ScimAnswer {
  return {
    status: 200,
    body: {
      schemas: [LIST_RESPONSE],
      ...place,
      itemsPerPage: resources.length,
      Resources: resources,
    },
  };
}
