import { AsyncLocalStorage } from 'node:async_hooks';
import type { ApolloServerPlugin } from '@apollo/server';
import { ApolloServerErrorCode, unwrapResolverError } from '@apollo/server/errors';
import { GraphQLError, type GraphQLFormattedError } from 'graphql';
import { refusalIn } from '../../domain/errors.js';
import type { Context } from './context.js';
import { pathOfAttribute, pathOfLiteral, pathOfVariable, type SentOperation } from './places.js';

/** The id of the current request, because Apollo refuses some requests before they have a context. */
export const requestIds = new AsyncLocalStorage<string>();

/** The codes of errors about the request, whose texts are safe to show. */
const ABOUT_THE_REQUEST: ReadonlySet<unknown> = new Set([
  ApolloServerErrorCode.GRAPHQL_PARSE_FAILED,
  ApolloServerErrorCode.GRAPHQL_VALIDATION_FAILED,
  ApolloServerErrorCode.BAD_REQUEST,
  ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_FOUND,
  ApolloServerErrorCode.PERSISTED_QUERY_NOT_SUPPORTED,
  'QUERY_TOO_EXPENSIVE',
  'SUBSCRIPTION_INTERRUPTED',
]);

/** The position of the invalid value, from which `locateErrors` computes the path. */
type KnownPlace =
  | { readonly attribute: string }
  | { readonly variable: string; readonly path: readonly string[] };

/**
 * Formats errors for clients (spec graphql, "Conventions"): refusals in full, faults masked. `locateErrors` then
 * replaces `place` with `path`.
 * @param onFault called with every unexpected error
 */
export function formatErrors(onFault: (error: unknown) => void) {
  return (formatted: GraphQLFormattedError, error: unknown): GraphQLFormattedError => {
    const cause = unwrapResolverError(error);
    const { message, locations, path } = formatted;
    const { stacktrace: _, ...extensions } = formatted.extensions ?? {};
    const place = {
      ...(locations === undefined ? {} : { locations }),
      ...(path === undefined ? {} : { path }),
    };
    const requestId = requestIds.getStore();
    const shown = (more: object) => ({ ...more, ...(requestId === undefined ? {} : { requestId }) });
    const refusal = refusalIn(cause);
    if (refusal !== undefined) {
      const { attribute, providerMessage: _, providerHint: _hint, ...details } = refusal.details;
      const known = attribute === undefined ? {} : { place: { attribute } satisfies KnownPlace };
      return {
        message: refusal.message,
        ...place,
        extensions: shown({ code: refusal.code, ...details, ...known }),
      };
    }
    const limit = limitIn(cause);
    if (limit !== undefined) return { message, extensions: shown(limit) };
    const invalid = invalidInput(extensions, cause, message);
    if (invalid !== undefined) return { message, ...place, extensions: shown(invalid) };
    if (ABOUT_THE_REQUEST.has(extensions.code)) {
      return { message, ...place, extensions: shown({ ...extensions, ...HINTS.get(extensions.code) }) };
    }
    onFault(cause);
    return {
      message: 'Something went wrong on our side. If it happens again, tell us the requestId.',
      ...place,
      extensions: shown({ code: ApolloServerErrorCode.INTERNAL_SERVER_ERROR }),
    };
  };
}

/** The extensions of a refusal of `size.ts`; Apollo gives every error of validation the same code. */
function limitIn(cause: unknown): GraphQLError['extensions'] | undefined {
  const original = cause instanceof GraphQLError ? cause.originalError : undefined;
  const isLimit = original instanceof GraphQLError && original.extensions.code === 'QUERY_TOO_EXPENSIVE';
  return isLimit ? original.extensions : undefined;
}

const HINTS: ReadonlyMap<unknown, object> = new Map([
  [
    ApolloServerErrorCode.OPERATION_RESOLUTION_FAILURE,
    { hint: 'Send the name of one operation of the document as `operationName`.' },
  ],
]);

