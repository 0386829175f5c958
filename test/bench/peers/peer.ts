import type { SampleMember, Seeded } from '../seed.ts';

/** What a load generator has to know of a peer. */
export interface Peer {
  /** The path of its Users, from the root of its server. */
  readonly usersPath: string;
  /** What the `Authorization` header has to be. */
  readonly authorization: string;
  /** Some of its users, taken at random. */
  readonly sample: readonly SampleMember[];
}

export const ROLLCALL_USER = 'urn:base44:params:scim:schemas:extension:user:2.0';

/** The one token that SCIMMY's server takes. */
export const SCIMMY_AUTHORIZATION = 'Bearer of-the-bench';

/** SCIMMY's server has Rollcall's own tables, and its paths: nothing is filled for it. */
export function scimmyPeer({ workspaceId, sample }: Seeded): Peer {
  return {
    usersPath: `/scim/v2/organizations/${workspaceId}/Users`,
    authorization: SCIMMY_AUTHORIZATION,
    sample,
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
