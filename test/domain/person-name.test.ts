import { expect, test } from 'vitest';
import { personName } from '../../src/domain/person-name.js';

const name = { formatted: 'Dr. Ann Lee', givenName: 'Ann', familyName: 'Lee' };

test.each([
  ['the display name', { displayName: 'Annie', name }, 'Annie'],
  ['the formatted name', { displayName: ' ', name }, 'Dr. Ann Lee'],
  ['given and family name', { name: { ...name, formatted: null } }, 'Ann Lee'],
  ['the family name alone', { displayName: null, name: { familyName: 'Lee' } }, 'Lee'],
  ['the userName', { displayName: null, name: null }, 'ann@acme.test'],
])('the name of a person is %s', (_, profile, shown) => {
  expect(personName(profile, 'ann@acme.test')).toBe(shown);
});
