import { ApolloServer } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
  ApolloServerPluginUsageReportingDisabled,
} from '@apollo/server/plugin/disabled';
import type { GraphQLSchema } from 'graphql';
import type { Compiler } from './compiler.js';
import type { Context } from './context.js';
import { answerLater, formatErrors, locateErrors } from './errors.js';
import { executing } from './executor.js';
import { noIntrospection, operationLimits } from './limits.js';
import { readsOfQueries } from './reads.js';
import { documentSize, MOST_TOKENS } from './size.js';

export interface GraphqlServerOptions {
  readonly schema: GraphQLSchema;
  readonly compiler: Compiler;
  readonly introspection: boolean;
  onFault(error: unknown): void;
}

/** Creates Apollo Server for the schema. The caller starts it before it serves requests, and stops it to drain. */
export function createGraphqlServer({
  schema,
  compiler,
  introspection,
  onFault,
}: GraphqlServerOptions): ApolloServer<Context> {
  return new ApolloServer<Context>({
    gateway: executing(schema, compiler),
    // Always on for Apollo, whose own refusal mentions Apollo; `noIntrospection` refuses instead.
    introspection: true,
    parseOptions: { maxTokens: MOST_TOKENS },
    validationRules: introspection ? [documentSize] : [documentSize, noIntrospection],
    // Suggestions ("Did you mean …") also reveal the schema, name by name.
    hideSchemaDetailsFromClientErrors: !introspection,
    formatError: formatErrors(onFault),
    includeStacktraceInErrorResponses: false,
    // The server process handles signals and stops Apollo together with everything else.
    stopOnTerminationSignals: false,
    // A browser cannot send Authorization to another origin without a preflight, so requests with it may use GET.
    csrfPrevention: {
      requestHeaders: ['authorization', 'apollo-require-preflight', 'x-apollo-operation-name'],
    },
    plugins: [
      operationLimits,
      locateErrors,
      answerLater,
      readsOfQueries,
      // Cache control instruments every field, which costs more than most fields do.
      ApolloServerPluginCacheControlDisabled(),
      ApolloServerPluginUsageReportingDisabled(),
      // Apollo's landing page needs a CDN; the server has its own playground.
      ApolloServerPluginLandingPageDisabled(),
    ],
  });
}
