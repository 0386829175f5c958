import type { ApolloServerPlugin } from '@apollo/server';
import {
  type ASTVisitor,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  GraphQLError,
  type GraphQLField,
  type GraphQLNamedType,
  type GraphQLSchema,
  getNamedType,
  isInterfaceType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  OperationTypeNode,
  type SelectionSetNode,
  type ValidationContext,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import type { Context } from './context.js';

/** The maximum cost of an operation. A page of 200 members with all their relations costs about 12,000. */
export const MOST_COST = 25_000;
export const MOST_DEPTH = 12;
export const MOST_ALIASES = 50;
/** The maximum depth of variables, because graphql coerces them recursively. */
export const MOST_VARIABLE_DEPTH = 250;
const DEFAULT_PAGE_SIZE = 50;

/**
 * Computes the maximum number of items of a field from its arguments; fields declare it with `@Extensions({ listSize
 * })`.
 */
export type ListSize = (args: Readonly<Record<string, unknown>>) => number;

interface Cost {
  readonly cost: number;
  /** The names of the fields on the path to the costliest part. */
  readonly costliest: readonly string[];
  /** The number of fields in the document, counting a fragment at each use. */
  readonly fields: number;
  readonly depth: number;
  readonly aliases: number;
}

const NOTHING: Cost = { cost: 0, costliest: [], fields: 0, depth: 0, aliases: 0 };

/** The values besides the operation on which its cost depends. */
export interface CostContext {
  readonly schema: GraphQLSchema;
  readonly fragments: ReadonlyMap<string, FragmentDefinitionNode>;
  readonly variables: Readonly<Record<string, unknown>>;
  /** Told the names of the variables that decide the size of a list. */
  readonly onSize?: (variable: string) => void;
}

/** Refuses operations that cost too much, before execution; the error names the costs. */
export const operationLimits: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ schema, document, operation, request }) {
        if (operation === undefined) return;
        refuseSubscription(operation);
        refuseCostly(schema, document, operation, request.variables ?? {});
      },
    };
  },
};

/** @throws GraphQLError QUERY_TOO_EXPENSIVE for an operation or variables that cost too much */
export function refuseCostly(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
  sent: Readonly<Record<string, unknown>>,
): void {
  refuseDeepVariables(sent);
  const variables = { ...defaultsOf(operation), ...sent };
  refuseExpensive(rememberedCost(operation, document, { schema, variables }));
}

/** Answers here are single. */
function refuseSubscription({ operation }: OperationDefinitionNode): void {
  if (operation !== OperationTypeNode.SUBSCRIPTION) return;
  throw new GraphQLError('Subscriptions are streams, which this address does not answer.', {
    extensions: {
      code: 'GRAPHQL_VALIDATION_FAILED',
      hint: 'Send it to /graphql/stream, with the header `Accept: text/event-stream`.',
      http: { status: 400 },
    },
  });
}

/** A validation rule that refuses introspection in Rollcall's own words, for servers that hide their schema. */
export function noIntrospection(context: ValidationContext): ASTVisitor {
  return {
    Field(node) {
      if (node.name.value !== '__schema' && node.name.value !== '__type') return;
      context.reportError(
        new GraphQLError('This server has introspection switched off.', {
          nodes: [node],
          extensions: {
            hint: 'Read schema.graphql of the same version, or introspect a server on which it is switched on.',
          },
        }),
      );
    },
  };
}

/** Returns the fragments of a document by name. */
export function fragmentsOf({ definitions }: DocumentNode): CostContext['fragments'] {
  return new Map(
    definitions
      .filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION)
      .map((fragment) => [fragment.name.value, fragment]),
  );
}

/** A cost, with the variables that decided it. */
interface KnownCost {
  readonly deciding: ReadonlyMap<string, unknown>;
  readonly cost: Cost;
}

/** Apollo keeps the documents that it has parsed, so that a client's next request has the same operation. */
const KNOWN_COSTS = new WeakMap<OperationDefinitionNode, KnownCost>();

/** Walking an operation costs a short query more than its statement, and only sizes of lists differ between requests. */
function rememberedCost(
  operation: OperationDefinitionNode,
  document: DocumentNode,
  { schema, variables }: Pick<CostContext, 'schema' | 'variables'>,
): Cost {
  const known = KNOWN_COSTS.get(operation);
  if (known !== undefined && [...known.deciding].every(([name, value]) => variables[name] === value))
    return known.cost;
  const deciding = new Map<string, unknown>();
  const onSize = (name: string) => deciding.set(name, variables[name]);
  const cost = operationCost(operation, { schema, fragments: fragmentsOf(document), variables, onSize });
  KNOWN_COSTS.set(operation, { deciding, cost });
  return cost;
}

