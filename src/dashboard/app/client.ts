import keylessTypes from 'virtual:keyless-types';
import { cacheExchange } from '@urql/exchange-graphcache';
import { Client, type CombinedError, fetchExchange, mapExchange } from 'urql';

/** A refusal in the server's words, as screens show it. */
export interface Refusal {
  readonly code: string;
  readonly message: string;
  readonly hint: string | null;
  /** The input's field that is at fault, such as `creditLimit`; empty when the refusal is about no field. */
  readonly field: string;
  readonly requestId: string | null;
  readonly extensions: Readonly<Record<string, unknown>>;
}

const text = (value: unknown): string | null => (typeof value === 'string' && value !== '' ? value : null);

/** The path of the field at fault, from `extensions.path` (a list, or a text with dots). */
function fieldOf({ path, attribute }: Record<string, unknown>): string {
  if (Array.isArray(path)) return path.join('.');
  return text(attribute) ?? '';
}

/**
 * Reads what the server refused.
 * @param error what urql reports
 * @returns undefined for a network failure, which is nobody's refusal
 */
export function refusalOf(error: CombinedError | undefined): Refusal | undefined {
  const [first] = error?.graphQLErrors ?? [];
  if (first === undefined) return undefined;
  const { extensions } = first;
  return {
    code: text(extensions.code) ?? 'INTERNAL_SERVER_ERROR',
    message: first.message,
    hint: text(extensions.hint),
    field: fieldOf(extensions),
    requestId: text(extensions.requestId),
    extensions,
  };
}

/**
 * The client of `/graphql`. The browser's cookie is its credential.
 * @param onSignedOut called when the server no longer knows the session
 */
export function createClient(onSignedOut: () => void): Client {
  return new Client({
    url: '/graphql',
    preferGetMethod: false,
    requestPolicy: 'cache-and-network',
    fetchOptions: { credentials: 'same-origin' },
    exchanges: [
      mapExchange({
        onError: (error) => {
          if (refusalOf(error)?.code === 'UNAUTHENTICATED') onSignedOut();
        },
      }),
      cacheExchange({ keys: Object.fromEntries(keylessTypes.map((type) => [type, () => null])) }),
      fetchExchange,
    ],
  });
}
