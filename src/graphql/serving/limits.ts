import type { ApolloServerPlugin } from '@apollo/server';
import {
  type ArgumentNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  Kind,
  type OperationDefinitionNode,
  type SelectionSetNode,
  valueFromASTUntyped,
} from 'graphql';
import type { Context } from './context.js';

/** A page of 200 members with all their relations costs about 10,000. */
export const MOST_COST = 20_000;
export const MOST_DEPTH = 12;
export const MOST_ALIASES = 50;
/** Of what is sent in variables: coercing them walks down by recursion. */
export const MOST_VARIABLE_DEPTH = 250;
const UNPAGED_LIST = 50;
/** Lists that are always whole, and may be of thousands. */
const WHOLE_LISTS: ReadonlyMap<string, number> = new Map([
  ['everyMember', 1000],
  // Less than the rows of a file may be, so that all of what became of each can be asked for.
  ['invitationsCreateFromCsv', 500],
]);

/** A mutation that answers about as many things as its input names. */
const BULK = { field: 'membersBulkUpdate', ids: 'memberIds' } as const;

interface Cost {
  readonly cost: number;
  /** How many fields are written, with each fragment as often as it is used. */
  readonly fields: number;
  readonly depth: number;
  readonly aliases: number;
  /** Whether it has nodes or edges: only connections have, also where a fragment asks for them. */
  readonly ofConnection: boolean;
}

const NOTHING: Cost = { cost: 0, fields: 0, depth: 0, aliases: 0, ofConnection: false };

interface Request {
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Refuses operations that would cost too much, before anything is executed; the error says what they cost. */
export const operationLimits: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ document, operation, request }) {
        if (operation === undefined) return;
        refuseDeepVariables(request.variables ?? {});
        const variables = { ...defaultsOf(operation), ...request.variables };
        refuseExpensive(operationCost(operation, { fragments: fragmentsOf(document), variables }));
      },
    };
  },
};

/** The fragments of a document by their names. */
export function fragmentsOf({ definitions }: DocumentNode): Request['fragments'] {
  return new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

/** Level by level, not by recursion: it is there to save the stack. */
function refuseDeepVariables(variables: object): void {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_VARIABLE_DEPTH) {
      throw new GraphQLError(`The variables are nested more than ${MOST_VARIABLE_DEPTH} levels deep.`, {
        extensions: { code: 'QUERY_TOO_EXPENSIVE', http: { status: 400 } },
      });
    }
    level = level
      .filter((value) => typeof value === 'object' && value !== null)
      .flatMap((value) => Object.values(value as object));
  }
}

function defaultsOf({ variableDefinitions = [] }: OperationDefinitionNode): Record<string, unknown> {
  const defaults = variableDefinitions.flatMap(({ variable, defaultValue }) =>
    defaultValue === undefined ? [] : [[variable.name.value, valueFromASTUntyped(defaultValue)] as const],
  );
  return Object.fromEntries(defaults);
}

function refuseExpensive({ cost, depth, aliases }: Cost): void {
  const excess =
    cost > MOST_COST
      ? `costs ${cost}, and ${MOST_COST} is the most. Ask for smaller pages`
      : depth > MOST_DEPTH
        ? `is ${depth} levels deep, and ${MOST_DEPTH} is the most`
        : aliases > MOST_ALIASES
          ? `has ${aliases} aliases, and ${MOST_ALIASES} is the most`
          : undefined;
  if (excess === undefined) return;
  throw new GraphQLError(`This operation ${excess}.`, {
    extensions: { code: 'QUERY_TOO_EXPENSIVE', cost, depth, aliases, http: { status: 400 } },
  });
}

/**
 * One for every field, times the page sizes of the lists it stands in. A walk of the document as written, with each
 * fragment's cost worked out once: fragments that call fragments must not multiply the work.
 */
export function operationCost(operation: OperationDefinitionNode, request: Request): Cost {
  const known = new Map<string, Cost>();
  const fragmentCost = (name: string): Cost => {
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    const fragment = request.fragments.get(name);
    const cost = fragment === undefined ? NOTHING : selectionCost(fragment.selectionSet);
    known.set(name, cost);
    return cost;
  };
  const selectionCost = (selectionSet: SelectionSetNode | undefined): Cost =>
    (selectionSet?.selections ?? []).map(nodeCost).reduce(
      (sum, part) => ({
        cost: sum.cost + part.cost,
        fields: sum.fields + part.fields,
        depth: Math.max(sum.depth, part.depth),
        aliases: sum.aliases + part.aliases,
        ofConnection: sum.ofConnection || part.ofConnection,
      }),
      NOTHING,
    );
  const nodeCost = (node: SelectionSetNode['selections'][number]): Cost => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return fragmentCost(node.name.value);
    if (node.kind === Kind.INLINE_FRAGMENT) return selectionCost(node.selectionSet);
    // Introspection is deep by nature and costs no statement.
    if (node.name.value.startsWith('__')) return { ...NOTHING, cost: 1, fields: 1, depth: 1 };
    const inside = selectionCost(node.selectionSet);
    const aliases = inside.aliases + (node.alias === undefined ? 0 : 1);
    const ofConnection = node.name.value === 'nodes' || node.name.value === 'edges';
    const cost = 1 + pageSize(node, inside, request) * inside.cost;
    return { cost, fields: 1 + inside.fields, depth: 1 + inside.depth, aliases, ofConnection };
  };
  return selectionCost(operation.selectionSet);
}

/** How many things a field may give: as many as ids were sent, its page size if it is a connection, else one. */
function pageSize(node: FieldNode, { ofConnection }: Cost, { variables }: Request): number {
  const [size] = (node.arguments ?? [])
    .map((argument) => sizeIn(argument, variables))
    .filter((number) => number !== undefined);
  if (size !== undefined) return Math.max(size, 1);
  if (node.name.value === BULK.field) return Math.max(idsIn(node, variables), 1);
  return WHOLE_LISTS.get(node.name.value) ?? (ofConnection ? UNPAGED_LIST : 1);
}

function sizeIn({ name, value }: ArgumentNode, variables: Request['variables']): number | undefined {
  if (!['first', 'last', 'ids'].includes(name.value)) return undefined;
  const given = valueFromASTUntyped(value, variables);
  if (Array.isArray(given)) return given.length;
  return typeof given === 'number' ? given : undefined;
}

function idsIn({ arguments: given = [] }: FieldNode, variables: Request['variables']): number {
  const input = given.find(({ name }) => name.value === 'input');
  const value: unknown = input === undefined ? undefined : valueFromASTUntyped(input.value, variables);
  const ids = typeof value === 'object' && value !== null && BULK.ids in value ? value[BULK.ids] : undefined;
  return Array.isArray(ids) ? ids.length : 0;
}
