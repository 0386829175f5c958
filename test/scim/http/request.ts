import type { ScimRequest } from '../../../src/scim/http/endpoint.js';

export const BASE_URL = 'https://rollcall.test/scim/v2/organizations/w-1';

/** The id of such a request, whose reference is `04HM-ASW9`. */
export const REQUEST_ID = '01234567-89ab-4def-8123-456789abcdef';

/** A request for an endpoint, without a real caller. */
export function request(parts: Partial<ScimRequest> = {}): ScimRequest {
  return {
    workspaceId: 'w-1',
    workspaceVersion: 'V2',
    requestId: REQUEST_ID,
    contextValue: {},
    baseUrl: BASE_URL,
    id: '',
    query: new Map(),
    body: async () => ({}),
    ifMatch: undefined,
    ifNoneMatch: undefined,
    client: 'OTHER',
    ...parts,
  };
}
