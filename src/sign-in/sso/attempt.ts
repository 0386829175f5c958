import { hash } from 'node:crypto';
import { parseCookie } from 'cookie';
import type { CookieOptions, Request, Response } from 'express';
import { type Encryption, UndecipherableError } from '../../auth/encryption.js';

/** How long somebody may take at the provider. */
export const ATTEMPT_MS = 10 * 60_000;
/** Attempts that a browser keeps, one a tab; cookies have little room. */
const MOST_ATTEMPTS = 5;
const NAME = 'rollcall-sso-';

/** A sign-in under way: what the browser that left for the provider has to bring back. */
export interface Attempt {
  readonly workspaceId: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
  /** A rehearsal shows the claims and opens no session. */
  readonly isRehearsal: boolean;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Puts an attempt into a cookie of its own, encrypted: two tabs do not disturb each other. */
export function keepAttempt(
  request: Request,
  response: Response,
  encryption: Encryption,
  attempt: Attempt,
): void {
  const names = attemptCookies(request);
  // Browsers send the oldest first (RFC 6265 §5.4).
  for (const name of names.slice(0, Math.max(0, names.length + 1 - MOST_ATTEMPTS)))
    response.clearCookie(name, cookieOptions(name));
  const name = cookieName(attempt.state, request.secure);
  const value = encryption.encrypt(JSON.stringify(attempt), purposeOf(attempt.state));
  response.cookie(name, value, { ...cookieOptions(name), maxAge: ATTEMPT_MS });
}

/**
 * Takes an attempt out of its cookie, which is gone then.
 * @returns undefined when the browser has no such cookie, or when it is too old or not ours
 */
export function takeAttempt(
  request: Request,
  response: Response,
  encryption: Encryption | null,
  expected: { readonly workspaceId: string; readonly state: string; readonly now: Date },
): Attempt | undefined {
  const name = cookieName(expected.state, request.secure);
  const value = cookiesOf(request)[name];
  if (value === undefined || encryption === null) return undefined;
  response.clearCookie(name, cookieOptions(name));
  const attempt = decrypted(encryption, value, expected.state);
  const isValid =
    attempt !== undefined &&
    attempt.workspaceId === expected.workspaceId &&
    attempt.state === expected.state &&
    attempt.expiresAt > expected.now.getTime();
  return isValid ? attempt : undefined;
}

/** What is encrypted for this purpose was written by `keepAttempt`, so it is an attempt. */
function decrypted(encryption: Encryption, value: string, state: string): Attempt | undefined {
  try {
    return JSON.parse(encryption.decrypt(value, purposeOf(state)));
  } catch (error) {
    if (error instanceof UndecipherableError) return undefined;
    throw error;
  }
}

function purposeOf(state: string): string {
  return `sign-in-attempt:${state}`;
}

function attemptCookies(request: Request): string[] {
  return Object.keys(cookiesOf(request)).filter((name) => name.replace(/^__Host-/, '').startsWith(NAME));
}

function cookieName(state: string, secure: boolean): string {
  return `${secure ? '__Host-' : ''}${NAME}${hash('sha256', state).slice(0, 12)}`;
}

/** Lax: the provider sends the browser back with a GET from another site. */
function cookieOptions(name: string): CookieOptions {
  return { httpOnly: true, sameSite: 'lax', path: '/', secure: name.startsWith('__Host-') };
}

function cookiesOf({ headers }: Request): Readonly<Record<string, string | undefined>> {
  return parseCookie(headers.cookie ?? '');
}
