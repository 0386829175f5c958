import type { Request } from 'autocannon';
import type { Seeded } from './seed.ts';

/** Something that is measured. */
export interface Operation {
  readonly name: string;
  /** The requests that a connection repeats. */
  requests(): readonly Request[];
}

/** How many different members a connection asks for before it starts again. */
const VARIETY = 200;

const ROLLCALL_USER = 'urn:base44:params:scim:schemas:extension:user:2.0';

/** Okta's requests, by the names that `--only` takes. */
export function operationsOn({ workspaceId, apiKey, sample }: Seeded, members: number): readonly Operation[] {
  const users = `/scim/v2/organizations/${workspaceId}/Users`;
  const headers = {
    Authorization: apiKey,
    Accept: 'application/scim+json',
    'User-Agent': 'Okta SCIM Client 1.0.0',
  };
  const get = (path: string): Request => ({ method: 'GET', path, headers });
  const some = () => {
    const start = Math.floor(Math.random() * sample.length);
    return Array.from({ length: VARIETY }, (_, index) => sample[(start + index) % sample.length]).filter(
      (member) => member !== undefined,
    );
  };
  const page = (startIndex: number) => () => [get(`${users}?startIndex=${startIndex}&count=100`)];
  return [
    { name: 'get', requests: () => some().map(({ id }) => get(`${users}/${id}`)) },
    { name: 'filter', requests: () => some().map(({ userName }) => get(`${users}?${eqFilter(userName)}`)) },
    { name: 'page', requests: page(1) },
    { name: 'page-middle', requests: page(Math.floor(members / 2) + 1) },
    {
      name: 'create',
      requests() {
        const request = createRequest(users, headers, newUserName());
        return [{ ...request, setupRequest: () => createRequest(users, headers, newUserName()) }];
      },
    },
  ];
}

/** As Okta looks for somebody before it creates. */
export function eqFilter(userName: string): string {
  return `filter=${encodeURIComponent(`userName eq "${userName}"`)}&startIndex=1&count=100`;
}

let named = 0;

function newUserName(): string {
  named += 1;
  return `new${named}@acme.test`;
}

/** A new user as Okta sends it. */
export function createRequest(
  path: string,
  headers: Readonly<Record<string, string>>,
  userName: string,
): Request {
  return {
    method: 'POST',
    path,
    headers: { ...headers, 'Content-Type': 'application/scim+json; charset=utf-8' },
    body: JSON.stringify({
      schemas: ['urn:ietf:params:scim:schemas:core:2.0:User', ROLLCALL_USER],
      userName,
      name: { givenName: 'Ann', familyName: 'Lee' },
      emails: [{ primary: true, value: userName, type: 'work' }],
      displayName: 'Ann Lee',
      locale: 'en-US',
      externalId: `00u${userName}`,
      groups: [],
      password: '1mz050nq',
      active: true,
      [ROLLCALL_USER]: { role: 'editor', creditLimit: 500 },
    }),
  };
}