/** Walks level by level, because recursion could overflow the stack. */
function refuseDeepVariables(variables: object): void {
  let level: unknown[] = [variables];
  for (let depth = 0; level.length > 0; depth += 1) {
    if (depth > MOST_VARIABLE_DEPTH) {
      throw new GraphQLError(`The variables are nested more than ${MOST_VARIABLE_DEPTH} levels deep.`, {
        extensions: { code: 'QUERY_TOO_EXPENSIVE', limit: MOST_VARIABLE_DEPTH, http: { status: 400 } },
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

function refuseExpensive({ cost, costliest, depth, aliases }: Cost): void {
  const costliestPath = costliest.join('.');
  const [excess, limit, hint] =
    cost > MOST_COST
      ? [
          `costs ${cost}, and ${MOST_COST} is the most`,
          MOST_COST,
          `Request smaller pages, or fewer fields of each item: the costliest part is ${costliestPath}.`,
        ]
      : depth > MOST_DEPTH
        ? [`is ${depth} levels deep, and ${MOST_DEPTH} is the most`, MOST_DEPTH, 'Send several operations.']
        : aliases > MOST_ALIASES
          ? [
              `has ${aliases} aliases, and ${MOST_ALIASES} is the most`,
              MOST_ALIASES,
              'Select many objects with `nodes` or with a filter.',
            ]
          : [];
  if (excess === undefined) return;
  throw new GraphQLError(`This operation ${excess}.`, {
    extensions: {
      code: 'QUERY_TOO_EXPENSIVE',
      cost,
      depth,
      aliases,
      limit,
      costliestPath,
      hint,
      http: { status: 400 },
    },
  });
}

/**
 * Computes the cost of an operation: one for every field, multiplied by the sizes of the lists that contain it. It
 * walks the document as written and computes the cost of each fragment once, because fragments that use fragments must
 * not multiply the work.
 */
export function operationCost(operation: OperationDefinitionNode, context: CostContext): Cost {
  const { schema, fragments } = context;
  const known = new Map<string, Cost>();
  const fragmentCost = (name: string): Cost => {
    const cached = known.get(name);
    if (cached !== undefined) return cached;
    const fragment = fragments.get(name);
    const cost =
      fragment === undefined
        ? NOTHING
        : selectionCost(fragment.selectionSet, schema.getType(fragment.typeCondition.name.value));
    known.set(name, cost);
    return cost;
  };
  const selectionCost = (selectionSet: SelectionSetNode | undefined, type: GraphQLNamedType | undefined) =>
    (selectionSet?.selections ?? []).map((node) => nodeCost(node, type)).reduce(plus, NOTHING);
  const nodeCost = (
    node: SelectionSetNode['selections'][number],
    type: GraphQLNamedType | undefined,
  ): Cost => {
    if (node.kind === Kind.FRAGMENT_SPREAD) return fragmentCost(node.name.value);
    if (node.kind === Kind.INLINE_FRAGMENT) {
      const { typeCondition } = node;
      const inner = typeCondition === undefined ? type : schema.getType(typeCondition.name.value);
      return selectionCost(node.selectionSet, inner);
    }
    const name = node.name.value;
    // Introspection is deep by nature and executes no statement.
    const aliases = node.alias === undefined ? 0 : 1;
    if (name.startsWith('__'))
      return { ...NOTHING, cost: 1, costliest: [name], fields: 1, depth: 1, aliases };
    const field = isObjectType(type) || isInterfaceType(type) ? type.getFields()[name] : undefined;
    const inside = selectionCost(node.selectionSet, field && getNamedType(field.type));
    return {
      cost: 1 + listSize(node, field, context) * inside.cost,
      costliest: [name, ...inside.costliest],
      fields: 1 + inside.fields,
      depth: 1 + inside.depth,
      aliases: inside.aliases + aliases,
    };
  };
  return selectionCost(operation.selectionSet, schema.getRootType(operation.operation) ?? undefined);
}

function plus(sum: Cost & { readonly most?: number }, part: Cost): Cost & { readonly most: number } {
  const { most = 0 } = sum;
  return {
    cost: sum.cost + part.cost,
    costliest: part.cost > most ? part.costliest : sum.costliest,
    most: Math.max(most, part.cost),
    fields: sum.fields + part.fields,
    depth: Math.max(sum.depth, part.depth),
    aliases: sum.aliases + part.aliases,
  };
}

/** The maximum number of items of a field: the declared size, the page size of a connection, or one. */
function listSize(
  node: FieldNode,
  field: GraphQLField<unknown, unknown> | undefined,
  { variables, onSize = () => undefined }: CostContext,
): number {
  if (field === undefined) return 1;
  const isConnection = getNamedType(field.type).name.endsWith('Connection');
  const declared: unknown = field.extensions.listSize;
  if (!isConnection && typeof declared !== 'function') return 1;
  for (const argument of node.arguments ?? [])
    visit(argument, { enter: (part) => void (part.kind === Kind.VARIABLE && onSize(part.name.value)) });
  const args = Object.fromEntries(
    (node.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]),
  );
  const size: unknown = typeof declared === 'function' ? declared(args) : (args.first ?? args.last);
  return typeof size === 'number' ? Math.max(size, 1) : DEFAULT_PAGE_SIZE;
}