/**
 * The extensions of an error about a value that cannot be coerced. graphql-js reports the value's position only in the
 * message.
 */
function invalidInput(
  { code, hint }: Readonly<Record<string, unknown>>,
  cause: unknown,
  message: string,
): object | undefined {
  const hinted = typeof hint === 'string' ? { hint } : {};
  if (code === ApolloServerErrorCode.BAD_USER_INPUT || isArgumentFault(cause)) {
    const place = placeInMessage(message);
    return { code: 'INVALID_INPUT', ...hinted, ...(place === undefined ? {} : { place }) };
  }
  const literal = cause instanceof GraphQLError ? pathOfLiteral(cause) : undefined;
  return literal === undefined ? undefined : { code: 'INVALID_INPUT', ...hinted, path: literal };
}

/**
 * Parses, for example, `Variable "$input" got invalid value 0 at "input.access[0].role"; Field "x" is not defined by
 * type "Y".`
 */
function placeInMessage(message: string): KnownPlace | undefined {
  const variable = /^Variable "\$(\w+)"/.exec(message)?.[1];
  const argument = /^Argument "(\w+)"/.exec(message)?.[1];
  if (variable === undefined) return argument === undefined ? undefined : { attribute: argument };
  const inside = /; Field "(\w+)"/.exec(message)?.[1];
  const at = / at "\w+([^"]*)"; /.exec(message)?.[1] ?? '';
  const names = at.match(/\w+/g) ?? [];
  return { variable, path: inside === undefined || inside === names.at(-1) ? names : [...names, inside] };
}

/** Execution, not validation, finds a null in a variable that has a default; errors of resolvers have no nodes. */
function isArgumentFault(cause: unknown): boolean {
  return (
    cause instanceof GraphQLError &&
    (cause.nodes !== undefined || cause.path !== undefined) &&
    /^Argument "/.test(cause.message)
  );
}

/** The statuses of refusals that the same request may not get later. */
const LATER_STATUSES: ReadonlyMap<unknown, number> = new Map([
  ['UNAVAILABLE', 503],
  ['RATE_LIMITED', 429],
]);

/** Answers an operation that may succeed later with 503 or 429, where nothing of it succeeded, and says when to try again. */
export const answerLater: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body, http } }) {
        if (body.kind !== 'single') return;
        const { data, errors = [] } = body.singleResult;
        const refusal = errors.find(({ extensions }) => LATER_STATUSES.has(extensions?.code));
        const { code, retryAfterSeconds } = refusal?.extensions ?? {};
        const status = LATER_STATUSES.get(code);
        if (status === undefined || retryAfterSeconds === undefined) return;
        http.headers.set('retry-after', String(retryAfterSeconds));
        if (Object.values(data ?? {}).every((value) => value === null)) http.status = status;
      },
    };
  },
};

/** Adds `path` to errors: the path of the invalid value in the client's arguments, relative to `input`. */
export const locateErrors: ApolloServerPlugin<Context> = {
  async requestDidStart() {
    return {
      async willSendResponse({ response: { body }, document, operation, request }) {
        if (body.kind !== 'single' || body.singleResult.errors === undefined) return;
        const sent = { document, operation, variables: request.variables ?? {} };
        body.singleResult.errors = body.singleResult.errors.map((error) => located(error, sent));
      },
    };
  },
};

/** The error with the `path` of the value at fault, where `formatErrors` has found its place. */
export function located(error: GraphQLFormattedError, sent: SentOperation): GraphQLFormattedError {
  const { place, ...extensions } = error.extensions ?? {};
  if (!isKnownPlace(place)) return error;
  const path =
    'attribute' in place
      ? pathOfAttribute(place.attribute, error.path ?? [], sent)
      : pathOfVariable(place.variable, place.path, sent);
  return { ...error, extensions: { ...extensions, path } };
}

function isKnownPlace(place: unknown): place is KnownPlace {
  return typeof place === 'object' && place !== null && ('attribute' in place || 'variable' in place);
}
