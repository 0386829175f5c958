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
  OperationTypeNode,
  visit,
} from 'graphql';
import { LRUCache } from 'lru-cache';
import type { CompiledOperation, Compiler } from './compiler.js';
import { fragmentsOf, operationCost } from './limits.js';

/** The number of requests at which a document is compiled: programs repeat a document, people rarely do. */
const REQUESTS_TO_COMPILE = 3;
/**
 * The most fields of a compiled operation, counting a fragment at each use: a field may take thousands of bytes of
 * code.
 */
const MOST_FIELDS = 300;
const MOST_FIELDS_IN_ALL = 5000;

/** A validated request for an operation, from Apollo. */
export interface OperationRequest {
  readonly document: DocumentNode;
  /** Undefined when the document has no operation with this name. */
  readonly operation: OperationDefinitionNode | undefined;
  readonly operationName: string | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/** Executes operations, and compiles those that clients repeat. */
export class Executor {
  readonly #schema: GraphQLSchema;
  readonly #compiler: Compiler;
  /**
   * The number of requests for a document. Apollo returns the same object for the same text while its cache keeps it.
   */
  readonly #requestCounts = new WeakMap<DocumentNode, number>();
  readonly #compiled = new LRUCache<DocumentNode, CompiledOperation>({
    maxSize: MOST_FIELDS_IN_ALL,
    dispose: (_compiled, document) => this.#requestCounts.delete(document),
  });

  constructor(schema: GraphQLSchema, compiler: Compiler) {
    this.#schema = schema;
    this.#compiler = compiler;
  }

  /**
   * Executes an operation.
   * @returns the result of graphql's own `execute`
   */
  async execute(contextValue: object, request: OperationRequest): Promise<ExecutionResult> {
    const { document, operation, operationName, variables } = request;
    const compiled = operation && this.#compiledOf(document, operation);
    if (compiled !== undefined) {
      const result = await compiled(contextValue, variables);
      // graphql reports one error per null, compiled code all of them: a query with errors is executed again.
      const isDone = result.errors === undefined || operation?.operation === OperationTypeNode.MUTATION;
      if (isDone) return result;
    }
    return execute({
      schema: this.#schema,
      document,
      contextValue,
      variableValues: variables,
      operationName,
    });
  }

  #compiledOf(document: DocumentNode, operation: OperationDefinitionNode): CompiledOperation | undefined {
    const known = this.#compiled.get(document);
    if (known !== undefined) return known;
    const times = (this.#requestCounts.get(document) ?? 0) + 1;
    this.#requestCounts.set(document, times);
    // A document that cannot be compiled now can never be compiled.
    if (times !== REQUESTS_TO_COMPILE || !isSafeToCompile(this.#schema, document, operation))
      return undefined;
    try {
      const compiled = this.#compiler.compile(document);
      this.#compiled.set(document, compiled, { size: fieldsOf(this.#schema, document, operation) });
      return compiled;
    } catch (error) {
      if (error instanceof AggregateError) return undefined;
      throw error;
    }
  }
}

function fieldsOf(schema: GraphQLSchema, document: DocumentNode, operation: OperationDefinitionNode): number {
  return operationCost(operation, { schema, fragments: fragmentsOf(document), variables: {} }).fields;
}

/** The kinds of argument values in documents that may be compiled. */
const PLAIN_VALUES: ReadonlySet<string> = new Set([
  Kind.VARIABLE,
  Kind.INT,
  Kind.BOOLEAN,
  Kind.ENUM,
  Kind.NULL,
]);

/**
 * Whether a client's document may be compiled. graphql-jit writes literal values into the code and recognizes dates by
 * a marker in strings, so a string literal could inject code: graphql-js executes documents with strings. It also
 * executes documents that graphql-jit would execute differently: variables inside values or named like a property of
 * Object, `@skip` and `@include` (wrong in a fragment that is used twice), introspection, an alias `__proto__`, and
 * mutations with several fields, which must stop at the first failure.
 */
export function isSafeToCompile(
  schema: GraphQLSchema,
  document: DocumentNode,
  operation: OperationDefinitionNode,
): boolean {
  const operations = document.definitions.filter(({ kind }) => kind === Kind.OPERATION_DEFINITION);
  if (operations.length > 1 || fieldsOf(schema, document, operation) > MOST_FIELDS) return false;
  const [first, ...others] = operation.selectionSet.selections;
  const isOneField = first?.kind === Kind.FIELD && others.length === 0;
  if (operation.operation === OperationTypeNode.MUTATION && !isOneField) return false;
  let isSafe = true;
  visit(document, {
    enter(node) {
      // graphql itself handles the types and defaults of variables.
      if (node.kind === Kind.VARIABLE_DEFINITION) return false;
      isSafe = isPlain(node);
      return isSafe ? undefined : BREAK;
    },
  });
  return isSafe;
}

function isPlain(node: ASTNode): boolean {
  if (node.kind === Kind.ARGUMENT) return PLAIN_VALUES.has(node.value.kind);
  if (node.kind === Kind.VARIABLE) return !(node.name.value in Object.prototype);
  if (node.kind === Kind.ENUM) return !node.value.startsWith('__');
  if (node.kind === Kind.FIELD)
    return isPlainName(node.name) && (node.alias === undefined || isPlainName(node.alias));
  return node.kind !== Kind.DIRECTIVE;
}

function isPlainName({ value }: NameNode): boolean {
  return value === '__typename' || !value.startsWith('__');
}

/** Makes Apollo execute with `Executor` through its gateway interface, its only hook for execution. */
export function executing(
  schema: GraphQLSchema,
  compiler: Compiler,
): ApolloServerOptionsWithGateway<object>['gateway'] {
  const executor = new Executor(schema, compiler);
  let announce = (): void => undefined;
  return {
    onSchemaLoadOrUpdate(notify) {
      announce = () => notify({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    async load() {
      announce();
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
