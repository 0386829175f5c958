import type { Response } from 'express';
import { normalizedAddress } from '../auth/remote-address.js';
import type { ServiceContext } from '../services/context/service-context.js';
import type { MintedSession } from '../services/sessions/open.js';
import { signOut } from '../services/sign-in/sign-out.js';
import { clearCookie, LINK_COOKIE, SESSION_COOKIE, setCookie } from './cookies.js';
import type { Incoming } from './incoming.js';

/**
 * Gives the browser a new session, and ends its former one, because the browser no longer has that token.
 * @param services the context of the request, whose actor is the browser's former session
 */
export async function startBrowserSession(
  response: Response,
  services: ServiceContext,
  { token, expiresAt }: MintedSession,
  origin: string,
): Promise<void> {
  await signOut(services);
  setCookie(response, SESSION_COOKIE, { value: token, expires: expiresAt, origin });
}

/** Ends the browser's session, and deletes its cookie and that of the links it requested. */
export async function endBrowserSession(
  response: Response,
  services: ServiceContext,
  origin: string,
): Promise<void> {
  await signOut(services);
  clearCookie(response, SESSION_COOKIE, origin);
  clearCookie(response, LINK_COOKIE, origin);
}

/** The network address and the browser of a request, as sessions store them. */
export function browserOf(request: Incoming): { address: string; userAgent: string | null } {
  return { address: normalizedAddress(request.ip ?? ''), userAgent: request.headers['user-agent'] ?? null };
}
