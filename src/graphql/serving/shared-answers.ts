import {
  type ExecutionResult,
  type GraphQLSchema,
  getNamedType,
  isObjectType,
  Kind,
  type OperationDefinitionNode,
  type SelectionNode,
} from 'graphql';

/** Answers a subscription for one entry. */
export type AnswerEntry = (entry: unknown) => Promise<ExecutionResult>;

/** Answers of subscriptions that are the same for everybody who follows the entry: each is computed once. */
export class SharedAnswers {
  readonly #schema: GraphQLSchema;
  /** By entry, and by the text of the operation. */
  readonly #answers = new WeakMap<object, Map<string, Promise<ExecutionResult>>>();

  constructor(schema: GraphQLSchema) {
    this.#schema = schema;
  }

  /**
   * @param query the document of the operation
   * @returns a function that answers as `answer` does, and shares the answers if they depend on the entry alone
   */
  sharing(query: string, operation: OperationDefinitionNode, answer: AnswerEntry): AnswerEntry {
    if (!this.#dependsOnEntryAlone(operation)) return answer;
    const key = `${operation.name?.value ?? ''} ${query}`;
    return async (entry) => {
      if (typeof entry !== 'object' || entry === null) return answer(entry);
      const answers = this.#answers.get(entry) ?? new Map<string, Promise<ExecutionResult>>();
      this.#answers.set(entry, answers);
      const shared = answers.get(key) ?? answer(entry);
      answers.set(key, shared);
      const result = await shared;
      // Errors have the id of the request.
      return result.errors === undefined ? result : answer(entry);
    };
  }

  /** Whether an operation selects only columns of the entry, without arguments, directives or fragments. */
  #dependsOnEntryAlone({ selectionSet }: OperationDefinitionNode): boolean {
    const [root] = selectionSet.selections;
    if (root?.kind !== Kind.FIELD || root.directives?.length) return false;
    const field = this.#schema.getSubscriptionType()?.getFields()[root.name.value];
    const type = field && getNamedType(field.type);
    if (!isObjectType(type)) return false;
    const fields = type.getFields();
    const isColumn = (selection: SelectionNode) => {
      if (selection.kind !== Kind.FIELD || selection.arguments?.length || selection.directives?.length)
        return false;
      // Only fields whose values are properties of the entry have no function of their own.
      const selected = fields[selection.name.value];
      return selected !== undefined && selected.resolve === undefined && selection.selectionSet === undefined;
    };
    return root.selectionSet?.selections.every(isColumn) ?? false;
  }
}
