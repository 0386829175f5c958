import {
  buildSchema,
  type ExecutionResult,
  GraphQLError,
  GraphQLObjectType,
  getOperationAST,
  parse,
} from 'graphql';
import { expect, test } from 'vitest';
import { SharedAnswers } from '../../../src/graphql/serving/shared-answers.js';

/** Which answers of subscriptions are computed once for all followers. */

const schema = buildSchema(`
  type Query { none: Int }
  type Entry { id: ID! name(first: Int): String seen: Boolean target: Entry }
  type Subscription { activity(workspaceId: ID!): Entry! }
`);
const entryType = schema.getType('Entry');
if (!(entryType instanceof GraphQLObjectType)) throw new Error('the schema has entries');
const { seen } = entryType.getFields();
if (seen !== undefined) seen.resolve = () => true;

/** How often one entry is answered for two followers. */
async function computed(
  queries: readonly [string, string],
  result: ExecutionResult = { data: {} },
): Promise<number> {
  const shared = new SharedAnswers(schema);
  const entry = { id: '1' };
  let times = 0;
  for (const query of queries) {
    const operation = getOperationAST(parse(query));
    if (operation == null) throw new Error('a query has one operation');
    const answer = shared.sharing(query, operation, async () => {
      times += 1;
      return result;
    });
    expect(await answer(entry)).toBe(result);
  }
  return times;
}

const selecting = (selection: string, rest = '') =>
  `subscription { activity(workspaceId: "w") ${rest} { ${selection} } }`;
const twice = (query: string) => [query, query] as const;

test('columns of the entry', async () => {
  expect(await computed(twice(selecting('id name')))).toBe(1);
});

test('other operations have other answers', async () => {
  expect(await computed([selecting('id'), selecting('name')])).toBe(2);
});

test.each([
  ['a field that is computed, perhaps for the caller', selecting('id seen')],
  ['an object, whose fields may be the caller’s', selecting('target { id }')],
  ['an argument, whose value may be a variable', selecting('name(first: 1)')],
  ['a directive', selecting('id @include(if: true)')],
  ['a directive of the subscription', selecting('id', '@include(if: true)')],
  ['a fragment', selecting('... on Entry { id }')],
])('each follower has its own answer with %s', async (_, query) => {
  expect(await computed(twice(query))).toBe(2);
});

test('errors have the id of their own request', async () => {
  expect(await computed(twice(selecting('id')), { errors: [new GraphQLError('no')] })).toBe(3);
});
