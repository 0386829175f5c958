import { UndecipherableError } from '../../auth/encryption.js';
import type { Transaction } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import { SignInRefusal } from '../../domain/sign-in-refusal.js';
import { authorizeOperator } from '../context/authorization.js';
import { encryptionOf } from '../context/encryption.js';
import type { ServiceContext } from '../context/service-context.js';
import { type StoredSecret, storedWebhookSecrets } from '../webhooks/secret.js';

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

/** The result of `rotate`. */
export interface Rotation {
  /** How many secrets are encrypted with the first key now and were not before. */
  readonly rotated: number;
  /** How many were encrypted with it already. */
  readonly current: number;
  /** The workspaces with a secret that no configured key decrypts; it has to be entered or rotated again. */
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
    const secrets = [...(await storedClientSecrets(tx)), ...(await storedWebhookSecrets(tx))];
    let rotated = 0;
    const unreadable = new Set<string>();
    let failed = 0;
    for (const { workspaceId, encrypted, purpose, write } of secrets) {
      if (encryption.isCurrent(encrypted)) continue;
      try {
        await write(encryption.encrypt(encryption.decrypt(encrypted, purpose), purpose));
        rotated += 1;
      } catch (error) {
        if (!(error instanceof UndecipherableError)) throw error;
        unreadable.add(workspaceId);
        failed += 1;
      }
    }
    return { rotated, current: secrets.length - rotated - failed, unreadable: [...unreadable] };
  });
}

async function storedClientSecrets(tx: Transaction): Promise<StoredSecret[]> {
  const connections = await rowsOf(
    tx,
    query
      .selectFrom('ssoConnection')
      .select(['id', 'workspaceId', 'clientSecret'])
      .orderBy('id')
      .forNoKeyUpdate(),
  );
  return connections.map(({ id, workspaceId, clientSecret }) => ({
    workspaceId,
    encrypted: clientSecret,
    purpose: purposeOf(id),
    write: (value) =>
      rowsOf(tx, query.updateTable('ssoConnection').set({ clientSecret: value }).where('id', '=', id)),
  }));
}
