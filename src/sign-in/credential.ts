import { credentialIn } from '../auth/secret.js';
import { readCookie, SESSION_COOKIE } from './cookies.js';
import type { Incoming } from './incoming.js';

/** The credential of a request, and whether the browser sent it by itself. */
export interface RequestCredential {
  readonly credential: string | undefined;
  readonly fromCookie: boolean;
}

/**
 * The credential of a request: that of the header `Authorization`, where there is one, else the session in the cookie
 * (rule 36).
 * @param origin the origin at which the client reaches us
 */
export function credentialOf(request: Incoming, origin: string): RequestCredential {
  const { authorization } = request.headers;
  if (authorization !== undefined) return { credential: credentialIn(authorization), fromCookie: false };
  const credential = readCookie(request, SESSION_COOKIE, origin);
  return { credential, fromCookie: credential !== undefined };
}
