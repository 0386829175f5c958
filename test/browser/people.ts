import { expect } from 'vitest';
import type { TestApp, TestWorkspace } from '../app.js';

const ADD = /* GraphQL */ `
  mutation Add($input: MemberAddInput!) {
    memberAdd(input: $input) {
      member {
        id
      }
    }
  }
`;

/** A person to add: the part of the address before the @, and the access. */
export interface Person {
  readonly name: string;
  readonly role?: 'ADMIN' | 'EDITOR' | 'VIEWER';
  readonly creditLimit?: number;
}

/** The address of a person of the tests: Ann Lee → ann.lee@acme.test. */
export function addressOf(name: string): string {
  return `${name.toLowerCase().replaceAll(' ', '.')}@acme.test`;
}

/** Adds people to a V2 workspace. @returns their member ids by name */
export async function addPeople(
  app: TestApp,
  { workspaceId }: TestWorkspace,
  people: readonly Person[],
): Promise<Readonly<Record<string, string>>> {
  const ids: Record<string, string> = {};
  for (const { name, role = 'EDITOR', creditLimit } of people) {
    const input = {
      workspaceId,
      userName: addressOf(name),
      profile: { displayName: name },
      access: { roleAccess: { role, ...(creditLimit === undefined ? {} : { creditLimit }) } },
    };
    const { data, errors } = await app.graphql(app.operatorToken, ADD, { input });
    expect(errors).toBeUndefined();
    ids[name] = data.memberAdd.member.id;
  }
  return ids;
}
