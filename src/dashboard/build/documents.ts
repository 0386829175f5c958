import { join } from 'node:path';
import { generate } from '@graphql-codegen/cli';

/**
 * Generates the types of the dashboard's GraphQL documents: `members.graphql` gets `members.generated.ts` beside it.
 * @param dashboard the directory src/dashboard
 * @param schemaFile the path of schema.graphql
 * @throws when a document does not fit the schema, naming file and line
 */
export async function generateDocuments(dashboard: string, schemaFile: string): Promise<void> {
  const types = join(dashboard, 'app/schema.generated.ts');
  const scalars = {
    ID: 'string',
    DateTime: 'string',
    Date: 'string',
    YearMonth: 'string',
    PositiveInt: 'number',
    JSON: 'unknown',
    JSONObject: 'Record<string, unknown>',
  };
  const config = {
    scalars,
    defaultScalarType: 'unknown',
    enumsAsTypes: true,
    useTypeImports: true,
    strictScalars: false,
  };
  await generate(
    {
      schema: schemaFile,
      documents: join(dashboard, '{app,ui,screens}/**/*.graphql'),
      silent: true,
      generates: {
        [types]: { plugins: ['typescript'], config: { ...config, onlyOperationTypes: true } },
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
}
