import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import {
  type ArgumentNode,
  GraphQLError,
  type GraphQLFormattedError,
  Kind,
  type ObjectFieldNode,
  parse,
  visit,
} from 'graphql';
import { DomainError } from '../../domain/errors.js';
import type { Context } from './context.js';

/** Apollo's own refusals, whose texts are about the request and safe to show. */
const ABOUT_THE_REQUEST: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_REQUEST,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
  'QUERY_TOO_EXPENSIVE',
]);

/**
 * What a client is shown of an error (spec graphql, "Conventions"): refusals in full, the rest masked.
 * @param onFault told of errors that nobody expected
 */
export function formatErrors(onFault: (error: unknown) => void) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = unwrapResolverError(error);
    const { message, locations, path, extensions } = formatted;
    const place = {
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
    };
    if (cause instanceof DomainError) {
      return { message: cause.message, ...place, extensions: { code: cause.code, ...cause.details } };
    }
    if (extensions?.code === ApolloServerErrorCode.BAD_USER_INPUT || isArgumentFault(cause)) {
      // graphql-js tells the place of a value that cannot be coerced in its text only.
      const attribute =
        /at "([^"]+)"/.exec(message)?.[1] ?? /^(?:Variable|Argument) "\$?(\w+)"/.exec(message)?.[1];
      return {
        message,
        ...place,
        extensions: { code: 'INVALID_INPUT', ...(attribute === undefined ? {} : { attribute }) },
      };
    }
    const written = placeOfLiteral(cause);
    if (written !== undefined) {
      return { message, ...place, extensions: { code: 'INVALID_INPUT', attribute: written } };
    }
    if (ABOUT_THE_REQUEST.has(extensions?.code)) {
      const { stacktrace: _, ...shown } = extensions ?? {};
      return { message, ...place, extensions: shown };
    }
    onFault(cause);
    return {
      message: 'Something went wrong on our side. If it happens again, tell us the requestId.',
      ...place,
      extensions: { code: ApolloServerErrorCode.INTERNAL_SERVER_ERROR },
    };
  };
}

/**
 * Where a value that cannot be coerced stands in the document: `input.access.role.creditLimit`. Written in place of
 * a variable it is found by validation, which tells only of the value.
 * @returns undefined for any other error
 */
function placeOfLiteral(cause: unknown): string | undefined {
  if (!(cause instanceof GraphQLError) || cause.source === undefined) return undefined;
  const [node] = cause.nodes ?? [];
  if (node === undefined || !VALUES.has(node.kind)) return undefined;
  const names: string[] = [];
  const enter = ({ name, loc }: ArgumentNode | ObjectFieldNode) => {
    const holds =
      loc !== undefined && node.loc !== undefined && loc.start <= node.loc.start && node.loc.end <= loc.end;
    if (holds) names.push(name.value);
  };
  visit(parse(cause.source), { Argument: { enter }, ObjectField: { enter } });
  return names.length === 0 ? undefined : names.join('.');
}

const VALUES: ReadonlySet<string> = new Set([
  Kind.INT,
  Kind.FLOAT,
  Kind.STRING,
  Kind.BOOLEAN,
  Kind.NULL,
  Kind.ENUM,
  Kind.LIST,
  Kind.OBJECT,
]);

/**
 * A null in a variable that has a default is found during execution only: by graphql-js, which says at which nodes, or by
 * a compiled operation, which says at which path. A resolver's own errors say neither.
 */
function isArgumentFault(cause: unknown): boolean {
  return (
    cause instanceof GraphQLError &&
    (cause.nodes !== undefined || cause.path !== undefined) &&
    /^Argument "/.test(cause.message)
  );
}

/** Puts the request's id into every error: the formatter above is not told which request it works for. */
export const requestIdInErrors: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body }, contextValue }) {
        if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
        const { requestId } = contextValue.services.caller;
        body.singleResult.errors = body.singleResult.errors.map((error) => ({
          ...error,
          extensions: { ...error.extensions, requestId },
        }));
      },
    };
  },
};
