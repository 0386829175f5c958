import { describe, expect, test } from 'vitest';
import { addressOf, isAddress } from '../../src/domain/address.js';
import { refusalOf } from './refusal.js';

describe('an e-mail address, as far as it can be checked without sending mail', () => {
  test.each([
    'ann@acme.test',
    'Ann.Lee+scim@acme.test',
    'ann@localhost',
    'jürgen@müller.test',
    ' ann@acme.test',
    'ann@acme.test\u00a0\n',
    'ａｎｎ＠ａｃｍｅ．ｔｅｓｔ',
    'ann@[192.0.2.1]',
    `${'a'.repeat(244)}@acme.test`,
  ])('%s is valid', (text) => {
    expect(isAddress(text)).toBe(true);
  });

  test.each([
    '',
    'ann',
    '@acme.test',
    'ann@',
    'ann@lee@acme.test',
    'ann lee@acme.test',
    'ann\0@acme.test',
    'mailto:ann@acme.test',
    'ann@xn--zzzzzz99999.test',
    `${'a'.repeat(245)}@acme.test`,
  ])('%j is not valid', (text) => {
    expect(isAddress(text)).toBe(false);
  });
});

describe('rule 14: the account of a member', () => {
  const EMAILS = [
    { value: 'home@acme.test', type: 'home' },
    { value: 'work@acme.test', primary: true },
  ];

  test.each([
    ['is the one of userName, when it is an address', 'ann@acme.test', EMAILS, 'ann@acme.test'],
    ['else that of the primary e-mail', 'ann', EMAILS, 'work@acme.test'],
    ['else that of the first e-mail', 'ann', EMAILS.slice(0, 1), 'home@acme.test'],
    [
      'ignores an e-mail that is not an address',
      'ann',
      [{ value: 'x', primary: true }, ...EMAILS],
      'work@acme.test',
    ],
  ])('%s', (_case, userName, emails, address) => {
    expect(addressOf(userName, { emails })).toBe(address);
  });

  test.each([[[]], [[{ value: 'not an address' }]]])(
    'is refused when neither userName nor an e-mail (%j) is an address',
    (emails) => {
      expect(refusalOf(() => addressOf('ann', { emails }))).toEqual({
        code: 'INVALID_INPUT',
        message: 'userName must have the form ann@example.com.',
        attribute: 'userName',
        providerMessage: 'userName "ann" is not an e-mail address, and no e-mail was sent.',
        providerHint: 'Map userName to the e-mail address, or send the address in emails.',
      });
    },
  );
});
