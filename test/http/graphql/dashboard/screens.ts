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
import { expect } from 'vitest';
import { operationCost } from '../../../../src/graphql/serving/limits.js';
import { createSchema } from '../../../../src/graphql/serving/schema.js';
import type { GraphqlAnswer, TestApp } from '../../../app.js';
import { countingStatements } from '../../../statements.js';
import type { Populated } from './populated.js';

/** The screens of a dashboard; each is one document beside this file. */
export const SCREENS = [
  'home',
  'members',
  'member',
  'settings',
  'credits',
  'invitations',
  'api-keys',
  'audit-log',
  'groups',
] as const;

export type Screen = (typeof SCREENS)[number];

/** Spec "Serving it": N+1 is impossible. The first of them finds out whose credential it is. */
const MOST_STATEMENTS: Readonly<Record<Exclude<Screen, 'home'>, number>> = {
  members: 10,
  member: 8,
  settings: 3,
  credits: 8,
  invitations: 5,
  'api-keys': 4,
  'audit-log': 4,
  groups: 5,
};

/** The rows of a page. */
export const PAGE = 100;

/** A person who has left and come back, whose access was set explicitly, and who is in both groups. */
export const PERSON = 24;

export type Caller = keyof Populated['credentials'];
export const CALLERS: readonly Caller[] = ['owner', 'admin', 'operator'];

export function variablesOf({ workspaceId, memberIds }: Populated) {
  return { workspaceId, memberId: memberIds[PERSON], first: PAGE };
}

/** The whole answer of a screen, which must have no errors, and the number of its statements. */
export async function show(
  app: TestApp,
  screen: keyof typeof MOST_STATEMENTS,
  { workspace, caller }: { readonly workspace: Populated; readonly caller: Caller },
  more: object = {},
): Promise<GraphqlAnswer['data']> {
  const document = await documentOf(screen);
  const { answer, statements } = await countingStatements(() =>
    app.graphql(workspace.credentials[caller], document, { ...variablesOf(workspace), ...more }),
  );
  expect(answer).toEqual({ data: expect.anything() });
  expect(statements).toBeLessThanOrEqual(MOST_STATEMENTS[screen]);
  return answer.data;
}

/** The document of a screen. */
export function documentOf(screen: Screen): Promise<string> {
  return readFile(new URL(`${screen}.graphql`, import.meta.url), 'utf8');
}

const SCHEMA = createSchema();

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

/** The cost of a document. */
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
  return operationCost(operation, { schema: SCHEMA, fragments: byName, variables });
}
