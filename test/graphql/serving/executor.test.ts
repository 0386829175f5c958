import {
  type DocumentNode,
  GraphQLInt,
  GraphQLInterfaceType,
  GraphQLNonNull,
  GraphQLObjectType,
  GraphQLSchema,
  GraphQLString,
  getOperationAST,
  isEnumType,
  parse,
  validate,
} from 'graphql';
import { afterEach, beforeEach, describe, expect, type MockInstance, test, vi } from 'vitest';
import { Compiler } from '../../../src/graphql/serving/compiler.js';
import { Executor, isSafeToCompile } from '../../../src/graphql/serving/executor.js';
import { createSchema } from '../../../src/graphql/serving/schema.js';

/** Repeated operations are compiled, with the answers of graphql itself. */

const THING = new GraphQLInterfaceType({
  name: 'Thing',
  fields: { name: { type: new GraphQLNonNull(GraphQLString) } },
  resolveType: () => 'Cup',
});
const CUP: GraphQLObjectType = new GraphQLObjectType({
  name: 'Cup',
  interfaces: [THING],
  fields: () => ({
    name: { type: new GraphQLNonNull(GraphQLString) },
    size: { type: GraphQLInt },
    /** Null where it must not be. */
    handle: { type: new GraphQLNonNull(GraphQLString), resolve: () => null },
    broken: {
      type: GraphQLString,
      resolve: () => {
        throw new Error('it is in pieces');
      },
    },
    saucer: { type: CUP, resolve: async () => ({ name: 'saucer', size: 2 }) },
  }),
});
const SCHEMA = new GraphQLSchema({
  query: new GraphQLObjectType({
    name: 'Query',
    fields: {
      thing: { type: THING, resolve: () => ({ name: 'mug', size: 3 }) },
      echo: {
        type: GraphQLString,
        args: {
          text: { type: GraphQLString },
          times: { type: new GraphQLNonNull(GraphQLInt), defaultValue: 1 },
        },
        resolve: (_root, args) => JSON.stringify(args, Object.keys(args).toSorted()),
      },
    },
  }),
  mutation: new GraphQLObjectType({
    name: 'Mutation',
    fields: {
      fill: {
        type: new GraphQLNonNull(GraphQLInt),
        args: { cups: { type: new GraphQLNonNull(GraphQLInt) } },
        resolve: async (_root, { cups }) => {
          if (cups < 0) throw new Error('no cups');
          filled += cups;
          return cups;
        },
      },
    },
  }),
  types: [CUP],
});

/** The number of cups that mutations have filled. */
let filled: number;
let executor: Executor;
let compile: MockInstance<Compiler['compile']>;

beforeEach(() => {
  filled = 0;
  const compiler = new Compiler(SCHEMA);
  compile = vi.spyOn(compiler, 'compile');
  executor = new Executor(SCHEMA, compiler);
});

afterEach(() => {
  vi.restoreAllMocks();
});

/** The answers to several requests with one document, as JSON. */
async function answers(
  source: string | DocumentNode,
  times: number,
  variables = {},
  operationName?: string,
): Promise<unknown[]> {
  const document = typeof source === 'string' ? parse(source) : source;
  expect(validate(SCHEMA, document)).toEqual([]);
  const operation = getOperationAST(document, operationName) ?? undefined;
  const all: unknown[] = [];
  for (let time = 0; time < times; time += 1) {
    const result = await executor.execute({}, { document, operation, operationName, variables });
    all.push(JSON.parse(JSON.stringify(result)));
  }
  return all;
}

test('the least recently used operation leaves the cache', async () => {
  const source = (index: number) =>
    `{ ${Array.from({ length: 250 }, (_, field) => `a${index}b${field}: echo`).join(' ')} }`;
  const documents = Array.from({ length: 21 }, (_, index) => parse(source(index)));
  for (const document of documents) await answers(document, 3);
  const [first] = documents;
  const last = documents.at(-1);
  if (first === undefined || last === undefined) throw new Error('no documents');
  await answers(last, 3);
  expect(compile).toHaveBeenCalledTimes(21);
  await answers(first, 3);
  expect(compile).toHaveBeenCalledTimes(22);
});

test('an operation is compiled when it is executed for the third time, once', async () => {
  await answers('{ thing { name } }', 2);
  expect(compile).not.toHaveBeenCalled();
  await answers('{ thing { name } }', 6);
  expect(compile).toHaveBeenCalledTimes(1);
});

