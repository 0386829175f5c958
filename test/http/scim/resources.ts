import { expect } from 'vitest';
import type { ScimClient, TestApp } from '../../app.js';

export const CORE = 'urn:ietf:params:scim:schemas:core:2.0:User';
export const ENTERPRISE = 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User';
export const ROLLCALL = 'urn:base44:params:scim:schemas:extension:user:2.0';
export const ALIAS = 'urn:ietf:params:scim:schemas:extension:base44:2.0:User';
export const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
export const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A User as it was answered. */
export interface User {
  readonly id: string;
  readonly meta: { readonly version: string; readonly location: string };
  readonly [attribute: string]: unknown;
}

/** The answer's body, once it is sure that it is a User. */
export function userIn(body: unknown): User {
  expect(body).toMatchObject({ id: expect.any(String), meta: { version: expect.any(String) } });
  return body as User;
}

/** Creates a user, as Okta does. */
export async function create(scim: ScimClient, attributes: object): Promise<User> {
  const answer = await scim.post('/Users', { schemas: [CORE], active: true, ...attributes });
  expect(answer).toMatchObject({ status: 201 });
  return userIn(answer.body);
}

/** Reads a user. */
export async function read(scim: ScimClient, id: string): Promise<User> {
  const answer = await scim.get(`/Users/${id}`);
  expect(answer).toMatchObject({ status: 200 });
  return userIn(answer.body);
}

/** The path that asks for the users that meet a filter. */
export function matching(filter: string): string {
  return `/Users?filter=${encodeURIComponent(filter)}`;
}

/** Finds a user by userName. */
export async function find(scim: ScimClient, userName: string): Promise<User> {
  const answer = await scim.get(matching(`userName eq "${userName}"`));
  expect(answer).toMatchObject({ status: 200, body: { totalResults: 1, Resources: [{ userName }] } });
  const { Resources } = answer.body as { Resources: unknown[] };
  return userIn(Resources[0]);
}

/** Sets a role that no interface can set: an older one, or one from another product's screens. */
export async function becomeRole(app: TestApp, id: string, role: string): Promise<void> {
  await app.sql('update membership set role = $2 where member_id = $1 and ended_at is null', [id, role]);
}

/** A pattern that matches the text itself. */
export function literally(text: string): string {
  return text.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&');
}

/** The whole body of an error; every detail ends in a reference. */
export function errorOf(status: number, detail: string, scimType?: string): object {
  return {
    schemas: [ERROR],
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: expect.stringMatching(
      new RegExp(`^${literally(detail)} \\(ref [\\dA-HJKMNP-TV-Z]{4}-[\\dA-HJKMNP-TV-Z]{4}\\)$`),
    ),
  };
}
