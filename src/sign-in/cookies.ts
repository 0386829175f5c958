import { parseCookie, stringifySetCookie } from 'cookie';
import type { Response } from 'express';
import type { Incoming } from './incoming.js';

/**
 * A cookie of this server. Over HTTPS its name begins with `__Host-`, so browsers accept it only from this host, with
 * `Secure` and for the whole path (RFC 6265bis §4.1.3.2). Over plain HTTP, in development, they would refuse such a
 * cookie.
 */
export interface CookieKind {
  readonly name: 'rollcall' | `rollcall-${string}`;
}

/** Contains the session of a person or of an operator (rule 31). */
export const SESSION_COOKIE: CookieKind = { name: 'rollcall' };
/** Identifies the browser that requested a mail link (rule 46). */
export const LINK_COOKIE: CookieKind = { name: 'rollcall-link' };

/** @param origin the origin that the browser uses for this server; its scheme decides */
export function isSecure(origin: string): boolean {
  return origin.startsWith('https:');
}

/** Returns the value of a cookie; undefined if the request does not have it. */
export function readCookie(request: Incoming, { name }: CookieKind, origin: string): string | undefined {
  const value = parseCookie(request.headers.cookie ?? '')[nameOf(name, origin)];
  return value === '' ? undefined : value;
}

/** Returns the cookies whose names begin with the prefix, in the order of the request. */
export function cookieNames(request: Incoming, prefix: `rollcall-${string}`, origin: string): CookieKind[] {
  return Object.keys(parseCookie(request.headers.cookie ?? ''))
    .filter((name) => name.startsWith(nameOf(prefix, origin)))
    .map((name) => ({ name: `${prefix}${name.slice(nameOf(prefix, origin).length)}` }));
}

/** Sets a cookie that scripts cannot read and that forms of other sites do not send. */
export function setCookie(
  response: Response,
  { name }: CookieKind,
  { value, expires, origin }: { readonly value: string; readonly expires: Date; readonly origin: string },
): void {
  const cookie = stringifySetCookie({
    name: nameOf(name, origin),
    value,
    expires,
    httpOnly: true,
    sameSite: 'lax',
    path: '/',
    secure: isSecure(origin),
  });
  response.append('Set-Cookie', cookie);
}

export function clearCookie(response: Response, kind: CookieKind, origin: string): void {
  setCookie(response, kind, { value: '', expires: new Date(0), origin });
}

function nameOf(name: string, origin: string): string {
  return isSecure(origin) ? `__Host-${name}` : name;
}
