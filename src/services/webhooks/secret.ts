import { randomBytes } from 'node:crypto';
import { UndecipherableError } from '../../auth/encryption.js';
import type { Transaction } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import type { Webhook } from '../../model/webhook.js';
import { encryptionOf } from '../context/encryption.js';
import type { ServiceContext } from '../context/service-context.js';

/** Standard Webhooks asks for 24 to 64 random bytes, in base64 behind this prefix. */
const PREFIX = 'whsec_';
const SECRET_BYTES = 32;

export function newSecret(): string {
  return `${PREFIX}${randomBytes(SECRET_BYTES).toString('base64')}`;
}

/** @throws DomainError FORBIDDEN in production without SECRETS_KEY */
export function encryptSecret(context: ServiceContext, webhookId: string, secret: string): string {
  return encryptionOf(context).encrypt(secret, purposeOf(webhookId));
}

/** What signs the requests of a webhook: its secret and, while a rotation overlaps, the one before. */
export interface SigningSecrets extends Pick<Webhook, 'secret' | 'previousSecret' | 'previousSecretUntil'> {
  readonly webhookId: string;
}

/**
 * The secrets that sign now, the current one first.
 * @throws UndecipherableError when no configured key decrypts the current one
 */
export function signingSecrets(
  { sso: { encryption }, clock }: ServiceContext,
  { webhookId, secret, previousSecret, previousSecretUntil }: SigningSecrets,
): string[] {
  if (encryption === null) throw new UndecipherableError('SECRETS_KEY is not set');
  const purpose = purposeOf(webhookId);
  const secrets = [encryption.decrypt(secret, purpose)];
  if (previousSecret === null || previousSecretUntil === null || previousSecretUntil <= clock())
    return secrets;
  try {
    return [...secrets, encryption.decrypt(previousSecret, purpose)];
  } catch (error) {
    // The key of the old secret may be lost, which is a reason to rotate.
    if (error instanceof UndecipherableError) return secrets;
    throw error;
  }
}

function purposeOf(webhookId: string): string {
  return `webhook:${webhookId}`;
}

/** A stored secret that is to be encrypted with the first key. */
export interface StoredSecret {
  readonly workspaceId: string;
  readonly encrypted: string;
  readonly purpose: string;
  write(encrypted: string): Promise<unknown>;
}

/** All stored secrets of webhooks, locked, for `rollcall secrets rotate`. */
export async function storedWebhookSecrets(tx: Transaction): Promise<StoredSecret[]> {
  const webhooks = await rowsOf(
    tx,
    query
      .selectFrom('webhook')
      .select(['id', 'workspaceId', 'secret', 'previousSecret'])
      .orderBy('id')
      .forNoKeyUpdate(),
  );
  return webhooks.flatMap(({ id, workspaceId, secret, previousSecret }) => {
    const stored = (column: 'secret' | 'previousSecret', encrypted: string): StoredSecret => ({
      workspaceId,
      encrypted,
      purpose: purposeOf(id),
      write: (value) =>
        rowsOf(
          tx,
          query
            .updateTable('webhook')
            .set({ [column]: value })
            .where('id', '=', id),
        ),
    });
    return [
      stored('secret', secret),
      ...(previousSecret === null ? [] : [stored('previousSecret', previousSecret)]),
    ];
  });
}