describe('a compiled operation gives the same answer as before', () => {
  test.each<[source: string, variables?: object]>([
    ['{ thing { __typename name ... on Cup { size saucer { size name } } } }'],
    ['query ($text: String) { echo(text: $text) }'],
    ['query ($text: String) { echo(text: $text) }', { text: 'a' }],
    ['query ($text: String) { echo(text: $text) }', { text: null }],
    ['query ($text: String = "b") { echo(text: $text) }'],
    ['query ($times: Int! = 3) { echo(times: $times) }'],
    ['{ first: echo(times: 1) second: echo(times: 2) }'],
    ['query ($text: String) { echo(text: $text) }', { text: 1 }],
    ['query ($times: Int!) { echo(times: $times) }'],
    ['query ($times: Int!) { echo(times: $times) }', { times: null }],
    ['query ($times: Int = 3) { echo(times: $times) }', { times: null }],
    ['{ thing { name ... on Cup { broken } } }'],
    ['{ thing { name ... on Cup { handle } } }'],
    ['{ thing { ... on Cup { saucer { handle } size } } echo }'],
    ['{ thing { ... on Cup { broken handle saucer { broken handle } } } echo }'],
    ['mutation ($cups: Int!) { fill(cups: $cups) }', { cups: 2 }],
    ['mutation ($cups: Int!) { fill(cups: $cups) }', { cups: -1 }],
    ['mutation ($cups: Int = 1) { fill(cups: $cups) }', { cups: null }],
  ])('%s %j', async (source, variables) => {
    const [asked, ...again] = await answers(source, 4, variables);
    expect(compile).toHaveBeenCalled();
    for (const answer of again) expect(answer).toEqual(asked);
  });

  test('errors keep their original error for the log', async () => {
    const document = parse('{ thing { ... on Cup { broken } } }');
    const operation = getOperationAST(document) ?? undefined;
    const request = { document, operation, operationName: undefined, variables: {} };
    for (let time = 0; time < 4; time += 1) {
      const { errors } = await executor.execute({}, request);
      expect(errors?.map(({ originalError }) => originalError)).toEqual([new Error('it is in pieces')]);
    }
    expect(compile).toHaveBeenCalled();
  });

  test('a mutation is executed as often as it is sent', async () => {
    await answers('mutation { fill(cups: 1) }', 5);
    expect(compile).toHaveBeenCalled();
    expect(filled).toBe(5);
  });

  test('an unknown operation name is refused', async () => {
    const [asked, ...again] = await answers('query A { echo }', 4, {}, 'B');
    expect(asked).toEqual({ errors: [expect.objectContaining({ message: 'Unknown operation named "B".' })] });
    for (const answer of again) expect(answer).toEqual(asked);
  });
});

function isSafe(source: string, operationName?: string): boolean {
  const document = parse(source);
  const operation = getOperationAST(document, operationName);
  if (operation == null) throw new Error('no such operation');
  return isSafeToCompile(SCHEMA, document, operation);
}

describe('a document of a client is not compiled', () => {
  test.each<[what: string, source: string, operationName?: string]>([
    ['with a text, which the compiler might run', '{ echo(text: "x") }'],
    ['with a text in a fragment', '{ ...F } fragment F on Query { echo(text: """x""") }'],
    ['with a variable inside of a value', 'query ($a: ID) { a(b: { c: $a }) }'],
    ['with a list', '{ a(b: [1]) }'],
    ['with a variable called like what objects have', 'query ($constructor: ID) { a(b: $constructor) }'],
    ['with a value of an enum that may be a mark', '{ a(b: __MAGIC) }'],
    ['that changes several things', 'mutation { a b }'],
    ['that changes what a fragment says', 'mutation { ...F } fragment F on M { a }'],
    ['with @include', 'query ($a: Boolean!) { a @include(if: $a) }'],
    ['with @skip on a fragment', 'query ($a: Boolean!) { ...F @skip(if: $a) } fragment F on Query { a }'],
    ['that asks for the schema', '{ __schema { types { name } } }'],
    ['with an alias that is an object’s own', '{ __proto__: a }'],
    ['of more than one operation', 'query A { a } query B { b }', 'A'],
    ['of very many fields', `{ ${Array.from({ length: 301 }, (_, index) => `a${index}`).join(' ')} }`],
    [
      'of very many fields, by fragments of fragments',
      `{ ...F0 } fragment F9 on Q { a } ${Array.from({ length: 9 }, (_, index) => `fragment F${index} on Q { a { ...F${index + 1} } b { ...F${index + 1} } }`).join(' ')}`,
    ],
  ])('%s', (_what, source, operationName) => {
    expect(isSafe(source, operationName)).toBe(false);
  });

  test('any other document is', () => {
    expect(
      isSafe(
        'query ($a: ID! = "x", $b: Filter = { c: "d" }) { x: a(b: $a, c: 1, d: true, e: ENUM, f: null, g: $b) { __typename ...F } } fragment F on Q { a }',
      ),
    ).toBe(true);
  });

  test('a mutation after a refused one is not executed, however often the document is sent', async () => {
    const all = await answers('mutation ($cups: Int!) { a: fill(cups: $cups) b: fill(cups: 1) }', 5, {
      cups: -1,
    });
    expect(filled).toBe(0);
    expect(new Set(all.map((answer) => JSON.stringify(answer))).size).toBe(1);
  });

  // graphql-jit marks dates in the values of a document so, and writes what follows into its program as it is.
  test('a text in a document is never executed as code', async () => {
    const text = '__MAGIC_DATE__33a9e76d_02e0_4128_8e92_3530ad3da74dglobalThis.isRun = true';
    const all = await answers(`{ echo(text: "${text}") }`, 5);
    expect(all.at(-1)).toEqual({ data: { echo: JSON.stringify({ text, times: 1 }) } });
    expect(globalThis).not.toHaveProperty('isRun');
  });
});

// Compiled operations give the values as resolvers do.
test('the values of enums are their names', () => {
  const enums = Object.values(createSchema().getTypeMap()).filter(isEnumType);
  const values = enums.flatMap((type) => type.getValues());
  expect(values.filter(({ name, value }) => name !== value)).toEqual([]);
});
