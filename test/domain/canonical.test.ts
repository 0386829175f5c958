import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import {
  canonicalName,
  canonicalPart,
  canonicalUserName,
  DUPLICATE,
  withoutBlanks,
} from '../../src/domain/canonical.js';

describe('rule 15a: one canonical form of addresses and userNames', () => {
  test.each<[string, string, string]>([
    ['letters without case', 'Ann.Lee@ACME.test', 'ann.lee@acme.test'],
    ['blanks around', '\u00a0\tann@acme.test \u3000\r\n', 'ann@acme.test'],
    ['NFC (case 3)', 'mu\u0308ller@t.test', 'm\u00fcller@t.test'],
    ['the Kelvin sign, which NFC makes a K (case 2)', '\u212aelvin@t.test', 'kelvin@t.test'],
    ['full-width letters and signs (case 3)', 'ａｎｎ＠ｔ．ｔｅｓｔ', 'ann@t.test'],
    ['half-width katakana', '\uff76\uff9e@t.test', '\u30ac@t.test'],
    ['half-width Hangul', '\uffa1@t.test', '\u3131@t.test'],
    ['domains in ASCII (IDNA)', 'ann@M\u00dcLLER.test', 'ann@xn--mller-kva.test'],
    ['domains that are in ASCII already', 'ann@XN--mller-kva.test', 'ann@xn--mller-kva.test'],
    ['ideographic full stops in domains', 'ann@a\u3002test', 'ann@a.test'],
    [
      'sharp s and ss are different domains (UTS #46, non-transitional)',
      'ann@fa\u00df.test',
      'ann@xn--fa-hia.test',
    ],
    ['capital I with a dot keeps the dot', '\u0130n@t.test', 'i\u0307n@t.test'],
    ['dotless i is no i', '\u0131n@t.test', '\u0131n@t.test'],
    ['final sigma', '\u03a3\u039f\u03a3@t.test', '\u03c3\u03bf\u03c2@t.test'],
    ['a domain literal', 'ann@[192.0.2.1]', 'ann@[192.0.2.1]'],
    ['a userName that is no address', ' Ann\u00a0Lee ', 'ann lee'],
    ['a userName whose domain is none', 'A@xn--zzzzzz99999', 'a@xn--zzzzzz99999'],
  ])('%s: %j', (_case, text, canonical) => {
    expect(canonicalUserName(text)).toBe(canonical);
  });

  test('a domain is not read as a number: 0x7f.1 is not 127.0.0.1', () => {
    expect(canonicalUserName('ann@0x7f.1')).toBe('ann@0x7f.1');
  });
});

describe('rule 15a: one canonical form of group names', () => {
  test.each<[string, string, string]>([
    ['case 6: blanks around', 'Sales ', 'sales'],
    ['spaces of any kind', 'Sales\u2003Team', 'sales team'],
    ['an emoji with or without its variation selector', '\u2764\ufe0f Team', '\u2764 team'],
    ['what looks like an address is a name', 'x@M\u00dcLLER.test', 'x@m\u00fcller.test'],
  ])('%s: %j', (_case, text, canonical) => {
    expect(canonicalName(text)).toBe(canonical);
  });
});

const TEXT = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({
    unit: fc.constantFrom(...'aKk@.ü\u0308\u212a\u0130\u03a3\u03c2ａ＠．\uff76\uff9e \u00a0\ufe0fxn-'),
  }),
  fc.emailAddress(),
);

describe('for any text', () => {
  test('the canonical form of a canonical form is the same', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        for (const canonical of [canonicalUserName, canonicalName])
          expect(canonical(canonical(text))).toBe(canonical(text));
      }),
      { numRuns: 2000 },
    );
  });

  test('spellings that differ in surrounding blanks, in NFC and NFD, and in ASCII case have one canonical form', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        for (const canonical of [canonicalUserName, canonicalName]) {
          expect(canonical(`\u3000${text}\t`)).toBe(canonical(text));
          expect(canonical(text.normalize('NFD'))).toBe(canonical(text));
          const inCapitals = text.replace(/[a-z]+/g, (letters) => letters.toUpperCase());
          expect(canonical(inCapitals)).toBe(canonical(text));
        }
      }),
      { numRuns: 2000 },
    );
  });

  test('a canonical form never looks like the mark of a duplicate', () => {
    fc.assert(
      fc.property(TEXT, (text) => {
        expect(canonicalUserName(`${DUPLICATE}${text}`).startsWith(DUPLICATE)).toBe(false);
      }),
    );
  });
});

describe('a part of an address, in the filters contains, starts with and ends with', () => {
  test.each<[string, string]>([
    ['ANN', 'ann'],
    [' ann', ' ann'],
    ['mu\u0308', 'm\u00fc'],
    ['@M\u00fcller.test', '@xn--mller-kva.test'],
    ['x@', 'x@'],
  ])('%j', (text, part) => {
    expect(canonicalPart(text)).toBe(part);
  });
});

test('blanks are the characters with the Unicode property White_Space', () => {
  expect(withoutBlanks('\u0085\u2028 a b \u202f')).toBe('a b');
  expect(withoutBlanks('\u200ba')).toBe('\u200ba');
});
