import { hash } from 'node:crypto';
import type { Response } from 'express';
import { type Encryption, UndecipherableError } from '../../auth/encryption.js';
import { type CookieKind, clearCookie, cookieNames, readCookie, setCookie } from '../cookies.js';
import type { Incoming } from '../incoming.js';

/** How long a person may take at the provider. */
export const ATTEMPT_MS = 10 * 60_000;
/** The maximum number of attempts per browser, one for each tab; browsers limit the size of cookies. */
const MOST_ATTEMPTS = 5;
const PREFIX = 'rollcall-sso-';

/** A sign-in in progress, stored in the browser until it returns from the provider. */
export interface Attempt {
  readonly workspaceId: string;
  readonly state: string;
  readonly nonce: string;
  readonly codeVerifier: string;
  readonly redirectUri: string;
  readonly returnTo: string;
  /** Whether this is a rehearsal, which shows the claims and opens no session. */
  readonly isRehearsal: boolean;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Stores an attempt, encrypted, in its own cookie, so that two tabs do not interfere. */
export function keepAttempt(
  request: Incoming,
  response: Response,
  encryption: Encryption,
  attempt: Attempt,
  origin: string,
): void {
  const earlier = cookieNames(request, PREFIX, origin);
  // Browsers send the oldest cookie first (RFC 6265 §5.4).
  for (const kind of earlier.slice(0, Math.max(0, earlier.length + 1 - MOST_ATTEMPTS)))
    clearCookie(response, kind, origin);
  setCookie(response, cookieOf(attempt.state), {
    value: encryption.encrypt(JSON.stringify(attempt), purposeOf(attempt.state)),
    expires: new Date(Date.now() + ATTEMPT_MS),
    origin,
  });
}

/**
 * Reads an attempt from its cookie and deletes the cookie.
 * @returns undefined when the browser has no such cookie, or when it expired or this server did not write it
 */
export function takeAttempt(
  request: Incoming,
  response: Response,
  encryption: Encryption | null,
  expected: {
    readonly workspaceId: string;
    readonly state: string;
    readonly now: Date;
    readonly origin: string;
  },
): Attempt | undefined {
  const { workspaceId, state, now, origin } = expected;
  const value = readCookie(request, cookieOf(state), origin);
  if (value === undefined || encryption === null) return undefined;
  clearCookie(response, cookieOf(state), origin);
  const attempt = decrypted(encryption, value, state);
  const isValid = attempt?.workspaceId === workspaceId && attempt.expiresAt > now.getTime();
  return isValid ? attempt : undefined;
}

/** Decrypts an attempt. Only `keepAttempt` encrypts for this purpose, so the result is an attempt with this state. */
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

function cookieOf(state: string): CookieKind {
  return { name: `${PREFIX}${hash('sha256', state).slice(0, 12)}` };
}
