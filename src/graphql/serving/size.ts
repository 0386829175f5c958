import {
  type ASTVisitor,
  type DocumentNode,
  GraphQLError,
  Kind,
  type SelectionSetNode,
  type ValidationContext,
  visit,
} from 'graphql';

/** The parser stops at this many tokens: before there is anything to count. */
export const MOST_TOKENS = 10_000;

/** The most of each kind that a document may have, as it is written. */
const MOST: Readonly<Record<Countable, number>> = {
  fields: 1000,
  fragments: 100,
  variables: 200,
  directives: 200,
  // One `__schema` and its `types`: each more is an answer of 260 kB.
  introspections: 2,
};

/** The most times that a selection has the same field: validation compares each with all others. */
const MOST_REPEATS = 25;

type Countable = 'fields' | 'fragments' | 'variables' | 'directives' | 'introspections';

/** The fields that list the whole schema. */
const INTROSPECTIONS: ReadonlySet<string> = new Set(['__schema', 'types']);

/**
 * A validation rule that refuses documents which are too large, before the other rules look at them: their work may grow
 * with the square of the size.
 */
export function documentSize(context: ValidationContext): ASTVisitor {
  return {
    Document(node) {
      const excess = excessIn(node);
      if (excess === undefined) return undefined;
      context.reportError(excess);
      // The other rules go on with a document that has nothing to look at.
      return { ...node, definitions: [] };
    },
  };
}

const COUNTED: Readonly<Partial<Record<Kind, Countable>>> = {
  [Kind.FIELD]: 'fields',
  [Kind.FRAGMENT_SPREAD]: 'fragments',
  [Kind.INLINE_FRAGMENT]: 'fragments',
  [Kind.FRAGMENT_DEFINITION]: 'fragments',
  [Kind.VARIABLE_DEFINITION]: 'variables',
  [Kind.DIRECTIVE]: 'directives',
};

function excessIn(document: DocumentNode): GraphQLError | undefined {
  const counts = { fields: 0, fragments: 0, variables: 0, directives: 0, introspections: 0 };
  let repeated: string | undefined;
  visit(document, {
    enter(node) {
      const countable = COUNTED[node.kind];
      if (countable !== undefined) counts[countable] += 1;
      if (node.kind === Kind.FIELD && INTROSPECTIONS.has(node.name.value)) counts.introspections += 1;
      if (node.kind === Kind.SELECTION_SET) repeated ??= repeatedIn(node);
    },
  });
  const kinds: readonly Countable[] = ['fields', 'fragments', 'variables', 'directives', 'introspections'];
  const kind = kinds.find((one) => counts[one] > MOST[one]);
  if (kind !== undefined)
    return tooLarge(`has ${counts[kind]} ${kind}, and ${MOST[kind]} is the most`, MOST[kind]);
  if (repeated === undefined) return undefined;
  return tooLarge(`asks for ${repeated} more than ${MOST_REPEATS} times in one place`, MOST_REPEATS);
}

/** @returns the name of a field that the selection has too often */
function repeatedIn({ selections }: SelectionSetNode): string | undefined {
  if (selections.length <= MOST_REPEATS) return undefined;
  const times = new Map<string, number>();
  for (const selection of selections) {
    if (selection.kind !== Kind.FIELD) continue;
    const name = (selection.alias ?? selection.name).value;
    times.set(name, (times.get(name) ?? 0) + 1);
  }
  return [...times].find(([, count]) => count > MOST_REPEATS)?.[0];
}

function tooLarge(excess: string, limit: number): GraphQLError {
  return new GraphQLError(`This operation ${excess}.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', limit, hint: 'Ask in several operations.' },
  });
}
