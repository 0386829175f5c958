import { credentialIn } from '../auth/secret.js';
import { readCookie, SESSION_COOKIE } from './cookies.js';
import type { Incoming } from './incoming.js';

/** The credential of a request, and whether it came in a cookie, which browsers send automatically. */
export interface RequestCredential {
  readonly credential: string | undefined;
  readonly fromCookie: boolean;
}

/**
 * Returns the credential of a request: that of the header `Authorization` if there is one, else the session in the
 * cookie (rule 36).
 * @param origin the origin that the client uses for this server
 */
export function credentialOf(request: Incoming, origin: string): RequestCredential {
  const { authorization } = request.headers;
  if (authorization !== undefined) return { credential: credentialIn(authorization), fromCookie: false };
  const credential = readCookie(request, SESSION_COOKIE, origin);
  return { credential, fromCookie: credential !== undefined };
}
