import { expect, test } from 'vitest';
import { matches } from '../../../src/scim/filter/matches.js';
import { parsePath } from '../../../src/scim/patch/path.js';

const WORK = { value: 'Ann@Acme.test', type: 'work', primary: true, display: '' };

function meets(filter: string, attribute = 'emails', value: typeof WORK | { value: string } = WORK): boolean {
  const path = parsePath(`${attribute}[${filter}]`);
  if (path.kind !== 'attribute' || path.filter === undefined) throw new Error('no filter');
  return matches(path.filter, value);
}

test.each([
  ['type eq "work"', true],
  ['type eq "WORK"', true],
  ['value eq "ann@acme.test"', true],
  ['value co "@ACME"', true],
  ['value sw "ann"', true],
  ['value ew ".test"', true],
  ['value gt "ann"', true],
  ['value le "ann"', false],
  ['type ne "work"', false],
  ['primary eq true', true],
  ['primary eq "True"', true],
  ['primary ne true', false],
  ['value pr and primary eq false', false],
  ['primary eq false or type eq "work"', true],
  ['not (type eq "work")', false],
])('RFC 7644 §3.4.2.2, text without case (RFC 7643 §4.1.2): %s is %s', (filter, met) => {
  expect(meets(filter)).toBe(met);
});

test.each([
  ['display pr', false],
  ['display eq null', true],
  ['display ne null', false],
  ['type ne null', true],
  ['display ne "x"', true],
  ['display co "x"', false],
  ['display gt ""', false],
])('an absent or empty sub-attribute matches only ne and eq null: %s is %s', (filter, met) => {
  expect(meets(filter)).toBe(met);
});

test('RFC 7643 §2.3.7: references are compared with case', () => {
  const photo = { value: 'https://acme.test/Ann.png' };
  expect(meets('value eq "https://acme.test/Ann.png"', 'photos', photo)).toBe(true);
  expect(meets('value eq "https://acme.test/ann.png"', 'photos', photo)).toBe(false);
});

test('properties that every object inherits are absent', () => {
  expect(meets('type pr', 'emails', JSON.parse('{"__proto__":{"type":"work"},"value":"a"}'))).toBe(false);
});
