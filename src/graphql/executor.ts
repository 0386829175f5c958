import type { ApolloServerOptionsWithGateway } from '@apollo/server';
import {
  type ASTNode,
  BREAK,
  type DocumentNode,
  type ExecutionResult,
  execute,
  type GraphQLSchema,
  Kind,
  type NameNode,
  type OperationDefinitionNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { CompiledOperation, Compiler } from './compiler.js';
import { fragmentsOf, operationCost } from './limits.js';

/** What is asked again is asked by a program; what a person tries is not worth compiling. */
const ASKED_OFTEN = 3;
const MOST_KNOWN = 200;
/** Of fields, with each fragment as often as it is used: a field is some hundred bytes of JavaScript. */
const MOST_FIELDS = 300;

/** What is known of a document. */
interface Known {
  times: number;
  /** Null: graphql executes it, however often it is asked. */
  compiled?: CompiledOperation | null;
}

/** A request for an operation, as Apollo hands it over: validated. */
export interface OperationRequest {
  readonly document: DocumentNode;
  /** Undefined when the document has none of that name. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Executes operations; those that come again and again are compiled. */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #compiler: Compiler;
  /** Apollo gives the same object for the same text, for as long as it remembers it. */
  readonly #known = new LRUCache<DocumentNode, Known>({ max: MOST_KNOWN });

  constructor(schema: GraphQLSchema, compiler: Compiler) {
    this.#schema = schema;
    this.#compiler = compiler;
  }

  /** @returns what graphql's own `execute` does */
  async execute(contextValue: object, request: OperationRequest): Promise<ExecutionResult> {
    const { document, operation, operationName, variables } = request;
    const compiled = operation === undefined ? null : this.#compiled(document, operation);
    if (compiled !== null) return compiled(contextValue, variables);
    return execute({
      schema: this.#schema,
      document,
      contextValue,
      variableValues: variables,
      operationName,
    });
  }

  #compiled(document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation | null {
    const known = this.#known.get(document) ?? { times: 0 };
    if (known.compiled !== undefined) return known.compiled;
    known.times += 1;
    if (known.times === 1) this.#known.set(document, known);
    if (known.times < ASKED_OFTEN) return null;
    known.compiled = isSafeToCompile(document, operation) ? this.#compiler.compile(document) : null;
    return known.compiled;
  }
}

/** What an argument may be in a document that is compiled. */
const PLAIN_VALUES: ReadonlySet<string> = new Set([
  Kind.VARIABLE,
  Kind.INT,
  Kind.BOOLEAN,
  Kind.ENUM,
  Kind.NULL,
]);

/**
 * Whether a stranger's document may become a program. The compiler writes the values of a document into it, and dates as
 * `new Date(…)` that it tells by a mark in a text: whoever writes that text could write a program. So no text is let
 * through. Neither are things that it does otherwise than graphql: variables inside of values (left out, they are null),
 * `@skip` and `@include` (wrong in a fragment that is used twice), introspection, and an alias `__proto__`.
 */
export function isSafeToCompile(document: DocumentNode, operation: OperationDefinitionNode): boolean {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  const { fields } = operationCost(operation, { fragments: fragmentsOf(document), variables: {} });
  if (operations.length > 1 || fields > MOST_FIELDS) return false;
  let isSafe = true;
  visit(document, {
    enter(node) {
      // Graphql itself sees to what variables are, and to their defaults.
      if (node.kind === Kind.VARIABLE_DEFINITION) return false;
      isSafe = isPlain(node);
      return isSafe ? undefined : BREAK;
    },
  });
  return isSafe;
}

function isPlain(node: ASTNode): boolean {
  if (node.kind === Kind.ARGUMENT) return PLAIN_VALUES.has(node.value.kind);
  if (node.kind === Kind.FIELD)
    return isPlainName(node.name) && (node.alias === undefined || isPlainName(node.alias));
  return node.kind !== Kind.DIRECTIVE;
}

function isPlainName({ value }: NameNode): boolean {
  return value === '__typename' || !value.startsWith('__');
}

/** Lets Apollo execute with `Executor`: what it has for supergraphs is its one way to execute otherwise than by itself. */
export function executing(
  schema: GraphQLSchema,
  compiler: Compiler,
): ApolloServerOptionsWithGateway<object>['gateway'] {
  const executor = new Executor(schema, compiler);
  let told = (): void => undefined;
  return {
    onSchemaLoadOrUpdate(tell) {
      told = () => tell({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    async load() {
      told();
      return {
        executor: ({ document, operation, request, context }) =>
          executor.execute(context, {
            document,
            operation,
            operationName: request.operationName,
            variables: request.variables ?? {},
          }),
      };
    },
    stop: () => Promise.resolve(),
  };
}
