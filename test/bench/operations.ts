import type { Request } from 'autocannon';
import type { SampleMember } from './seed.ts';
import { PUBLIC_URL } from './server-process.ts';

/** Something that is measured. */
export interface Operation {
  readonly name: string;
  /** The requests that one of so many connections repeats; no other one names the same members. */
  requests(connection: number, connections: number): readonly Request[];
}

/** The number of different members that a connection requests before it starts again. */
const VARIETY = 150;

export const ROLLCALL_USER = 'urn:base44:params:scim:schemas:extension:user:2.0';
export const PATCH_OP = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';

/** A SCIM server, for its client. */
export interface ScimSide {
  /** The path of its Users. */
  readonly usersPath: string;
  readonly authorization: string;
  /** Some of its users. */
  readonly sample: readonly SampleMember[];
  /** Some who are active and no owners. */
  readonly active: readonly SampleMember[];
  /** A user's JSON as the server takes it. */
  bodyOf(user: string): string;
}

/** Okta's requests, by the names that `--only` takes. */
export function scimOperations(side: ScimSide, members: number): readonly Operation[] {
  const { usersPath, sample, active, bodyOf } = side;
  const headers = {
    Authorization: side.authorization,
    Accept: 'application/scim+json',
    'User-Agent': 'Okta SCIM Client 1.0.0',
    // autocannon forgets where it sends to when a request is made anew each time.
    Host: new URL(PUBLIC_URL).host,
  };
  const get = (path: string): Request => ({ method: 'GET', path, headers });
  const page = (startIndex: number) => () => [get(`${usersPath}?startIndex=${startIndex}&count=100`)];
  const sent = (method: string, path: string, user: string): Request => ({
    method,
    path,
    headers: { ...headers, 'Content-Type': 'application/scim+json; charset=utf-8' },
    body: user,
  });
  return [
    {
      name: 'get',
      requests: (...place) => part(sample, ...place).map(({ id }) => get(`${usersPath}/${id}`)),
    },
    {
      name: 'filter',
      requests: (...place) =>
        part(sample, ...place).map(({ userName }) => get(`${usersPath}?${eqFilter(userName)}`)),
    },
    { name: 'page', requests: page(1) },
    { name: 'page-middle', requests: page(Math.floor(members / 2) + 1) },
    {
      name: 'create',
      requests: () => [repeated(() => sent('POST', usersPath, bodyOf(newUser(newUserName()))))],
    },
    {
      name: 'put',
      requests: (...place) =>
        part(active, ...place).map(({ id, userName }) =>
          repeated(() => sent('PUT', `${usersPath}/${id}`, bodyOf(changedUser(userName)))),
        ),
    },
    {
      name: 'deactivate',
      // Back and forth, so that each changes something.
      requests: (...place) =>
        part(active, ...place).flatMap(({ id }) =>
          [false, true].map((isActive) => sent('PATCH', `${usersPath}/${id}`, activation(isActive))),
        ),
    },
  ];
}

/** The members that a connection has to itself. */
export function part(
  members: readonly SampleMember[],
  connection: number,
  connections: number,
): readonly SampleMember[] {
  return members.filter((_, index) => index % connections === connection).slice(0, VARIETY);
}

/** A request that is another one each time. */
function repeated(make: () => Request): Request {
  return { ...make(), setupRequest: make };
}

/** The search that Okta sends before it creates a user. */
export function eqFilter(userName: string): string {
  return `filter=${encodeURIComponent(`userName eq "${userName}"`)}&startIndex=1&count=100`;
}

let made = 0;

/** An unused name. */
function newUserName(): string {
  made += 1;
  return `new${made}@acme.test`;
}

/** Somebody who is called otherwise than the last time. */
function changedUser(userName: string): string {
  made += 1;
  return newUser(userName, `Ann Lee ${made}`);
}

/** A user as Okta sends it, new or to take a known one's place. */
export function newUser(userName: string, displayName = 'Ann Lee'): string {
  return JSON.stringify({
    schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ROLLCALL_USER],
    userName,
    name: { givenName: 'Ann', familyName: 'Lee' },
    emails: [{ primary: true, value: userName, type: 'work' }],
    displayName,
    locale: 'en-US',
    externalId: `00u${userName}`,
    groups: [],
    password: '1mz050nq',
    active: true,
    [ROLLCALL_USER]: { role: 'editor', creditLimit: 500 },
  });
}

/** The request by which Okta ends an assignment or begins it again. */
export function activation(active: boolean): string {
  return JSON.stringify({ schemas: [PATCH_OP], Operations: [{ op: 'replace', value: { active } }] });
}
