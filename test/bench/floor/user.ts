import { ROLLCALL_USER } from '../operations.ts';
import { PUBLIC_URL } from '../server-process.ts';
import type { Row } from './rows.ts';

const CORE_USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const LIST_RESPONSE = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

/** A member as SCIM shows it. */
export function user(row: Row, workspaceId: string): object {
  return {
    schemas: row.role === null ? [CORE_USER] : [CORE_USER, ROLLCALL_USER],
    id: row.id,
    ...(row.external_id === null ? {} : { externalId: row.external_id }),
    userName: row.user_name,
    ...row.profile,
    active: row.role !== null,
    ...(row.role === null ? {} : { [ROLLCALL_USER]: extension(row.role, row.credit_limit) }),
    meta: {
      resourceType: 'User',
      created: row.created_at.toISOString(),
      lastModified: row.updated_at.toISOString(),
      location: location(workspaceId, row.id),
      version: etag(row),
    },
  };
}

export function list(
  rows: readonly Row[],
  workspaceId: string,
  totalResults: number,
  startIndex: number,
): object {
  return {
    schemas: [LIST_RESPONSE],
    totalResults,
    startIndex,
    itemsPerPage: rows.length,
    Resources: rows.map((row) => user(row, workspaceId)),
  };
}

function extension(role: string, creditLimit: number | null): object {
  return creditLimit === null ? { role: role.toLowerCase() } : { role: role.toLowerCase(), creditLimit };
}

export function location(workspaceId: string, id: string): string {
  return `${PUBLIC_URL}/scim/v2/organizations/${workspaceId}/Users/${id}`;
}

export function etag({ version }: Row): string {
  return `W/"${version}"`;
}
