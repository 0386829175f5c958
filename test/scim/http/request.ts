import type { ScimRequest } from '../../../src/scim/http/endpoint.js';

export const BASE_URL = 'https://rollcall.test/scim/v2/organizations/w-1';

/** A request as an endpoint gets it, of nobody in particular. */
export function request(parts: Partial<ScimRequest> = {}): ScimRequest {
  return {
    workspaceId: 'w-1',
    workspaceVersion: 'V2',
    requestId: 'request-1',
    contextValue: {},
    baseUrl: BASE_URL,
    id: '',
    query: new Map(),
    body: async () => ({}),
    ifMatch: undefined,
    ifNoneMatch: undefined,
    ...parts,
  };
}
