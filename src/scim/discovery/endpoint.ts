import type { WorkspaceVersion } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import { MAX_BULK_OPERATIONS } from '../bulk/operations.js';
import { MAX_BODY_BYTES } from '../http/body.js';
import { CURSOR_SECONDS } from '../http/cursor.js';
import type { Endpoint, Handler, ScimRequest } from '../http/endpoint.js';
import { listResponse } from '../http/list-response.js';
import { DEFAULT_PAGE_SIZE, MAX_PAGE_SIZE } from '../http/query.js';
import { ScimError } from '../http/scim-error.js';
import { CORE_GROUP, CORE_USER, GROUP_SCHEMAS, schemasFor } from './attributes.js';

const CONFIGURATION_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig';
const RESOURCE_TYPE_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:ResourceType';
const SCHEMA_SCHEMA = 'urn:ietf:params:scim:schemas:core:2.0:Schema';

/** A resource type or a schema; `id` is the last segment of its URL. */
type Description = { readonly id: string } & Readonly<Record<string, unknown>>;

/**
 * What the server supports for the workspace's version (RFC 7644 §4). Discovery needs the key too: without it, an
 * answer would reveal which workspaces exist.
 */
export function discoveryEndpoints(): readonly Endpoint[] {
  return [
    { path: '/ServiceProviderConfig', methods: { GET: unfiltered(configuration) } },
    ...describing('/ResourceTypes', resourceTypes),
    ...describing('/Schemas', schemas),
  ];
}

/** RFC 7644 §4: "If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403". */
function unfiltered(handler: Handler): Handler {
  return (request) => {
    if (request.query.has('filter')) throw new ScimError(403, 'Discovery endpoints take no filter.');
    return handler(request);
  };
}

function configuration({ baseUrl }: ScimRequest): { status: number; body: object } {
  const body = {
    schemas: [CONFIGURATION_SCHEMA],
    patch: { supported: true },
    bulk: { supported: true, maxOperations: MAX_BULK_OPERATIONS, maxPayloadSize: MAX_BODY_BYTES },
    filter: { supported: true, maxResults: MAX_PAGE_SIZE },
    changePassword: { supported: false },
    sort: { supported: true },
    etag: { supported: true },
    // RFC 9865 §4.
    pagination: {
      cursor: true,
      index: true,
      defaultPaginationMethod: 'index',
      defaultPageSize: DEFAULT_PAGE_SIZE,
      maxPageSize: MAX_PAGE_SIZE,
      cursorTimeout: CURSOR_SECONDS,
    },
    authenticationSchemes: [
      {
        type: 'oauthbearertoken',
        name: 'API key',
        description: "An API key of the workspace in the Authorization header, as it is or after 'Bearer '.",
        specUri: 'https://www.rfc-editor.org/info/rfc6750',
        primary: true,
      },
    ],
    meta: { resourceType: 'ServiceProviderConfig', location: `${baseUrl}/ServiceProviderConfig` },
  };
  return { status: 200, body };
}

/** RFC 7643 §6. */
function resourceTypes(version: WorkspaceVersion): readonly Description[] {
  const extensions = schemasFor(version).filter(({ id }) => id !== CORE_USER);
  return [
    {
      schemas: [RESOURCE_TYPE_SCHEMA],
      id: 'User',
      name: 'User',
      endpoint: '/Users',
      description: 'A member of the workspace.',
      schema: CORE_USER,
      schemaExtensions: extensions.map(({ id }) => ({ schema: id, required: false })),
    },
    {
      schemas: [RESOURCE_TYPE_SCHEMA],
      id: 'Group',
      name: 'Group',
      endpoint: '/Groups',
      description: 'Members of the workspace under one name.',
      schema: CORE_GROUP,
      schemaExtensions: [],
    },
  ];
}

/** RFC 7643 §7. */
function schemas(version: WorkspaceVersion): readonly Description[] {
  return [...schemasFor(version), ...GROUP_SCHEMAS].map((schema) => ({
    schemas: [SCHEMA_SCHEMA],
    ...schema,
  }));
}

/** Endpoints for a list of descriptions and for each by its id, compared without case like URNs (RFC 8141 §3.1). */
function describing(
  path: string,
  describe: (version: WorkspaceVersion) => readonly Description[],
): readonly Endpoint[] {
  const located = ({ baseUrl, workspaceVersion }: ScimRequest): readonly Description[] =>
    describe(workspaceVersion).map((described) => ({
      ...described,
      meta: { resourceType: path.slice(1, -1), location: `${baseUrl}${path}/${described.id}` },
    }));
  const list: Handler = (request) => {
    const descriptions = located(request);
    return listResponse(descriptions, { totalResults: descriptions.length, startIndex: 1 });
  };
  const one: Handler = (request) => {
    const wanted = request.id.toLowerCase();
    const body = located(request).find(({ id }) => id.toLowerCase() === wanted);
    if (body === undefined) throw new DomainError('NOT_FOUND', `${path} has no resource with this id.`);
    return { status: 200, body };
  };
  return [
    { path, methods: { GET: unfiltered(list) } },
    { path: `${path}/:id`, methods: { GET: unfiltered(one) } },
  ];
}
