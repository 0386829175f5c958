import { ROLLCALL_USER, type ScimSide } from '../operations.ts';
import type { Seeded } from '../seed.ts';

/** The one token that SCIMMY's server takes. */
export const SCIMMY_AUTHORIZATION = 'Bearer of-the-bench';

/** SCIMMY's server has Rollcall's own tables, and its paths: nothing is filled for it. */
export function scimmyPeer({ workspaceId, sample, active }: Seeded): ScimSide {
  return {
    usersPath: `/scim/v2/organizations/${workspaceId}/Users`,
    authorization: SCIMMY_AUTHORIZATION,
    sample,
    active,
    bodyOf: (user) => user,
  };
}

/**
 * A user's JSON without Rollcall's extension. better-auth answers 400 to a user whose `schemas` name anything but the
 * core User and the Enterprise User, and it cannot be taught another.
 */
export function withoutExtension(user: string): string {
  const { schemas, [ROLLCALL_USER]: _, ...core }: Record<string, unknown> = JSON.parse(user);
  const known = Array.isArray(schemas) ? schemas.filter((schema) => schema !== ROLLCALL_USER) : schemas;
  return JSON.stringify({ schemas: known, ...core });
}
