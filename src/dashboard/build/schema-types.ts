import { readFileSync } from 'node:fs';
import { buildSchema, isAbstractType, isObjectType } from 'graphql';
import type { Plugin } from 'vite';

const MODULE = 'virtual:schema-types';

/**
 * Gives the client's cache the facts about the schema that it needs: the types without an `id`, which it stores inside
 * the object that they belong to, and the object types of each union and interface.
 * @param schemaFile the path of schema.graphql
 * @returns a Vite plugin that serves both as the module `virtual:schema-types`
 */
export function schemaTypes(schemaFile: string): Plugin {
  return {
    name: 'schema-types',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const schema = buildSchema(readFileSync(schemaFile, 'utf8'));
      const types = Object.values(schema.getTypeMap());
      const keyless = types.filter((type) => isObjectType(type) && !('id' in type.getFields()));
      const possible = types
        .filter(isAbstractType)
        .map((type) => [type.name, schema.getPossibleTypes(type).map(({ name }) => name)]);
      return [
        `export const keylessTypes = ${JSON.stringify(keyless.map(({ name }) => name))};`,
        `export const possibleTypes = ${JSON.stringify(Object.fromEntries(possible))};`,
      ].join('\n');
    },
  };
}
