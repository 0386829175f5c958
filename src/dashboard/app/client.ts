import { keylessTypes, possibleTypes } from 'virtual:schema-types';
import { cacheExchange } from '@urql/exchange-graphcache';
import { Client, type CombinedError, type Exchange, fetchExchange, mapExchange, type Operation } from 'urql';
import { inLabels } from './attributes.js';
import { translate } from './messages.js';
import { optimistic } from './optimistic.js';
import { updates } from './updates.js';

/** A refusal as screens show it: in the server's words, with the labels of fields instead of the names of attributes. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** The input field at fault, such as `creditLimit`; empty when the refusal is about no field. */
  readonly field: string;
  readonly requestId: string | null;
  /** The path where the viewer signs in to be allowed; null where that does not help. */
  readonly signInPath: string | null;
  readonly extensions: Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/**
 * Reads the refusal of the server.
 * @param error the error of urql
 * @returns undefined for a network failure
 */
export function refusalOf(error: CombinedError | undefined): Refusal | undefined {
  const [first] = error?.graphQLErrors ?? [];
  return first === undefined ? undefined : asRefusal(first);
}

/** An error of the server as a refusal. @param extensions its code, hint and other details */
export function asRefusal({ message, extensions }: Pick<Refusal, 'message' | 'extensions'>): Refusal {
  const field = Array.isArray(extensions.path) ? extensions.path.join('.') : '';
  const hint = text(extensions.hint);
  const code = text(extensions.code) ?? 'INTERNAL_SERVER_ERROR';
  const isSignedOut = code === 'UNAUTHENTICATED';
  const signInPath = isSignedOut ? '/sign-in' : text(extensions.signInUrl);
  return {
    code,
    message: isSignedOut ? translate('state.signedOut') : inLabels(message, field, translate),
    hint: signInPath === null ? hint && inLabels(hint, '', translate) : translate('state.signInHint'),
    field,
    requestId: text(extensions.requestId),
    signInPath,
    extensions,
  };
}

/** A refusal in one text: with its hint, or with the id by which support finds a fault of the server. */
export function refusalText({ code, message, hint, requestId }: Refusal): string {
  const isFault = code === 'INTERNAL_SERVER_ERROR' && requestId !== null;
  const next = isFault ? translate('state.failedHint', { requestId }) : hint;
  return next === null ? message : `${message} ${next}`;
}

/** Why the server has not done something, in one text. */
export function reasonOf(error: CombinedError): string {
  const refusal = refusalOf(error);
  return refusal === undefined ? translate('state.offline') : refusalText(refusal);
}

/** Whether the server does not know either whether it has made the change. */
export function isLost({ code }: Refusal): boolean {
  return code === 'INTERNAL_SERVER_ERROR' || code === 'UNAVAILABLE';
}

/** Whether the server has refused an id of the URL: the object does not exist, or the text is no id at all. */
export function isUnknown(refusal: Refusal | undefined): boolean {
  return refusal?.code === 'NOT_FOUND' || (refusal?.code === 'INVALID_INPUT' && refusal.field === 'id');
}

/**
 * Whether an answer lacks a part that the viewer may see, so that the null in its place means nothing. Screens show
 * themselves what is forbidden or unknown.
 */
export function isIncomplete(error: CombinedError | undefined): boolean {
  const refusals = (error?.graphQLErrors ?? []).map(asRefusal);
  return refusals.some((refusal) => refusal.code !== 'FORBIDDEN' && !isUnknown(refusal));
}

/**
 * The answer to a change. After a change of the viewer's own access, it lacks what the viewer may no longer see.
 * @returns null when the change was not made
 */
export function changeMade<Data>(data: Data | undefined, error: CombinedError | undefined): Data | null {
  if (data == null) return null;
  const isMade = error === undefined || (!isIncomplete(error) && !Object.values(data).includes(null));
  return isMade ? data : null;
}

/**
 * The client of `/graphql`. The browser's cookie is its credential.
 * @param onRefused called when the session has ended or does not open the workspace, and when the viewer may not do
 *   something
 * @param onDone called when the server has done what was asked
 */
export function createClient(
  onRefused: (refusal: Refusal, operation: Operation) => void,
  onDone: () => void,
): Client {
  return clientWith([
    cacheExchange({
      keys: Object.fromEntries(keylessTypes.map((type) => [type, () => null])),
      possibleTypes,
      optimistic,
      updates,
    }),
    // Below the cache, whose answers tell nothing about the session.
    mapExchange({
      onResult: ({ error, operation }) => {
        if (error === undefined) onDone();
        const refusal = refusalOf(error);
        if (refusal !== undefined && (refusal.signInPath !== null || refusal.code === 'FORBIDDEN'))
          onRefused(refusal, operation);
      },
    }),
    fetchExchange,
  ]);
}

/** A client without a cache: it reads the newest state without changing what the screens show. */
export const uncachedClient = clientWith([fetchExchange]);

let shownAccountId: string | null = null;

/** Says whose account the page shows. The server refuses its requests when another person has signed in since. */
export function showAccount(accountId: string | null): void {
  shownAccountId = accountId;
}

function clientWith(exchanges: Exchange[]): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: () => ({
      credentials: 'same-origin',
      ...(shownAccountId === null ? {} : { headers: { 'Rollcall-Account': shownAccountId } }),
    }),
    exchanges,
  });
}
