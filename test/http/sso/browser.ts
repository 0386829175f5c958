import { parseCookie, parseSetCookie } from 'cookie';

/** A page that a browser shows. */
export interface ShownPage {
  readonly status: number;
  readonly url: URL;
  readonly text: string;
  readonly headers: Headers;
}

/** Follows redirects and stores cookies like a browser; cookies ignore ports. */
export class Browser {
  readonly #cookies = new Map<string, Map<string, string>>();
  /** Every address that the browser was sent to. */
  readonly visited: URL[] = [];

  /** Opens a page, and follows redirects until there is one to show. */
  open(url: string | URL): Promise<ShownPage> {
    return this.#go(new URL(url), { method: 'GET' });
  }

  /** Opens a page, and stops at the first answer. */
  openOnce(url: string | URL): Promise<ShownPage> {
    return this.#fetch(new URL(url), { method: 'GET' });
  }

  /** Sends the form of a page that has a button with this value. */
  submit(page: ShownPage, name: string, value: string): Promise<ShownPage> {
    const [, action = ''] = /<form[^>]*action="([^"]+)"/.exec(page.text) ?? [];
    const hidden = [...page.text.matchAll(/<input type="hidden" name="([^"]+)" value="([^"]+)"/g)];
    const fields = hidden.map(([, field = '', content = '']): [string, string] => [field, content]);
    return this.#go(new URL(action, page.url), {
      method: 'POST',
      body: new URLSearchParams([...fields, [name, value]]).toString(),
    });
  }

  cookies(host: string): ReadonlyMap<string, string> {
    return this.#cookies.get(host) ?? new Map();
  }

  setCookie(host: string, name: string, value: string): void {
    const cookies = this.#cookies.get(host) ?? new Map();
    cookies.set(name, value);
    this.#cookies.set(host, cookies);
  }

  forgetCookies(): void {
    this.#cookies.clear();
  }

  async #go(url: URL, request: { method: string; body?: string }): Promise<ShownPage> {
    let page = await this.#fetch(url, request);
    for (let hops = 0; page.status >= 300 && page.status < 400 && hops < 15; hops += 1) {
      page = await this.#fetch(new URL(page.headers.get('location') ?? '', page.url), { method: 'GET' });
    }
    return page;
  }

  async #fetch(url: URL, { method, body }: { method: string; body?: string }): Promise<ShownPage> {
    this.visited.push(url);
    const cookie = [...this.cookies(url.hostname)].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(url, {
      method,
      redirect: 'manual',
      headers: {
        ...(cookie === '' ? {} : { cookie }),
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/x-www-form-urlencoded', origin: url.origin }),
        'user-agent': 'Test browser',
      },
      ...(body === undefined ? {} : { body }),
    });
    for (const header of response.headers.getSetCookie()) this.#keep(url.hostname, header);
    return { status: response.status, url, text: await response.text(), headers: response.headers };
  }

  #keep(host: string, header: string): void {
    const { name, expires, maxAge } = parseSetCookie(header);
    // As it was sent, not decoded.
    const [pair = ''] = header.split(';');
    const value = pair.slice(pair.indexOf('=') + 1);
    const isGone = value === '' || (expires !== undefined && expires <= new Date()) || maxAge === 0;
    const cookies = this.#cookies.get(host) ?? new Map<string, string>();
    if (isGone) cookies.delete(name);
    else cookies.set(name, value);
    this.#cookies.set(host, cookies);
  }
}

/** The value of a cookie of ours, decoded. */
export function cookieValue(browser: Browser, host: string, name: string): string | undefined {
  const raw = browser.cookies(host).get(name);
  return raw === undefined ? undefined : parseCookie(`${name}=${raw}`)[name];
}
