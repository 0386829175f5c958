import {
  type ArgumentNode,
  type ASTNode,
  type DocumentNode,
  type FieldNode,
  type FragmentDefinitionNode,
  type GraphQLError,
  Kind,
  type OperationDefinitionNode,
  parse,
  type SelectionSetNode,
  type ValueNode,
  valueFromASTUntyped,
  visit,
} from 'graphql';
import { pathIn } from '../refusals/path.js';

/** The operation that a client sent; fields are undefined if the request failed before they were known. */
export interface SentOperation {
  readonly document: DocumentNode | undefined;
  readonly operation: OperationDefinitionNode | undefined;
  readonly variables: Readonly<Record<string, unknown>>;
}

/**
 * Finds the path of an attribute in the arguments of the field that was refused.
 * @param responsePath the path of the field in the response
 * @returns the names from the outermost to the innermost, relative to `input`
 */
export function pathOfAttribute(
  attribute: string,
  responsePath: readonly (string | number)[],
  { document, operation, variables }: SentOperation,
): string[] {
  const field = document && operation && fieldAt(responsePath, operation.selectionSet, fragmentsIn(document));
  const args = Object.fromEntries(
    (field?.arguments ?? []).map(({ name, value }) => [name.value, valueFromASTUntyped(value, variables)]),
  );
  const { input = args }: { input?: unknown } = args;
  return pathIn(typeof input === 'object' && input !== null ? input : {}, attribute);
}

/**
 * Finds the path of a variable's value, or of a part of it, where the document uses the variable.
 * @returns the names from the outermost to the innermost, relative to `input`
 */
export function pathOfVariable(
  name: string,
  inside: readonly string[],
  { document }: SentOperation,
): string[] {
  const uses: string[][] = [];
  if (document !== undefined) {
    const enter = ({ name: argument, value }: ArgumentNode) => {
      uses.push(...placesOfVariable(value, name, [argument.value]));
    };
    visit(document, { Argument: { enter } });
  }
  return relativeToInput([...(uses[0] ?? [name]), ...inside]);
}

function placesOfVariable(value: ValueNode, name: string, path: readonly string[]): string[][] {
  if (value.kind === Kind.VARIABLE) return value.name.value === name ? [[...path]] : [];
  if (value.kind === Kind.LIST)
    return value.values.flatMap((one, index) => placesOfVariable(one, name, [...path, String(index)]));
  if (value.kind !== Kind.OBJECT) return [];
  return value.fields.flatMap((field) => placesOfVariable(field.value, name, [...path, field.name.value]));
}

/**
 * Finds the path of a literal in the document that cannot be coerced; validation errors contain its node.
 * @returns undefined for any other error
 */
export function pathOfLiteral({ source, nodes }: GraphQLError): string[] | undefined {
  const [node] = nodes ?? [];
  if (source === undefined || node === undefined || !IN_VALUES.has(node.kind)) return undefined;
  const names: string[] = [];
  const enterNamed = (outer: ASTNode & { readonly name: { readonly value: string } }) => {
    if (contains(outer, node)) names.push(outer.name.value);
  };
  const document = parse(source);
  visit(document, {
    Argument: { enter: enterNamed },
    ObjectField: { enter: enterNamed },
    ListValue: {
      enter: (list) => {
        const position = list.values.findIndex((value) => contains(value, node));
        if (position >= 0) names.push(String(position));
      },
    },
  });
  return names.length === 0 ? undefined : relativeToInput(names);
}

const IN_VALUES: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
  Kind.OBJECT_FIELD,
]);

function contains({ loc: outer }: ASTNode, { loc: inner }: ASTNode): boolean {
  return outer !== undefined && inner !== undefined && outer.start <= inner.start && inner.end <= outer.end;
}

function relativeToInput(names: readonly string[]): string[] {
  return names[0] === 'input' ? names.slice(1) : [...names];
}

function fragmentsIn({ definitions }: DocumentNode): ReadonlyMap<string, FragmentDefinitionNode> {
  return new Map(
    definitions.flatMap((one) => (one.kind === Kind.FRAGMENT_DEFINITION ? [[one.name.value, one]] : [])),
  );
}

/** Finds the field at a path of the response; list indexes in the path are skipped. */
function fieldAt(
  responsePath: readonly (string | number)[],
  selectionSet: SelectionSetNode | undefined,
  fragments: ReadonlyMap<string, FragmentDefinitionNode>,
): FieldNode | undefined {
  const [key, ...rest] = responsePath.filter((step) => typeof step === 'string');
  for (const selection of selectionSet?.selections ?? []) {
    if (selection.kind === Kind.FIELD) {
      if ((selection.alias ?? selection.name).value !== key) continue;
      if (rest.length === 0) return selection;
      const found = fieldAt(rest, selection.selectionSet, fragments);
      if (found !== undefined) return found;
    } else {
      const inner = selection.kind === Kind.INLINE_FRAGMENT ? selection : fragments.get(selection.name.value);
      const found = fieldAt(responsePath, inner?.selectionSet, fragments);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}
