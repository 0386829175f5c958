import type { ScimAnswer } from './endpoint.js';

export const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** The answer to a query (RFC 7644 §3.4.2). `totalResults` counts all matches, `resources` are those of this page. */
export function listResponse(
  resources: readonly object[],
  { totalResults, startIndex }: { readonly totalResults: number; readonly startIndex: number },
): ScimAnswer {
  return {
    status: 200,
    body: {
      schemas: [LIST_RESPONSE],
      totalResults,
      startIndex,
      itemsPerPage: resources.length,
      Resources: resources,
    },
  };
}
