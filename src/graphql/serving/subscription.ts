import {
  createSourceEventStream,
  type DocumentNode,
  type ExecutionResult,
  execute,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  getOperationAST,
  Kind,
  locatedError,
  type OperationDefinitionNode,
  OperationTypeNode,
  parse,
  specifiedRules,
  validate,
} from 'graphql';
import type { Context } from './context.js';
import { formatErrors, located } from './errors.js';
import { noIntrospection, refuseCostly } from './limits.js';
import type { SentOperation } from './places.js';
import type { AnswerEntry, SharedAnswers } from './shared-answers.js';

/** An operation as a client sends it. */
export interface SubscriptionRequest {
  readonly query: string;
  readonly operationName?: string | null | undefined;
  readonly variables?: Readonly<Record<string, unknown>> | null | undefined;
}

export interface SubscriptionOptions {
  readonly schema: GraphQLSchema;
  readonly introspection: boolean;
  readonly shared: SharedAnswers;
  onFault(error: unknown): void;
}

/** The answers to a subscription, one after the other; the last one may be a refusal. */
export interface Answers extends AsyncIterableIterator<ExecutionResult, undefined> {
  /** The id of the entry that an answer is about, with which the client can continue; undefined for a refusal. */
  idOf(answer: object): string | undefined;
  /** Ends the subscription; its last answer has the code SUBSCRIPTION_INTERRUPTED and the reason. */
  interrupt(reason: string): void;
}

/**
 * Begins a subscription.
 * @returns its answers; a single one, with the errors, when it is refused
 */
export async function subscribe(
  request: SubscriptionRequest,
  context: Context,
  options: SubscriptionOptions,
): Promise<Answers | ExecutionResult> {
  const { schema, introspection, shared, onFault } = options;
  const variables = request.variables ?? {};
  let sent: SentOperation = { document: undefined, operation: undefined, variables };
  const format = formatErrors(onFault);
  const formatted = (errors: readonly GraphQLError[]) =>
    errors.map((error) => changed(error, located(format(error.toJSON(), error), sent)));
  const refusal = (errors: readonly GraphQLError[]): ExecutionResult => ({
    data: null,
    errors: formatted(errors),
  });
  try {
    const document = parsed(request.query);
    const rules = introspection ? specifiedRules : [...specifiedRules, noIntrospection];
    const invalid = validate(schema, document, rules);
    if (invalid.length > 0) return refusal(invalid.map((error) => withCode(error, introspection)));
    const operation = subscriptionIn(document, request.operationName);
    sent = { document, operation, variables };
    refuseCostly(schema, document, operation, variables);
    const args = {
      schema,
      document,
      variableValues: variables,
      operationName: operation.name?.value ?? null,
    };
    const source = await createSourceEventStream({ ...args, contextValue: context });
    if (!(Symbol.asyncIterator in source)) {
      // What has no path is about variables.
      const errors = source.errors ?? [];
      return refusal(errors.map((error) => (error.path ? error : recoded(error, 'BAD_USER_INPUT'))));
    }
    const answer: AnswerEntry = async (entry) => {
      const contextValue = context.stream?.current() ?? context;
      const { data, errors } = await execute({ ...args, rootValue: entry, contextValue });
      return { data: data ?? null, ...(errors === undefined ? {} : { errors: formatted(errors) }) };
    };
    const path = [rootKeyOf(operation)];
    const entries = source[Symbol.asyncIterator]();
    return new SubscriptionAnswers(entries, shared.sharing(request.query, operation, answer), (error) =>
      refusal([locatedError(error, undefined, path)]),
    );
  } catch (error) {
    if (error instanceof GraphQLError) return refusal([error]);
    throw error;
  }
}

/** Executes the subscription for one entry after the other, never ahead of the client. */
class SubscriptionAnswers implements Answers {
  readonly #source: AsyncIterator<unknown>;
  readonly #answer: AnswerEntry;
  readonly #refusal: (error: Error) => ExecutionResult;
  #interruption: GraphQLError | undefined;
  readonly #ids = new WeakMap<object, string>();
  #isDone = false;

