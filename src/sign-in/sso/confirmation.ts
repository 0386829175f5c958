import type { Actor } from '../../auth/actor.js';
import { type Encryption, UndecipherableError } from '../../auth/encryption.js';
import type { SignInSettings } from '../../services/sso/settings.js';
import { LONGEST_ID_TOKEN, type ProviderSignIn } from '../../services/sso/sign-in.js';

/** How long a person may take to decide. */
const CONFIRMATION_MS = 10 * 60_000;

/** A sign-in that the provider has proven, and that waits for the click that replaces the browser's session. */
export interface Confirmation {
  readonly arrival: Omit<ProviderSignIn, 'networkAddress' | 'userAgent'>;
  /** The `state` of the attempt, by which it is used once. */
  readonly state: string;
  readonly returnTo: string;
  /** In milliseconds since 1970. */
  readonly expiresAt: number;
}

/** Encrypts a confirmation, for the form of a page that only the browser with the present session can send. */
export function sealConfirmation(
  encryption: Encryption,
  settings: SignInSettings,
  actor: Actor | null,
  { now, ...confirmation }: Omit<Confirmation, 'expiresAt'> & { readonly now: Date },
): string {
  const { identity, sid, idToken, invitationToken } = confirmation.arrival;
  // A longer one would not be stored, and might be too long for a form.
  const keptIdToken = idToken !== null && idToken.length <= LONGEST_ID_TOKEN ? idToken : null;
  const sealed: Confirmation = {
    ...confirmation,
    arrival: { identity, sid, idToken: keptIdToken, invitationToken },
    expiresAt: now.getTime() + CONFIRMATION_MS,
  };
  return encryption.encrypt(JSON.stringify(sealed), purposeOf(settings, actor));
}

/**
 * Decrypts a confirmation.
 * @returns undefined when it has expired, when this server did not write it, or when the browser's session or the
 *   connection has changed since
 */
export function openConfirmation(
  encryption: Encryption,
  settings: SignInSettings,
  actor: Actor | null,
  { sealed, now }: { readonly sealed: string; readonly now: Date },
): Confirmation | undefined {
  try {
    // Only `sealConfirmation` encrypts for this purpose, so the result is a confirmation.
    const confirmation: Confirmation = JSON.parse(encryption.decrypt(sealed, purposeOf(settings, actor)));
    return confirmation.expiresAt > now.getTime() ? confirmation : undefined;
  } catch (error) {
    if (error instanceof UndecipherableError) return undefined;
    throw error;
  }
}

/** Bound to the session that is replaced, and to the provider that has proven the identity. */
function purposeOf({ connectionId, discoveryUrl, clientId }: SignInSettings, actor: Actor | null): string {
  return `sign-in-confirmation:${JSON.stringify([sessionIdOf(actor), connectionId, discoveryUrl, clientId])}`;
}

function sessionIdOf(actor: Actor | null): string | null {
  if (actor?.type === 'PERSON') return actor.sessionId;
  return (actor?.type === 'OPERATOR' ? actor.session?.id : undefined) ?? null;
}
