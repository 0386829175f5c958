import type { ScimAnswer } from './endpoint.js';

export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** The position of a page: `startIndex`, or `nextCursor` for a client that pages by cursors (RFC 9865 §2). */
export interface PagePlace {
  readonly totalResults: number;
  readonly startIndex?: number;
  /** RFC 9865 §2: absent on the last page only. */
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