  constructor(
    source: AsyncIterator<unknown>,
    answer: AnswerEntry,
    refusal: (error: Error) => ExecutionResult,
  ) {
    this.#source = source;
    this.#answer = answer;
    this.#refusal = refusal;
  }

  async next(): Promise<IteratorResult<ExecutionResult, undefined>> {
    if (this.#isDone) return { done: true, value: undefined };
    try {
      const { done, value: entry } = await this.#source.next();
      if (done !== true) {
        const value = await this.#answer(entry);
        if (hasId(entry)) this.#ids.set(value, entry.id);
        return { done: false, value };
      }
      this.#isDone = true;
      if (this.#interruption === undefined) return { done: true, value: undefined };
      return { done: false, value: this.#refusal(this.#interruption) };
    } catch (error) {
      await this.return();
      return { done: false, value: this.#refusal(error instanceof Error ? error : new Error(String(error))) };
    }
  }

  idOf(answer: object): string | undefined {
    return this.#ids.get(answer);
  }

  interrupt(reason: string): void {
    this.#interruption = new GraphQLError(reason, {
      extensions: {
        code: 'SUBSCRIPTION_INTERRUPTED',
        hint: 'Subscribe again, with the id of the last entry that you have as `after`.',
      },
    });
    void this.#source.return?.();
  }

  async return(): Promise<IteratorResult<ExecutionResult, undefined>> {
    this.#isDone = true;
    await this.#source.return?.();
    return { done: true, value: undefined };
  }

  async throw(): Promise<IteratorResult<ExecutionResult, undefined>> {
    return this.return();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}

function hasId(entry: unknown): entry is { readonly id: string } {
  return typeof entry === 'object' && entry !== null && 'id' in entry && typeof entry.id === 'string';
}

function parsed(query: string): DocumentNode {
  try {
    return parse(query);
  } catch (error) {
    throw error instanceof GraphQLError ? recoded(error, 'GRAPHQL_PARSE_FAILED') : error;
  }
}

/** @throws GraphQLError when the document has no such operation, or another kind of it */
function subscriptionIn(document: DocumentNode, name: string | null | undefined): OperationDefinitionNode {
  const operation = getOperationAST(document, name);
  if (operation == null) {
    throw new GraphQLError('The document has several operations, or none with this name.', {
      extensions: { code: 'OPERATION_RESOLUTION_FAILURE' },
    });
  }
  if (operation.operation === OperationTypeNode.SUBSCRIPTION) return operation;
  throw new GraphQLError('This address answers subscriptions only.', {
    extensions: { code: 'GRAPHQL_VALIDATION_FAILED', hint: 'Send queries and mutations to /graphql.' },
  });
}

/** The name of the one field in the answer. */
function rootKeyOf({ selectionSet: { selections } }: OperationDefinitionNode): string {
  const field = selections.find((selection) => selection.kind === Kind.FIELD);
  return field?.alias?.value ?? field?.name.value ?? '';
}

function withCode(error: GraphQLError, introspection: boolean): GraphQLError {
  // Suggestions reveal the schema, name by name.
  const message = introspection ? error.message : error.message.replace(/ ?Did you mean(.+?)\?$/, '');
  return changed(error, { message, extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } });
}

function recoded(error: GraphQLError, code: string): GraphQLError {
  const { message, extensions } = error;
  return changed(error, { message, extensions: { ...extensions, code } });
}

/** The error at the same place, with another message and other extensions. */
function changed(error: GraphQLError, { message, extensions = {} }: GraphQLFormattedError): GraphQLError {
  const { nodes, source, positions, path } = error;
  return new GraphQLError(message, {
    nodes: nodes ?? null,
    source: source ?? null,
    positions: positions ?? null,
    path: path ?? null,
    extensions,
  });
}
