import { setTimeout as wait } from 'node:timers/promises';
import type { JsonValue } from './json-values.js';

/** The headers that one identity provider sends. The body type is sent with a body only. */
export interface ProviderHeaders {
  readonly userAgent: string;
  readonly accept: string;
  readonly bodyType: string;
  readonly authorization: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  /** The parsed body; undefined when there is none or when it is not JSON. */
  readonly body: JsonValue | undefined;
  /** Why the body could not be read, in words for an administrator. */
  readonly unreadable: string | undefined;
}

/** One request as it was sent, and its result: an answer, or the reason why there is none. */
export type Exchange =
  | { readonly request: string; readonly answer: Answer }
  | { readonly request: string; readonly fault: string };

export interface ClientOptions {
  readonly baseUrl: string;
  readonly headers: ProviderHeaders;
  readonly fetch: typeof fetch;
}

export interface Message {
  readonly body?: JsonValue;
  /** Replaces the provider's own Authorization header, to test that a wrong key is refused. */
  readonly authorization?: string;
}

const TIMEOUT_SECONDS = 60;
const MOST_TRIES = 4;

/** A SCIM client that never throws because of the network or the server: it returns an Exchange instead. */
export class ScimClient {
  readonly #options: ClientOptions;

  constructor(options: ClientOptions) {
    this.#options = options;
  }

  /**
   * Sends one request, and repeats it when the server answers 429 with Retry-After, as identity providers do.
   * @param path below the base URL, with its query, encoded: `/Users?startIndex=1&count=2`
   */
  async send(method: string, path: string, message: Message = {}): Promise<Exchange> {
    const request = `${method} ${path}`;
    const target = targetUrl(this.#options.baseUrl, path);
    if ('fault' in target) return { request, fault: target.fault };
    // The error of fetch would contain part of the key.
    if (!isHeaderValue(message.authorization ?? this.#options.headers.authorization)) {
      return { request, fault: 'the key contains a character that headers cannot have' };
    }
    for (let tries = 1; ; tries += 1) {
      const exchange = await this.#sendOnce(method, target.url, message, request);
      const pause = 'answer' in exchange ? secondsToWait(exchange.answer) : undefined;
      if (pause === undefined || tries === MOST_TRIES) return exchange;
      await wait(pause * 1000);
    }
  }

  async #sendOnce(method: string, url: URL, message: Message, request: string): Promise<Exchange> {
    try {
      const response = await this.#options.fetch(url, {
        method,
        headers: this.#headers(message),
        // Following a redirect would send the key to another host.
        redirect: 'manual',
        signal: AbortSignal.timeout(TIMEOUT_SECONDS * 1000),
        ...(Object.hasOwn(message, 'body') ? { body: JSON.stringify(message.body) } : {}),
      });
      return { request, answer: readAnswer(response, await response.text()) };
    } catch (error) {
      return { request, fault: connectionFault(error, url) };
    }
  }

  #headers(message: Message): Record<string, string> {
    const { userAgent, accept, bodyType, authorization } = this.#options.headers;
    return {
      'User-Agent': userAgent,
      Accept: accept,
      Authorization: message.authorization ?? authorization,
      ...(Object.hasOwn(message, 'body') ? { 'Content-Type': bodyType } : {}),
    };
  }
}

/** @returns a query string; spaces are written as `+`, as Okta writes them. */
export function query(parameters: Readonly<Record<string, string | number>>): string {
  const pairs = Object.entries(parameters).map(([name, value]): [string, string] => [name, String(value)]);
  return `?${new URLSearchParams(pairs)}`;
}

function targetUrl(baseUrl: string, path: string): { url: URL } | { fault: string } {
  if (!URL.canParse(baseUrl)) return { fault: 'the base URL is not a URL' };
  const url = new URL(baseUrl);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    return { fault: 'the base URL must start with http:// or https://' };
  }
  if (url.username !== '' || url.password !== '') {
    return { fault: 'the base URL must not contain a user name or password' };
  }
  const queryStart = path.indexOf('?');
  const resource = queryStart === -1 ? path : path.slice(0, queryStart);
  const asked = queryStart === -1 ? '' : path.slice(queryStart + 1);
  url.pathname = url.pathname.replace(/\/+$/, '') + resource;
  // A query of the base URL is sent with every request: `?aadOptscim062020` selects Entra's compliant dialect.
  url.search = [url.search.slice(1), asked].filter((part) => part !== '').join('&');
  return { url };
}

function isHeaderValue(text: string): boolean {
  try {
    new Headers({ Authorization: text });
    return true;
  } catch {
    return false;
  }
}

function readAnswer(response: Response, text: string): Answer {
  const { status, headers } = response;
  if (text === '') return { status, headers, body: undefined, unreadable: undefined };
  const contentType = headers.get('content-type') ?? 'no Content-Type';
  try {
    const body: JsonValue = JSON.parse(text);
    const unreadable = /^application\/(scim\+)?json\s*(;|$)/i.test(contentType)
      ? undefined
      : `the Content-Type is not application/scim+json: ${contentType}`;
    return { status, headers, body, unreadable };
  } catch {
    return { status, headers, body: undefined, unreadable: `the body is not JSON (${contentType})` };
  }
}

/** Reads a number of seconds, up to what an administrator would wait for; ignores a date. */
function secondsToWait(answer: Answer): number | undefined {
  const retryAfter = answer.headers.get('retry-after');
  if (answer.status !== 429 || retryAfter === null || !/^\d{1,2}$/.test(retryAfter)) return undefined;
  const seconds = Number(retryAfter);
  return seconds <= TIMEOUT_SECONDS ? seconds : undefined;
}

const CONNECTION_FAULTS: ReadonlyMap<string, string> = new Map([
  ['ECONNREFUSED', 'nothing listens there'],
  ['ENOTFOUND', 'the host name is not known'],
  ['EAI_AGAIN', 'the host name could not be resolved'],
  ['ECONNRESET', 'the server closed the connection'],
  ['UND_ERR_SOCKET', 'the server closed the connection'],
]);

function connectionFault(error: unknown, url: URL): string {
  if (error instanceof Error && error.name === 'TimeoutError') {
    return `no answer from ${url.host} within ${TIMEOUT_SECONDS} seconds`;
  }
  // The message of fetch is always "fetch failed"; its cause says more.
  const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
  if (!(cause instanceof Error)) return `no answer from ${url.host}`;
  const code = 'code' in cause && typeof cause.code === 'string' ? cause.code : undefined;
  const known = code === undefined ? undefined : CONNECTION_FAULTS.get(code);
  return `no answer from ${url.host}: ${known ?? cause.message}${code === undefined ? '' : ` (${code})`}`;
}
