import { readFile } from 'node:fs/promises';
import {
  type FragmentDefinitionNode,
  Kind,
  type OperationDefinitionNode,
  parse,
  print,
  type SelectionSetNode,
  visit,
} from 'graphql';
import { operationCost } from '../../../../src/graphql/limits.js';

/** The screens of a dashboard; each is one document beside this file. */
export const SCREENS = ['home', 'members', 'member', 'settings', 'api-keys', 'audit-log', 'groups'] as const;

export type Screen = (typeof SCREENS)[number];

/** The document of a screen. */
export function documentOf(screen: Screen): Promise<string> {
  return readFile(new URL(`${screen}.graphql`, import.meta.url), 'utf8');
}

const TYPENAME = { kind: Kind.FIELD, name: { kind: Kind.NAME, value: '__typename' } } as const;

/** The document as Apollo Client and urql send it: with `__typename` in every selection. */
export function withTypenames(document: string): string {
  const asked = visit(parse(document), {
    [Kind.SELECTION_SET]: (node: SelectionSetNode) => ({
      ...node,
      selections: [...node.selections, TYPENAME],
    }),
  });
  return print(asked);
}

/** What the limits make of a document. */
export function costOf(document: string, variables: Readonly<Record<string, unknown>>) {
  const { definitions } = parse(document);
  const operation = definitions.find(
    (definition): definition is OperationDefinitionNode => definition.kind === Kind.OPERATION_DEFINITION,
  );
  if (operation === undefined) throw new Error('the document has no operation');
  const fragments = definitions.filter(
    (definition): definition is FragmentDefinitionNode => definition.kind === Kind.FRAGMENT_DEFINITION,
  );
  const byName = new Map(fragments.map((fragment) => [fragment.name.value, fragment]));
  return operationCost(operation, { fragments: byName, variables });
}
