import { describe, expect, test } from 'vitest';
import type { WorkspaceVersion } from '../../../src/domain/access.js';
import { DomainError } from '../../../src/domain/errors.js';
import {
  CORE_GROUP,
  CORE_USER,
  ENTERPRISE_USER,
  ROLLCALL_USER,
} from '../../../src/scim/discovery/attributes.js';
import { discoveryEndpoints } from '../../../src/scim/discovery/endpoint.js';
import type { ScimAnswer } from '../../../src/scim/http/endpoint.js';
import { parseQuery } from '../../../src/scim/http/query.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';

/** RFC 7644 §4, RFC 7643 §5 to §7: the server's description of itself, by workspace version. */

const BASE_URL = 'https://rollcall.test/scim/v2/organizations/w-1';
const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

const GROUP_TYPE = {
  schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
  id: 'Group',
  name: 'Group',
  endpoint: '/Groups',
  description: 'Members of the workspace under one name.',
  schema: CORE_GROUP,
  schemaExtensions: [],
  meta: { resourceType: 'ResourceType', location: `${BASE_URL}/ResourceTypes/Group` },
};

async function get(
  path: string,
  { version = 'V2', id = '', url = path }: { version?: WorkspaceVersion; id?: string; url?: string } = {},
): Promise<ScimAnswer> {
  const endpoint = discoveryEndpoints().find((candidate) => candidate.path === path);
  const handle = endpoint?.methods.GET;
  if (handle === undefined) throw new Error(`there is no ${path}`);
  return handle({
    workspaceId: 'w-1',
    workspaceVersion: version,
    requestId: 'request-1',
    contextValue: {},
    baseUrl: BASE_URL,
    id,
    query: parseQuery(url),
    body: async () => ({}),
    ifMatch: undefined,
    ifNoneMatch: undefined,
    client: 'OTHER',
  });
}

test('ServiceProviderConfig describes exactly the supported features', async () => {
  expect(await get('/ServiceProviderConfig')).toEqual({
    status: 200,
    body: {
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig'],
      patch: { supported: true },
      bulk: { supported: true, maxOperations: 1000, maxPayloadSize: 1_048_576 },
      filter: { supported: true, maxResults: 200 },
      changePassword: { supported: false },
      sort: { supported: true },
      etag: { supported: true },
      pagination: {
        cursor: true,
        index: true,
        defaultPaginationMethod: 'index',
        defaultPageSize: 100,
        maxPageSize: 200,
        cursorTimeout: 3600,
      },
      authenticationSchemes: [
        {
          type: 'oauthbearertoken',
          name: 'API key',
          description:
            "An API key of the workspace in the Authorization header, as it is or after 'Bearer '.",
          specUri: 'https://www.rfc-editor.org/info/rfc6750',
          primary: true,
        },
      ],
      meta: { resourceType: 'ServiceProviderConfig', location: `${BASE_URL}/ServiceProviderConfig` },
    },
  });
});

describe.each([
  { version: 'V1', extensions: [ENTERPRISE_USER] },
  { version: 'V2', extensions: [ENTERPRISE_USER, ROLLCALL_USER] },
] as const)('$version', ({ version, extensions }) => {
  const userType = {
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:ResourceType'],
    id: 'User',
    name: 'User',
    endpoint: '/Users',
    description: 'A member of the workspace.',
    schema: CORE_USER,
    schemaExtensions: extensions.map((schema) => ({ schema, required: false })),
    meta: { resourceType: 'ResourceType', location: `${BASE_URL}/ResourceTypes/User` },
  };

  test('ResourceTypes', async () => {
    expect(await get('/ResourceTypes', { version })).toEqual({
      status: 200,
      body: {
        schemas: [LIST_RESPONSE],
        totalResults: 2,
        startIndex: 1,
        itemsPerPage: 2,
        Resources: [userType, GROUP_TYPE],
      },
    });
    expect(await get('/ResourceTypes/:id', { version, id: 'user' })).toEqual({ status: 200, body: userType });
  });

  test('Schemas: the core schema and the extensions, each also by its URN', async () => {
    const { body } = await get('/Schemas', { version });
    const urns = [CORE_USER, ...extensions, CORE_GROUP];
    expect(body).toMatchObject({
      schemas: [LIST_RESPONSE],
      totalResults: urns.length,
      startIndex: 1,
      itemsPerPage: urns.length,
      Resources: urns.map((id) => ({
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Schema'],
        id,
        attributes: expect.any(Array),
        meta: { resourceType: 'Schema', location: `${BASE_URL}/Schemas/${id}` },
      })),
    });
    for (const id of urns) {
      const one = await get('/Schemas/:id', { version, id: id.toUpperCase() });
      expect(one).toMatchObject({ status: 200, body: { id } });
    }
  });

  test("neither has the other version's attribute (rule 2)", async () => {
    const names = JSON.stringify((await get('/Schemas', { version })).body).match(
      /"(seatType|role|creditLimit)"/g,
    );
    expect(names).toEqual(version === 'V1' ? ['"seatType"'] : ['"role"', '"creditLimit"']);
  });
});

test('V1 has no extension of ours', async () => {
  await expect(get('/Schemas/:id', { version: 'V1', id: ROLLCALL_USER })).rejects.toThrow(
    new DomainError('NOT_FOUND', '/Schemas has no resource with this id.'),
  );
});

// RFC 7643 §8.7.1, the schema of a Group, as far as this server goes.
test('Group: its attributes, and which of them can be written', async () => {
  expect(await get('/ResourceTypes/:id', { id: 'group' })).toEqual({ status: 200, body: GROUP_TYPE });
  expect(await get('/Schemas/:id', { id: CORE_GROUP })).toMatchObject({
    status: 200,
    body: {
      name: 'Group',
      attributes: [
        { name: 'displayName', required: true, mutability: 'readWrite', uniqueness: 'server' },
        {
          name: 'members',
          multiValued: true,
          mutability: 'readWrite',
          subAttributes: [
            { name: 'value', mutability: 'immutable' },
            { name: '$ref', mutability: 'readOnly', referenceTypes: ['User'] },
            { name: 'display', mutability: 'readOnly' },
            { name: 'type', mutability: 'readOnly', canonicalValues: ['User'] },
          ],
        },
      ],
    },
  });
});

// RFC 7644 §4: "If a "filter" is provided, the service provider SHOULD respond with HTTP status code 403".
test.each(['/ServiceProviderConfig', '/ResourceTypes', '/Schemas'])('%s refuses a filter', async (path) => {
  await expect(get(path, { url: `${path}?filter=id%20pr` })).rejects.toThrow(
    new ScimError(403, 'Discovery endpoints take no filter.'),
  );
});
