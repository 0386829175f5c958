import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Compiler } from './compiler.js';
import type { Context } from './context.js';
import { formatErrors, locateErrors } from './errors.js';
import { executing } from './executor.js';
import { noIntrospection, operationLimits } from './limits.js';
import { readsOfQueries } from './reads.js';

export interface GraphqlServerOptions {
  readonly schema: GraphQLSchema;
  readonly compiler: Compiler;
  readonly introspection: boolean;
  onFault(error: unknown): void;
}

/** Apollo Server over the schema; to be started before it serves, and stopped to drain. */
export function createGraphqlServer({
  schema,
  compiler,
  introspection,
  onFault,
}: GraphqlServerOptions): ApolloServer<Context> {
  return new ApolloServer<Context>({
    gateway: executing(schema, compiler),
    // Apollo's own refusal speaks of Apollo.
    introspection: true,
    validationRules: introspection ? [] : [noIntrospection],
    // Suggestions ("Did you mean …") tell the schema too, name by name.
    hideSchemaDetailsFromClientErrors: !introspection,
    formatError: formatErrors(onFault),
    includeStacktraceInErrorResponses: false,
    // Our own process listens for signals, and stops this with everything else.
    stopOnTerminationSignals: false,
    // A browser cannot send Authorization to another origin unasked: who sends it may use GET.
    csrfPrevention: {
      requestHeaders: ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
    },
    plugins: [
      operationLimits,
      locateErrors,
      readsOfQueries,
      // It instruments every field, which costs more than most fields do.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      // Its page needs a CDN; the playground is ours.
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}
