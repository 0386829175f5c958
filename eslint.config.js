import graphql from '@graphql-eslint/eslint-plugin';

const { configs, parser } = graphql;

/** Only GraphQL is linted here: the schema, and the documents of a dashboard. TypeScript is Biome's. */
export default [
  {
    files: ['**/*.graphql'],
    plugins: { '@graphql-eslint': graphql },
    languageOptions: {
      parser,
      parserOptions: {
        graphQLConfig: { schema: 'schema.graphql', documents: 'test/http/graphql/dashboard/*.graphql' },
      },
    },
  },
  {
    files: ['schema.graphql'],
    rules: {
      ...configs['flat/schema-recommended'].rules,
      ...configs['flat/schema-relay'].rules,
      '@graphql-eslint/input-name': 'error',
      '@graphql-eslint/no-scalar-result-type-on-mutation': 'error',
      '@graphql-eslint/require-nullable-fields-with-oneof': 'error',
      '@graphql-eslint/require-description': [
        'error',
        {
          types: true,
          DirectiveDefinition: true,
          EnumValueDefinition: true,
          FieldDefinition: true,
          InputValueDefinition: true,
        },
      ],
      // Connections have `nodes` beside `edges`, and lists that are always short are no connections. What somebody could
      // do at a moment of the past has no identity to be fetched by; test/schema.test.ts sees that all else has.
      '@graphql-eslint/relay-edge-types': [
        'error',
        { withEdgeSuffix: true, shouldImplementNode: false, listTypeCanWrapOnlyEdgeType: false },
      ],
      // Its one finding is `Member.membership(s)`, and a membership is what a stay of a member is called.
      // test/schema.test.ts looks for everything else that the rule would find.
      '@graphql-eslint/no-typename-prefix': 'off',
      // What has an identity implements Node; the rest (an access, a count, a payload) is part of what has one.
      '@graphql-eslint/strict-id-in-types': 'off',
    },
  },
  {
    files: ['test/**/*.graphql'],
    rules: {
      ...configs['flat/operations-recommended'].rules,
      '@graphql-eslint/match-document-filename': ['error', { query: 'kebab-case', mutation: 'kebab-case' }],
      // The most that src/graphql/serving/limits.ts lets through.
      '@graphql-eslint/selection-set-depth': ['error', { maxDepth: 12 }],
    },
  },
];
