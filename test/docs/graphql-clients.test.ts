import { readFile } from 'node:fs/promises';
import { introspectionFromSchema, isObjectType, isScalarType, isSpecifiedScalarType } from 'graphql';
import { expect, test } from 'vitest';
import { createSchema } from '../../src/graphql/serving/schema.js';

/** graphql-schema, shape 6: the settings that docs/developers/graphql-clients.md shows are run as they stand there. */

const schema = createSchema();
const introspection = introspectionFromSchema(schema);

/** The first block of the section with this heading. */
async function snippet(heading: string): Promise<string> {
  const page = await readFile(new URL('../../docs/developers/graphql-clients.md', import.meta.url), 'utf8');
  const [, section = ''] = page.split(`## ${heading}\n`);
  const found = /```\w+\n([\s\S]*?)```/.exec(section)?.[1];
  if (found === undefined) throw new Error(`no snippet for ${heading}`);
  return found;
}

async function evaluated(heading: string): Promise<unknown> {
  return new Function('introspection', await snippet(heading))(introspection);
}

const objects = Object.values(schema.getTypeMap())
  .filter((type) => isObjectType(type))
  .filter(({ name }) => !name.startsWith('__'));
const isNode = (type: (typeof objects)[number]) => type.getInterfaces().some(({ name }) => name === 'Node');
const embedded = objects.filter((type) => !isNode(type)).map(({ name }) => name);

test('Apollo Client: types that are not Nodes have no key, and every interface and union lists its types', async () => {
  const { possibleTypes, typePolicies } = (await evaluated('Apollo Client')) as {
    possibleTypes: Record<string, string[]>;
    typePolicies: Record<string, object>;
  };
  const nodes = objects.filter(isNode).map(({ name }) => name);
  expect(possibleTypes.Node?.toSorted()).toEqual(nodes.toSorted());
  expect(possibleTypes.MemberAccess?.toSorted()).toEqual(['RoleAccess', 'SeatAccess']);
  const policies = embedded.filter((name) => name !== 'Query' && name !== 'Mutation');
  expect(Object.keys(typePolicies).toSorted()).toEqual(policies.toSorted());
  expect(typePolicies.MemberPreview).toEqual({ keyFields: false, merge: true });
  expect(typePolicies.MemberConnection).toEqual({ keyFields: false, merge: false });
});

test('urql: types that are not Nodes have no key', async () => {
  const { keys } = (await evaluated('urql with graphcache')) as { keys: Record<string, () => unknown> };
  expect(Object.keys(keys)).toEqual(expect.arrayContaining(embedded));
  for (const type of objects.filter(isNode)) expect(keys).not.toHaveProperty(type.name);
  expect(keys.GroupMemberReference?.()).toBeNull();
});

test('Relay: every scalar of the schema has a type', async () => {
  const { customScalarTypes }: { customScalarTypes: object } = JSON.parse(await snippet('Relay'));
  const own = Object.values(schema.getTypeMap())
    .filter((type) => isScalarType(type) && !isSpecifiedScalarType(type))
    .map(({ name }) => name);
  expect(Object.keys(customScalarTypes).toSorted()).toEqual(own.toSorted());
});

/** Relay keeps one record an id: no other type may have an id of its own under the same name (graphql-schema, fault 2). */
test('only Nodes have a field `id`', () => {
  const others = objects.filter((type) => !isNode(type) && 'id' in type.getFields()).map(({ name }) => name);
  expect(others).toEqual([]);
});
