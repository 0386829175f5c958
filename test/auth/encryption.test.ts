import { describe, expect, test } from 'vitest';
import {
  Encryption,
  isEncryptionKey,
  newEncryptionKey,
  UndecipherableError,
} from '../../src/auth/encryption.js';

const [FIRST, SECOND] = [newEncryptionKey(), newEncryptionKey()];

function withKeys(...keys: string[]): Encryption {
  const encryption = Encryption.withKeys(keys);
  if (encryption === undefined) throw new Error('no keys');
  return encryption;
}

describe('rule 37: secrets at rest', () => {
  test('are decrypted for the same purpose', () => {
    const encrypted = withKeys(FIRST).encrypt('geheim ✓', 'a');
    expect(encrypted).toMatch(/^v1\.[0-9a-f]{8}\.[\w-]{16}\.[\w-]+$/);
    expect(encrypted).not.toContain('geheim');
    expect(withKeys(FIRST).decrypt(encrypted, 'a')).toBe('geheim ✓');
  });

  test('look different each time, also for the same text', () => {
    expect(withKeys(FIRST).encrypt('s', 'a')).not.toBe(withKeys(FIRST).encrypt('s', 'a'));
  });

  test.each<[string, (encrypted: string) => [string, string]]>([
    ['another purpose', (encrypted) => [encrypted, 'b']],
    ['an altered text', (encrypted) => [`${encrypted.slice(0, -2)}AA`, 'a']],
    ['a shortened text', (encrypted) => [encrypted.slice(0, -8), 'a']],
    [
      'another initialization vector',
      (encrypted) => [encrypted.replace(/\.[\w-]{16}\./, '.AAAAAAAAAAAAAAAA.'), 'a'],
    ],
    ['another format', (encrypted) => [encrypted.replace('v1', 'v2'), 'a']],
    ['text that is not encrypted', () => ['plain', 'a']],
    ['an empty text', () => ['', 'a']],
  ])('are not decrypted with %s', (_name, changed) => {
    const encryption = withKeys(FIRST);
    const [text, purpose] = changed(encryption.encrypt('secret', 'a'));
    expect(() => encryption.decrypt(text, purpose)).toThrow(UndecipherableError);
  });
});

describe('rotation', () => {
  test('encrypts with the first key and decrypts with all of them', () => {
    const old = withKeys(FIRST).encrypt('secret', 'a');
    const both = withKeys(SECOND, FIRST);
    expect(both.decrypt(old, 'a')).toBe('secret');
    expect(both.isCurrent(old)).toBe(false);
    const anew = both.encrypt('secret', 'a');
    expect(both.isCurrent(anew)).toBe(true);
    expect(withKeys(SECOND).decrypt(anew, 'a')).toBe('secret');
    expect(() => withKeys(FIRST).decrypt(anew, 'a')).toThrow(
      /SECRETS_KEY has no key with the id [0-9a-f]{8}/,
    );
  });

  test('nothing can be encrypted without keys', () => {
    expect(Encryption.withKeys([])).toBe(undefined);
  });
});

test.each([
  [newEncryptionKey(), true],
  [newEncryptionKey().replaceAll('+', '-').replaceAll('/', '_'), true],
  ['', false],
  ['short', false],
  ['A'.repeat(42), false],
  [`${'A'.repeat(43)}==`, false],
  [Buffer.alloc(16).toString('base64'), false],
  ['Ä'.repeat(43), false],
])('a key is 32 bytes in base64: %s, %s', (text, expected) => {
  expect(isEncryptionKey(text)).toBe(expected);
});
