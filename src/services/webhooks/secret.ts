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

/** The secrets of a webhook, encrypted: the current one, and earlier ones while rotations overlap. */
export interface SigningSecrets extends Pick<Webhook, 'secret' | 'previousSecret' | 'previousSecretUntil'> {
  readonly webhookId: string;
}

/** A secret before a rotation, which signs too until its end. */
export interface EarlierSecret {
  readonly secret: string;
  readonly until: Date;
}

/**
 * The secrets that sign now, the current one first.
 * @throws UndecipherableError when no configured key decrypts the current one
 */
export function signingSecrets(context: ServiceContext, secrets: SigningSecrets): string[] {
  const { encryption } = context.sso;
  if (encryption === null) throw new UndecipherableError('SECRETS_KEY is not set');
  const current = encryption.decrypt(secrets.secret, purposeOf(secrets.webhookId));
  return [current, ...earlierSecrets(context, secrets).map(({ secret }) => secret)];
}

/**
 * The secrets that sign until the ends of rotations, when the current one is replaced too.
 * @param until the end of the current one
 * @throws DomainError FORBIDDEN in production without SECRETS_KEY
 */
export function secretsAfterRotation(
  context: ServiceContext,
  secrets: SigningSecrets,
  until: Date,
): EarlierSecret[] {
  const encryption = encryptionOf(context);
  const current = decipherable(() => encryption.decrypt(secrets.secret, purposeOf(secrets.webhookId)));
  return [
    ...(current === undefined ? [] : [{ secret: current, until }]),
    ...earlierSecrets(context, secrets),
  ];
}

/** The columns of earlier secrets: all in one text, each followed by `@` and its end where that is not the last end. */
export function encryptEarlier(
  context: ServiceContext,
  webhookId: string,
  earlier: readonly EarlierSecret[],
): Pick<Webhook, 'previousSecret' | 'previousSecretUntil'> {
  if (earlier.length === 0) return { previousSecret: null, previousSecretUntil: null };
  const last = Math.max(...earlier.map(({ until }) => until.getTime()));
  const texts = earlier.map(({ secret, until }) =>
    until.getTime() === last ? secret : `${secret}@${until.toISOString()}`,
  );
  return {
    previousSecret: encryptSecret(context, webhookId, texts.join(' ')),
    previousSecretUntil: new Date(last),
  };
}

function earlierSecrets(
  { sso: { encryption }, clock }: ServiceContext,
  { webhookId, previousSecret, previousSecretUntil: last }: SigningSecrets,
): EarlierSecret[] {
  const now = clock();
  if (encryption === null || previousSecret === null || last === null || last <= now) return [];
  const texts = decipherable(() => encryption.decrypt(previousSecret, purposeOf(webhookId)));
  if (texts === undefined) return [];
  return texts
    .split(' ')
    .map((text) => {
      const [secret = '', end] = text.split('@');
      return { secret, until: end === undefined ? last : new Date(end) };
    })
    .filter(({ until }) => until > now);
}

/** The key of an old secret may be lost, which is a reason to rotate. */
function decipherable(decrypt: () => string): string | undefined {
  try {
    return decrypt();
  } catch (error) {
    if (error instanceof UndecipherableError) return undefined;
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
