import {
  type DocumentNode,
  type ExecutionResult,
  GraphQLBoolean,
  GraphQLError,
  GraphQLScalarType,
  GraphQLSchema,
  getOperationAST,
  getVariableValues,
  Kind,
  type OperationDefinitionNode,
  type TypeNode,
  type VariableDefinitionNode,
} from 'graphql';
import { compileQuery, isCompiledQuery } from 'graphql-jit';

/** Executes one operation with the caller of `contextValue`. */
export type CompiledOperation = (
  contextValue: object,
  variables: Readonly<Record<string, unknown>>,
) => Promise<ExecutionResult>;

/** The type of all variables in compiled documents: graphql has already coerced their values. */
const COERCED = new GraphQLScalarType({ name: 'CoercedByGraphql' });

/** Compiles operations to JavaScript: a request for one object takes a third of the time and creates less garbage. */
export class Compiler {
  readonly #schema: GraphQLSchema;
  readonly #withCoerced: GraphQLSchema;

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
    const config = schema.toConfig();
    this.#withCoerced = new GraphQLSchema({ ...config, types: [...config.types, COERCED] });
  }

  /**
   * Compiles an operation. graphql itself coerces the variables: graphql-jit does not support `@oneOf` or input types
   * that contain each other (filters do), and words its errors differently.
   * @param document a validated document with one operation; a client's document only if `isSafeToCompile` allows it
   * @throws AggregateError when it does not compile
   */
  compile(document: DocumentNode): CompiledOperation {
    const variables = getOperationAST(document)?.variableDefinitions ?? [];
    const compiled = compileQuery(this.#withCoerced, withCoercedVariables(document), undefined, {
      // TypeScript checks the values that resolvers return; compiled code still propagates nulls and errors.
      disableLeafSerialization: true,
      disablingCapturingStackErrors: true,
    });
    if (!isCompiledQuery(compiled))
      throw new AggregateError(compiled.errors ?? [], 'a document does not compile');
    return async (contextValue, values) => {
      const { coerced, errors } = getVariableValues(this.#schema, variables, values, MOST_ERRORS);
      if (errors !== undefined) return { errors };
      const result = await compiled.query(undefined, contextValue, coerced);
      return result.errors === undefined ? result : { ...result, errors: result.errors.map(asGraphqlError) };
    };
  }
}

/** graphql-jit has its own error class without `extensions`, which Apollo requires. */
function asGraphqlError({ message, locations, path, originalError }: GraphQLError): GraphQLError {
  const error = new GraphQLError(message, { path, originalError });
  return locations === undefined ? error : Object.assign(error, { locations });
}

/** The number of errors about variables that graphql's own `execute` reports. */
const MOST_ERRORS = { maxErrors: 50 };

function withCoercedVariables(document: DocumentNode): DocumentNode {
  const definitions = document.definitions.map((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION ? withCoercedTypes(definition) : definition,
  );
  return { ...document, definitions };
}

function withCoercedTypes(operation: OperationDefinitionNode): OperationDefinitionNode {
  const variableDefinitions = (operation.variableDefinitions ?? []).map(
    ({ kind, variable, type }): VariableDefinitionNode => ({
      kind,
      variable,
      type: isCondition(type)
        ? type
        : { kind: Kind.NAMED_TYPE, name: { kind: Kind.NAME, value: COERCED.name } },
    }),
  );
  return { ...operation, variableDefinitions };
}

/** `@skip` and `@include` accept no other type, and coercing a Boolean twice does not change it. */
function isCondition(type: TypeNode): boolean {
  const named = type.kind === Kind.NON_NULL_TYPE ? type.type : type;
  return named.kind === Kind.NAMED_TYPE && named.name.value === GraphQLBoolean.name;
}
