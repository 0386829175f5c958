import { readFile } from 'node:fs/promises';
import { buildSchema, getVariableValues, Kind, parse, validate } from 'graphql';
import { expect, test } from 'vitest';
import { GROUP_ID, OTHER_WORKSPACE_ID } from './history.ts';
import { screenQueries } from './screens.ts';

/** The bench runs by hand; its queries must not fall behind the screens in the meantime. */
test('every query of the bench is an operation of a screen, with variables that the schema accepts', async () => {
  const schema = buildSchema(await readFile(new URL('../../schema.graphql', import.meta.url), 'utf8'));
  const member = { id: OTHER_WORKSPACE_ID, userName: 'user1@acme.test' };
  const queries = await screenQueries({ workspaceId: OTHER_WORKSPACE_ID, sample: [member] }, GROUP_ID);
  for (const { name, query, variables } of queries) {
    const document = parse(query);
    expect(validate(schema, document), name).toEqual([]);
    const operation = document.definitions.find(({ kind }) => kind === Kind.OPERATION_DEFINITION);
    const definitions = operation?.kind === Kind.OPERATION_DEFINITION ? operation.variableDefinitions : [];
    expect(getVariableValues(schema, definitions ?? [], { ...variables }).errors, name).toBeUndefined();
  }
});
