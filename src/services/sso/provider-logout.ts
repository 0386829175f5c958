import { UndecipherableError } from '../../auth/encryption.js';
import { query, rowOf } from '../../database/query.js';
import { DomainError } from '../../domain/errors.js';
import type { ServiceContext } from '../context/service-context.js';
import { endSessionsOf } from '../sessions/end.js';
import { idTokenPurpose } from './sign-in.js';
import { acceptOnce } from './used-values.js';

/** A logout token that is valid (OpenID Connect Back-Channel Logout 1.0 §2.4). */
export interface LogoutToken {
  readonly issuer: string;
  readonly jti: string;
  readonly subject: string | null;
  readonly sid: string | null;
  readonly expiresAt: Date;
}

/**
 * Ends the sessions that a provider names, in every process within a second (rule 44).
 * @returns how many
 * @throws DomainError INVALID_INPUT for a token that was used before, and for one that names nobody
 */
export async function endFromProvider(
  context: ServiceContext,
  workspaceId: string,
  { issuer, jti, subject, sid, expiresAt }: LogoutToken,
): Promise<number> {
  if (subject === null && sid === null)
    throw new DomainError('INVALID_INPUT', 'The logout token has neither sub nor sid.');
  return context.database.transaction(async (tx) => {
    if (!(await acceptOnce(tx, 'logout-token', `${workspaceId}:${issuer}:${jti}`, expiresAt)))
      throw new DomainError('INVALID_INPUT', 'The logout token was used before.');
    // Signing out is the doing of the provider, which is no actor of its own.
    const asSystem = { ...context, caller: { ...context.caller, actor: { type: 'SYSTEM' } as const } };
    return endSessionsOf(asSystem, tx, { workspaceId, subject, sid });
  });
}

/** The parameters of a sign-out at the provider. */
export interface ProviderSession {
  readonly workspaceId: string;
  /** The ID token of the sign-in; null where it was not kept. */
  readonly idToken: string | null;
}

/**
 * The session at the provider behind a session of ours, to be asked before that ends.
 * @returns undefined for a session that no provider has opened
 */
export async function providerSessionOf(
  { database, sso }: ServiceContext,
  sessionId: string,
): Promise<ProviderSession | undefined> {
  const row = await rowOf(
    database,
    query
      .selectFrom('session')
      .select(['workspaceId', 'sealedIdToken'])
      .where('id', '=', sessionId)
      .where('method', '=', 'PROVIDER'),
  );
  if (row?.workspaceId == null) return undefined;
  const { workspaceId, sealedIdToken } = row;
  if (sealedIdToken === null || sso.encryption === null) return { workspaceId, idToken: null };
  try {
    return { workspaceId, idToken: sso.encryption.decrypt(sealedIdToken, idTokenPurpose(workspaceId)) };
  } catch (error) {
    // The provider can do without: it asks the person then.
    if (error instanceof UndecipherableError) return { workspaceId, idToken: null };
    throw error;
  }
}
