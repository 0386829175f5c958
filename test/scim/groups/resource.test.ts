import { expect, test } from 'vitest';
import { groupBody, groupResource } from '../../../src/scim/groups/resource.js';
import { jsonOf } from '../../../src/scim/http/json-bytes.js';

/** A Group that is sent as it is has the bytes of the Group that parts are selected from (RFC 7643 §4.2). */

const BASE = 'https://rollcall.test/scim/v2/organizations/0191"é';
const ID = '01920000-0000-7000-8000-00000000000a';
const NAMES = [
  'Ann',
  '',
  'Ann "Ace" O\'Hara \\',
  'line\nbreak\u0001\u2028',
  'Müller',
  '山田',
  '😀',
  '\ud800',
];
const group = {
  id: ID,
  version: 3,
  displayName: 'Engineers "é"',
  externalId: null,
  createdAt: new Date(0),
  updatedAt: '2026-11-30T00:00:00.000Z',
};

test.each([
  ['with names of all kinds', NAMES.map((name) => ({ id: ID, name }))],
  ['with thousands', Array.from({ length: 3000 }, (_, index) => ({ id: ID, name: `Müller ${index}` }))],
  ['with nobody', []],
])('a group %s', (_, everyMember) => {
  const sent = jsonOf(groupBody({ ...group, externalId: 'x', everyMember }, BASE));
  const text = JSON.stringify(groupResource({ ...group, externalId: 'x', everyMember }, BASE));
  expect(sent.toString()).toBe(text);
});

test('a group whose members were not requested', () => {
  expect(jsonOf(groupBody(group, BASE))).toBe(JSON.stringify(groupResource(group, BASE)));
});

test('JSON.stringify gives the same', () => {
  const body = groupBody({ ...group, everyMember: [{ id: ID, name: 'Ann' }] }, BASE);
  expect(JSON.stringify(body)).toBe(jsonOf(body).toString());
});
