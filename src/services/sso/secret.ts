import { type Encryption, UndecipherableError } from '../../auth/encryption.js';
import { query, rowsOf } from '../../database/query.js';
import { DomainError } from '../../domain/errors.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { authorizeOperator } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';

/**
 * Encrypts the client secret of a connection.
 * @throws DomainError FORBIDDEN in production without SECRETS_KEY
 */
export function encryptClientSecret(context: ServiceContext, connectionId: string, secret: string): string {
  return encryptionOf(context).encrypt(secret, purposeOf(connectionId));
}

/** @throws SignInRefusal SECRET_UNREADABLE when no configured key decrypts it */
export function decryptClientSecret(
  { sso }: ServiceContext,
  { id, clientSecret }: { readonly id: string; readonly clientSecret: string },
): string {
  try {
    if (sso.encryption === null) throw new UndecipherableError('SECRETS_KEY is not set');
    return sso.encryption.decrypt(clientSecret, purposeOf(id));
  } catch (error) {
    if (error instanceof UndecipherableError) throw new SignInRefusal('SECRET_UNREADABLE', error.message);
    throw error;
  }
}

function purposeOf(connectionId: string): string {
  return `sso-connection:${connectionId}`;
}

/** @throws DomainError FORBIDDEN in production without SECRETS_KEY */
export function encryptionOf({ sso }: ServiceContext): Encryption {
  if (sso.encryption !== null) return sso.encryption;
  throw new DomainError('FORBIDDEN', 'This server cannot store secrets: SECRETS_KEY is not set.', {
    hint: 'Ask the operator of Rollcall to set SECRETS_KEY, as docs/operators/secrets.md describes.',
  });
}

/** The result of `rotate`. */
export interface Rotation {
  /** How many secrets are encrypted with the first key now and were not before. */
  readonly rotated: number;
  /** How many were encrypted with it already. */
  readonly current: number;
  /** The workspaces whose secret no configured key decrypts; it has to be entered again. */
  readonly unreadable: readonly string[];
}

/**
 * Encrypts every stored secret with the first key of SECRETS_KEY. Afterwards the other keys can be removed from it.
 * @throws DomainError as `authorizeOperator` does; FORBIDDEN without SECRETS_KEY
 */
export async function rotate(context: ServiceContext): Promise<Rotation> {
  authorizeOperator(context, 'secrets.rotate');
  const encryption = encryptionOf(context);
  return context.database.transaction(async (tx) => {
    const secrets = await rowsOf(
      tx,
      query
        .selectFrom('ssoConnection')
        .select(['id', 'workspaceId', 'clientSecret'])
        .orderBy('id')
        .forNoKeyUpdate(),
    );
    let rotated = 0;
    const unreadable: string[] = [];
    for (const { id, workspaceId, clientSecret } of secrets) {
      if (encryption.isCurrent(clientSecret)) continue;
      try {
        const secret = encryption.decrypt(clientSecret, purposeOf(id));
        const encrypted = encryption.encrypt(secret, purposeOf(id));
        await rowsOf(
          tx,
          query.updateTable('ssoConnection').set({ clientSecret: encrypted }).where('id', '=', id),
        );
        rotated += 1;
      } catch (error) {
        if (!(error instanceof UndecipherableError)) throw error;
        unreadable.push(workspaceId);
      }
    }
    return { rotated, current: secrets.length - rotated - unreadable.length, unreadable };
  });
}
