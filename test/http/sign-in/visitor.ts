import { parseSetCookie } from 'cookie';
import type { GraphqlAnswer } from '../../app.js';

/** The answer to a browser, which does not follow redirects. */
export interface Shown {
  readonly status: number;
  readonly headers: Headers;
  readonly location: string | null;
  readonly text: string;
}

type Fields = Readonly<Record<string, string>>;

/** A browser without its window: it keeps cookies, and sends forms as a page of the server does. */
export class Visitor {
  readonly #url: string;
  readonly #headers: Fields;
  readonly cookies = new Map<string, string>();

  /** @param headers sent with every request, `X-Forwarded-For` say */
  constructor(url: string, headers: Fields = {}) {
    this.#url = url;
    this.#headers = { 'User-Agent': CHROME, ...headers };
  }

  get(path: string): Promise<Shown> {
    return this.#send(path, {});
  }

  post(path: string, fields: Fields = {}, headers: Fields = {}): Promise<Shown> {
    return this.#send(path, {
      method: 'POST',
      body: new URLSearchParams(fields).toString(),
      headers: { 'Content-Type': 'application/x-www-form-urlencoded', Origin: this.#url, ...headers },
    });
  }

  /** Asks GraphQL as a page of the server does, with the cookie. */
  async graphql(query: string, variables: Readonly<Record<string, unknown>> = {}): Promise<GraphqlAnswer> {
    const { text } = await this.#send('/graphql', {
      method: 'POST',
      body: JSON.stringify({ query, variables }),
      headers: { 'Content-Type': 'application/json', Origin: this.#url },
    });
    return JSON.parse(text);
  }

  /** The same browser in front of another server: cookies ignore the port. */
  at(url: string): Visitor {
    const other = new Visitor(url, this.#headers);
    for (const [name, value] of this.cookies) other.cookies.set(name, value);
    return other;
  }

  /** The token of the session. */
  get session(): string | undefined {
    return this.cookies.get('rollcall');
  }

  async #send(path: string, init: RequestInit & { readonly headers?: Fields }): Promise<Shown> {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(`${this.#url}${path}`, {
      ...init,
      redirect: 'manual',
      headers: { ...this.#headers, ...(cookie === '' ? {} : { Cookie: cookie }), ...init.headers },
    });
    for (const line of response.headers.getSetCookie()) this.#keep(line);
    return {
      status: response.status,
      headers: response.headers,
      location: response.headers.get('location'),
      text: await response.text(),
    };
  }

  #keep(line: string): void {
    const { name, value = '', expires } = parseSetCookie(line);
    if (value === '' || (expires !== undefined && expires.getTime() <= 0)) this.cookies.delete(name);
    else this.cookies.set(name, value);
  }
}

export const CHROME =
  'Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/130.0.0.0 Safari/537.36';

/** The text of a page, as it is read. */
export function textOf({ text }: Shown): string {
  return text
    .replace(/<head>.*<\/head>/s, ' ')
    .replace(/<[^>]*>/g, ' ')
    .replace(/&#39;/g, "'")
    .replace(/&amp;/g, '&')
    .replace(/\s+/g, ' ')
    .trim();
}
