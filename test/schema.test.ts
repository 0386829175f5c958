import { readFile } from 'node:fs/promises';
import {
  type GraphQLSchema,
  getNamedType,
  isEnumType,
  isInputObjectType,
  isInterfaceType,
  isNonNullType,
  isObjectType,
  isSpecifiedScalarType,
} from 'graphql';
import { beforeAll, describe, expect, test } from 'vitest';
import { createSchema, schemaText } from '../src/graphql/serving/schema.js';

let schema: GraphQLSchema;

beforeAll(() => {
  schema = createSchema();
});

test('schema.graphql equals the code’s schema: `npm run schema` writes it', async () => {
  const committed = await readFile(new URL('../schema.graphql', import.meta.url), 'utf8');
  expect(schemaText(schema)).toBe(committed);
});

interface Described {
  readonly name: string;
  readonly description: string;
}

/** Every type, field, argument and enum value of the schema, and the schema itself. */
function described(): Described[] {
  const found: Described[] = [{ name: 'schema', description: schema.description ?? '' }];
  const add = (name: string, { description }: { readonly description?: string | null | undefined }) =>
    found.push({ name, description: description ?? '' });
  for (const type of Object.values(schema.getTypeMap())) {
    if (type.name.startsWith('__') || isSpecifiedScalarType(type)) continue;
    add(type.name, type);
    if (isEnumType(type)) for (const value of type.getValues()) add(`${type.name}.${value.name}`, value);
    if (isInputObjectType(type) || isObjectType(type) || isInterfaceType(type)) {
      for (const field of Object.values(type.getFields())) {
        add(`${type.name}.${field.name}`, field);
        const args = 'args' in field ? field.args : [];
        for (const argument of args) add(`${type.name}.${field.name}(${argument.name})`, argument);
      }
    }
  }
  return found;
}

/** Spec graphql, "Conventions": everything has a description; it is a sentence of plain English. */
describe('descriptions', () => {
  test('are at least four words that end in a full stop', () => {
    const short = described()
      .filter(({ description }) => !/^[A-Z`].*\.$/s.test(description) || description.split(/\s+/).length < 4)
      .map(({ name, description }) => `${name}: ${description}`);
    expect(short).toEqual([]);
  });

  /** Words that the project does not use, each of which hides who does what. */
  test('use no filler words', () => {
    const banned =
      /\b(stay|stays|wish|wishes|whoever|believed|landmark|evidence|truth|given|door|told|in person|things?)\b/i;
    const found = described()
      .filter(({ description }) => banned.test(description.replace(/given names?/i, '')))
      .map(({ name, description }) => `${name}: ${description}`);
    expect(found).toEqual([]);
  });
});

/** Spec graphql, "Conventions": nothing is nullable without a reason that its description gives. */
test('every nullable field says when it is null', () => {
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

/** Items of lists can be read again through `node`, except a past access, which has no id. */
test('every node of a connection is a Node', () => {
  const others = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .filter(({ name }) => name.endsWith('Edge'))
    .map((type) => getNamedType(type.getFields().node?.type))
    .filter((type) => !isObjectType(type) || !type.getInterfaces().some(({ name }) => name === 'Node'))
    .map((type) => type?.name);
  expect(others).toEqual(['AccessReviewEntry']);
});

/** The rule no-typename-prefix of graphql-eslint, with an exception for a term of the domain. */
test('no field repeats the name of its type', () => {
  const repeating = Object.values(schema.getTypeMap())
    .filter((type) => isObjectType(type))
    .flatMap((type) => Object.keys(type.getFields()).map((field) => [type.name, field] as const))
    .filter(([type, field]) => field.toLowerCase().startsWith(type.toLowerCase()))
    .map((names) => names.join('.'));
  expect(repeating).toEqual(['Member.membership', 'Member.memberships']);
});

/**
 * Spec graphql, "Conventions": one `input` a mutation, a payload of its own. It is nullable, so that a refusal does not
 * take the results of other mutations with it (graphql-schema, fault 3).
 */
test('every mutation takes one input and returns a payload of its own, or null', () => {
  const mutations = Object.values(schema.getMutationType()?.getFields() ?? {});
  expect(mutations).not.toEqual([]);
  for (const { name, args, type } of mutations) {
    const noun = `${name.charAt(0).toUpperCase()}${name.slice(1)}`;
    expect(args.map((argument) => `${argument.name}: ${argument.type}`)).toEqual([`input: ${noun}Input!`]);
    expect(String(type)).toBe(`${noun}Payload`);
  }
});
