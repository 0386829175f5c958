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
 * @throws DomainError INVALID_INPUT for a token that was used before, or that has neither sub nor sid
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
    // The provider ends the sessions, and is not an actor of the audit log.
    const asSystem = { ...context, caller: { ...context.caller, actor: { type: 'SYSTEM' } as const } };
    return endSessionsOf(asSystem, tx, { workspaceId, subject, sid });
  });
}

/** The parameters of a sign-out at the provider. */
export interface ProviderSession {
  readonly workspaceId: string;
  /** The ID token of the sign-in; null when it was not stored. */
  readonly idToken: string | null;
}

/**
 * The session at the provider that belongs to a session. Call it before the session ends.
 * @returns undefined for a session that was not opened through a provider
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
    // The ID token is optional: without it the provider asks the person.
    if (error instanceof UndecipherableError) return { workspaceId, idToken: null };
    throw error;
  }
}
