import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';
import type { Plugin } from 'vite';

/** The TypeScript types of the schema's scalars, as JSON has them. */
const SCALARS = {
  ID: 'string',
  DateTime: 'string',
  Date: 'string',
  YearMonth: 'string',
  PositiveInt: 'number',
  JSON: 'unknown',
  JSONObject: 'Record<string, unknown>',
};

/**
 * Generates the types of the dashboard's GraphQL documents: `members.graphql` gets `members.generated.ts` beside it.
 * @param dashboard the directory src/dashboard
 * @param schemaFile the path of schema.graphql
 * @throws when a document does not fit the schema, naming file and line
 */
export function typedDocuments(dashboard: string, schemaFile: string): Plugin {
  return {
    name: 'typed-documents',
    async buildStart() {
      const config = {
        scalars: SCALARS,
        defaultScalarType: 'unknown',
        enumsAsTypes: true,
        useTypeImports: true,
      };
      await generate(
        {
          schema: schemaFile,
          documents: join(dashboard, '{app,ui,screens}/**/*.graphql'),
          silent: true,
          generates: {
            [join(dashboard, 'app/schema.generated.ts')]: { plugins: ['typescript'], config },
            [dashboard]: {
              preset: 'near-operation-file',
              presetConfig: { extension: '.generated.ts', baseTypesPath: 'app/schema.generated.ts' },
              plugins: ['typescript-operations', 'typed-document-node'],
              config,
            },
          },
        },
        true,
      );
    },
  };
}
