import { describe, expect, test } from 'vitest';
import { credentialIn, hashSecret, mintSecret, readSecret, sameHash } from '../../src/auth/secret.js';

describe('rule 26: secrets', () => {
  test.each(['key', 'session', 'invitation'] as const)(
    'a %s has a prefix that secret scanners can find',
    (kind) => {
      const minted = mintSecret(kind);
      expect(minted).toEqual({
        secret: expect.stringMatching(new RegExp(`^rollcall_${kind}_[0-9a-f]{16}_[A-Za-z0-9_-]{43}$`)),
        lookup: expect.stringMatching(/^[0-9a-f]{16}$/),
        hash: hashSecret(minted.secret),
        prefix: `rollcall_${kind}_${minted.lookup}`,
      });
      expect(minted.secret.startsWith(`${minted.prefix}_`)).toBe(true);
      expect(readSecret(minted.secret)).toEqual({ kind, lookup: minted.lookup });
    },
  );

  test('no two generated secrets are the same', () => {
    const minted = Array.from({ length: 100 }, () => mintSecret('key'));
    expect(new Set(minted.map(({ secret }) => secret)).size).toBe(100);
    expect(new Set(minted.map(({ lookup }) => lookup)).size).toBe(100);
  });

  test('the hash is SHA-256, in hex', () => {
    expect(hashSecret('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
  });

  const { secret } = mintSecret('key');

  test.each([
    '',
    'operator-token-of-the-tests',
    secret.slice(0, -1),
    `${secret}a`,
    ` ${secret}`,
    `${secret}\n`,
    secret.toUpperCase(),
    secret.replace('_key_', '_cat_'),
    secret.replace('rollcall', 'rollcal1'),
  ])('%j is not a well-formed secret', (text) => {
    expect(readSecret(text)).toBeUndefined();
  });

  test('hashes of any lengths are compared for equality', () => {
    expect(sameHash('abcd', 'abcd')).toBe(true);
    expect(sameHash('abcd', 'abce')).toBe(false);
    expect(sameHash('abcd', 'abcde')).toBe(false);
    expect(sameHash('', '')).toBe(true);
  });
});

describe('the credential in an Authorization header', () => {
  test.each([
    [undefined, undefined],
    ['', undefined],
    ['   ', undefined],
    ['Bearer', undefined],
    ['Bearer ', undefined],
    // Okta's header-auth app sends the token as it is.
    ['token', 'token'],
    ['  token  ', 'token'],
    ['Bearer token', 'token'],
    ['bearer   token', 'token'],
    ['BEARER\ttoken', 'token'],
    ['bearertoken', 'bearertoken'],
  ])('of %j is %j', (header, credential) => {
    expect(credentialIn(header)).toBe(credential);
  });
});
