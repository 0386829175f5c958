import { createCipheriv, createDecipheriv, hash, randomBytes } from 'node:crypto';

/** The length of a key in bytes: AES-256. */
export const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const FORMAT = 'v1';

/** The text cannot be decrypted: its key was removed from SECRETS_KEY, or the text was altered or moved. */
export class UndecipherableError extends Error {
  constructor(reason: string) {
    super(`A stored secret cannot be decrypted: ${reason}.`);
    this.name = 'UndecipherableError';
  }
}

interface Key {
  /** Identifies the key in encrypted texts; reveals nothing about the key. */
  readonly id: string;
  readonly bytes: Buffer;
}

/**
 * Encrypts secrets that must be readable later, such as client secrets, with AES-256-GCM (NIST SP 800-38D). The first
 * key encrypts; all keys decrypt, so that keys can be rotated without an interruption.
 */
export class Encryption {
  readonly #keys: ReadonlyMap<string, Key>;
  readonly #current: Key;

  private constructor(current: Key, keys: readonly Key[]) {
    this.#current = current;
    this.#keys = new Map(keys.map((key) => [key.id, key]));
  }

  /**
   * @param keys in base64, 32 bytes each; the first one encrypts
   * @returns undefined without keys
   * @throws RangeError for a key of another length
   */
  static withKeys(keys: readonly string[]): Encryption | undefined {
    const read = keys.map(keyOf);
    const [current] = read;
    return current === undefined ? undefined : new Encryption(current, read);
  }

  /**
   * @param purpose the kind and owner of the secret, such as `sso-connection:<id>`; the text can be decrypted for the
   *   same purpose only, so that copying it into another row is useless
   * @returns `v1.<key id>.<initialization vector>.<ciphertext and tag>`
   */
  encrypt(text: string, purpose: string): string {
    const { id, bytes } = this.#current;
    const iv = randomBytes(IV_BYTES);
    const cipher = createCipheriv('aes-256-gcm', bytes, iv).setAAD(aad(id, purpose));
    const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final(), cipher.getAuthTag()]);
    return [FORMAT, id, iv.toString('base64url'), sealed.toString('base64url')].join('.');
  }

  /**
   * Decrypts a text for the purpose for which it was encrypted.
   * @throws UndecipherableError
   */
  decrypt(encrypted: string, purpose: string): string {
    const [format, id = '', iv = '', sealed = ''] = encrypted.split('.');
    const key = this.#keys.get(id);
    if (format !== FORMAT) throw new UndecipherableError('it has an unknown format');
    if (key === undefined) throw new UndecipherableError(`SECRETS_KEY has no key with the id ${id}`);
    const bytes = Buffer.from(sealed, 'base64url');
    const tag = bytes.subarray(-TAG_BYTES);
    try {
      const decipher = createDecipheriv('aes-256-gcm', key.bytes, Buffer.from(iv, 'base64url'), {
        authTagLength: TAG_BYTES,
      });
      decipher.setAAD(aad(id, purpose)).setAuthTag(tag);
      return Buffer.concat([decipher.update(bytes.subarray(0, -TAG_BYTES)), decipher.final()]).toString(
        'utf8',
      );
    } catch {
      throw new UndecipherableError('it was altered, or belongs to something else');
    }
  }

  /** Whether the text was encrypted with the first key, and needs no rotation. */
  isCurrent(encrypted: string): boolean {
    return encrypted.startsWith(`${FORMAT}.${this.#current.id}.`);
  }
}

/** A new key, in the form in which SECRETS_KEY takes it. */
export function newEncryptionKey(): string {
  return randomBytes(KEY_BYTES).toString('base64');
}

/** Whether a text is a key: base64 or base64url of 32 bytes. */
export function isEncryptionKey(text: string): boolean {
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text) && Buffer.from(text, 'base64').length === KEY_BYTES;
}

function keyOf(text: string): Key {
  if (!isEncryptionKey(text)) throw new RangeError('an encryption key must be base64 of 32 bytes');
  const bytes = Buffer.from(text, 'base64');
  return { id: hash('sha256', bytes).slice(0, 8), bytes };
}

function aad(keyId: string, purpose: string): Buffer {
  return Buffer.from(`${FORMAT}.${keyId}.${purpose}`, 'utf8');
}
