import { readFileSync } from 'node:fs';
import { buildSchema, isObjectType } from 'graphql';
import type { Plugin } from 'vite';

const MODULE = 'virtual:keyless-types';

/**
 * Tells the client's cache which types have no `id`: it stores them inside the object that they belong to.
 * @param schemaFile the path of schema.graphql
 * @returns a Vite plugin that serves the names as the module `virtual:keyless-types`
 */
export function keylessTypes(schemaFile: string): Plugin {
  return {
    name: 'keyless-types',
    resolveId: (id) => (id === MODULE ? `\0${MODULE}` : undefined),
    load(id) {
      if (id !== `\0${MODULE}`) return undefined;
      const types = Object.values(buildSchema(readFileSync(schemaFile, 'utf8')).getTypeMap());
      const keyless = types.filter((type) => isObjectType(type) && !('id' in type.getFields()));
      return `export default ${JSON.stringify(keyless.map(({ name }) => name))}`;
    },
  };
}
