import type { ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { readingContext } from '../../services/context/service-context.js';
import type { Context } from './context.js';
import { Loaders } from './loaders.js';

/** Queries may read from replicas; mutations, and the fields of their payloads, never do. */
export const readsOfQueries: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async didResolveOperation({ operation, contextValue }) {
        const { services } = contextValue;
        const isQuery = operation?.operation === OperationTypeNode.QUERY;
        if (!isQuery || services.replicas === null || services.caller.actor === null) return;
        const reading = await readingContext(services);
        // Apollo creates the context before it parses the document.
        Object.assign(contextValue, { services: reading, loaders: new Loaders(reading) });
      },
    };
  },
};
