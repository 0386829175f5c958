import { readFile } from 'node:fs/promises';
import {
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isNonNullType,
  isObjectType,
} from 'graphql';
import { beforeAll, expect, test } from 'vitest';
import { createSchema, schemaText } from '../src/graphql/serving/schema.js';

let schema: GraphQLSchema;

beforeAll(() => {
  schema = createSchema();
});

test('schema.graphql is what the code says: `npm run schema` writes it', async () => {
  const committed = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
  expect(schemaText(schema)).toBe(committed);
});

/** Spec graphql, "Conventions": everything of ours has a description. */
test('every type, field, argument and enum value has a description', () => {
  const bare: string[] = [];
  const look = (name: string, { description }: { readonly description?: string | null | undefined }) => {
    if (description == null || description.trim() === '') bare.push(name);
  };
  const ours = Object.values(schema.getTypeMap()).filter(({ name }) => !name.startsWith('__'));
  for (const type of ours) {
    look(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) look(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type)) {
      for (const field of Object.values(type.getFields())) look(`${type.name}.${field.name}`, field);
    }
    if (isObjectType(type)) {
      for (const field of Object.values(type.getFields())) {
        look(`${type.name}.${field.name}`, field);
        for (const argument of field.args) look(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
  }
  expect(bare).toEqual([]);
});

/** Spec graphql, "Conventions": nothing is nullable without a reason that its description gives. */
test('every field that may be null says when', () => {
  const silent = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => !name.startsWith('__'))
    .flatMap((type) =>
      Object.values(type.getFields()).map((field) => ({ field, name: `${type.name}.${field.name}` })),
    )
    .filter(({ field }) => !isNonNullType(field.type) && !/\bnull\b/i.test(field.description ?? ''))
    .map(({ name }) => name);
  expect(silent).toEqual([]);
});

/** What is listed can be fetched again by `node`; an access of the past is no thing of today. */
test('whatever stands in a connection is a Node', () => {
  const others = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => name.endsWith('Edge'))
    .map((type) => getNamedType(type.getFields().node?.type))
    .filter((type) => !isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node'))
    .map((type) => type?.name);
  expect(others).toEqual(['AccessReviewEntry']);
});

/** The rule no-typename-prefix of graphql-eslint, but for a word that is the domain's own. */
test('no field repeats the name of its type', () => {
  const repeating = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => [type.name, field] as const))
    .filter(([type, field]) => field.toLowerCase().startsWith(type.toLowerCase()))
    .map((names) => names.join('.'));
  expect(repeating).toEqual(['Member.membership', 'Member.memberships']);
});

/** Spec graphql, "Conventions": one `input` a mutation, a payload of its own. */
test('every mutation takes one input and gives a payload, both its own', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  expect(mutations).not.toEqual([]);
  for (const { name, args, type } of mutations) {
    const noun = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    expect(args.map((argument) => `${argument.name}: ${argument.type}`)).toEqual([`input: ${noun}Input!`]);
    expect(String(type)).toBe(`${noun}Payload!`);
  }
});
