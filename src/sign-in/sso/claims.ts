import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import type { SsoProvider } from '../../domain/sso.js';
import type { ProvenIdentity } from '../../services/sso/matching.js';

/** The claims of a provider about a person, from the ID token and UserInfo. */
export type Claims = Readonly<Record<string, unknown>>;

/** OpenID Connect Core §2: at most 255 ASCII characters. */
const LONGEST_SUBJECT = 255;
const LONGEST_TEXT = 1000;
/** Fits into an index of PostgreSQL, whatever its characters are. */
const LONGEST_SID = 500;

/**
 * Whether the ID token has all claims that a sign-in needs; if not, UserInfo may have them (OpenID Connect Core §5.4).
 */
export function isComplete(claims: Claims): boolean {
  return textOf(claims.email) !== null && claims.email_verified !== undefined;
}

/**
 * Reads the person's identity from the claims.
 * @throws SignInRefusal TOKEN_INVALID for an invalid subject
 */
export function identityOf(provider: SsoProvider, issuer: string, claims: Claims): ProvenIdentity {
  const subject = textOf(claims.sub);
  if (subject === null || subject.length > LONGEST_SUBJECT)
    throw new SignInRefusal('TOKEN_INVALID', 'The claim sub is missing or too long.');
  const objectId = provider === 'MICROSOFT_ENTRA_ID' ? textOf(claims.oid) : null;
  return {
    issuer,
    subject,
    externalId: objectId ?? subject,
    address: textOf(claims.email),
    addressVerified: booleanOf(claims.email_verified),
    hostedDomain: textOf(claims.hd),
  };
}

/**
 * Reads the session at the provider from the claims. One that cannot be stored is refused: back-channel logout could not
 * end the session (rule 44).
 * @returns null when the provider did not send it
 * @throws SignInRefusal TOKEN_INVALID
 */
export function sidOf({ sid }: Claims): string | null {
  if (sid === undefined || sid === null) return null;
  const text = textOf(sid);
  if (text === null || text.length > LONGEST_SID)
    throw new SignInRefusal(
      'TOKEN_INVALID',
      `The claim sid is not a text of at most ${LONGEST_SID} characters without control characters.`,
    );
  return text;
}

/** The claims that a rehearsal lists, whether the provider sent them or not. */
export const EXPECTED_CLAIMS = ['iss', 'sub', 'email', 'email_verified', 'name'] as const;

/** Returns the value if it is a text that can be stored: not empty, no control characters. */
export function textOf(value: unknown): string | null {
  if (typeof value !== 'string' || value.trim() === '' || value.length > LONGEST_TEXT) return null;
  return /\p{Cc}/u.test(value) || !value.isWellFormed() ? null : value.trim();
}

/** Parses a boolean; some providers send booleans as text. */
function booleanOf(value: unknown): boolean | null {
  if (value === undefined || value === null) return null;
  return value === true || value === 'true';
}
