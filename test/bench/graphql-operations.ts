import type { Request } from 'autocannon';
import { type Operation, part } from './operations.ts';
import type { Seeded } from './seed.ts';

/** The queries of a dashboard; the floor recognizes them by their names only. */
const MEMBER = `
  query Member($workspaceId: ID!, $memberId: ID!) {
    workspace(id: $workspaceId) {
      id
      name
      member(id: $memberId) {
        id version userName externalId active role managedBy createdAt updatedAt
        profile { displayName name { givenName familyName } emails { value type primary } }
        access { __typename ... on RoleAccess { role creditLimit creditLimitApplies } }
      }
    }
  }`;

const MEMBERS = `
  query Members($workspaceId: ID!, $first: Int!) {
    workspace(id: $workspaceId) {
      id
      members(first: $first) {
        totalCount
        pageInfo { endCursor hasNextPage }
        nodes {
          id userName active
          profile { displayName }
          access { ... on RoleAccess { role creditLimit creditLimitApplies } }
          usage { month used limit remaining blockedBy }
        }
      }
    }
  }`;

const SET_ACCESS = `
  mutation SetAccess($input: MemberSetAccessInput!) {
    memberSetAccess(input: $input) {
      member { id version access { ... on RoleAccess { role creditLimit } } }
    }
  }`;

const ACCESSES = [{ role: 'EDITOR', creditLimit: 300 }, { role: 'VIEWER' }];

/** GraphQL's operations, of which no peer has any. */
export function graphqlOperations(seeded: Seeded): readonly Operation[] {
  const { workspaceId, graphqlKey, sample, active } = seeded;
  const headers = { Authorization: graphqlKey, 'Content-Type': 'application/json' };
  const ask = (operationName: string, query: string, variables: object): Request => ({
    method: 'POST',
    path: '/graphql',
    headers,
    body: JSON.stringify({ operationName, query, variables }),
  });
  return [
    {
      name: 'graphql-member',
      requests: (...place) =>
        part(sample, ...place).map(({ id }) => ask('Member', MEMBER, { workspaceId, memberId: id })),
    },
    {
      name: 'graphql-page',
      requests: () => [ask('Members', MEMBERS, { workspaceId, first: 50 })],
    },
    {
      name: 'graphql-set-access',
      // Back and forth, so that each changes something.
      requests: (...place) =>
        part(active, ...place).flatMap(({ id }) =>
          ACCESSES.map((role) =>
            ask('SetAccess', SET_ACCESS, {
              input: { workspaceId, memberId: id, access: { roleAccess: role } },
            }),
          ),
        ),
    },
  ];
}
