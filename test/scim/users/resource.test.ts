import { describe, expect, test } from 'vitest';
import {
  CORE_USER,
  ENTERPRISE_USER,
  ROLLCALL_ALIAS,
  ROLLCALL_USER,
} from '../../../src/scim/discovery/attributes.js';
import { ScimError } from '../../../src/scim/http/scim-error.js';
import type { MemberData } from '../../../src/scim/users/operations.js';
import { readUser, userResource } from '../../../src/scim/users/resource.js';

const BASE_URL = 'https://rollcall.test/scim/v2/organizations/w-1';

const MEMBER: MemberData = {
  id: 'm-1',
  version: 3,
  userName: 'Ann@acme.test',
  externalId: null,
  active: true,
  access: { __typename: 'RoleAccess', role: 'EDITOR', creditLimit: 500 },
  profile: { attributes: {} },
  groups: [],
  createdAt: new Date('2026-11-23T10:00:00Z'),
  updatedAt: '2026-11-24T11:30:00.250+01:00',
};

const META = {
  resourceType: 'User',
  created: '2026-11-23T10:00:00.000Z',
  lastModified: '2026-11-24T10:30:00.250Z',
  location: `${BASE_URL}/Users/m-1`,
  version: 'W/"3"',
};

describe('a member as a User', () => {
  test('V2: role and limit are in the extension, in lower case', () => {
    expect(userResource(MEMBER, 'V2', BASE_URL)).toEqual({
      schemas: [CORE_USER, ROLLCALL_USER],
      id: 'm-1',
      userName: 'Ann@acme.test',
      active: true,
      [ROLLCALL_USER]: { role: 'editor', creditLimit: 500 },
      meta: META,
    });
  });

  // RFC 7643 §4.1.2: "type": "'direct' or 'indirect'"; groups hold no groups here.
  test('groups have their URLs; without groups the attribute is absent', () => {
    const groups = [{ id: 'g-1', displayName: 'Engineers' }];
    expect(userResource({ ...MEMBER, groups }, 'V2', BASE_URL).groups).toEqual([
      { value: 'g-1', $ref: `${BASE_URL}/Groups/g-1`, display: 'Engineers', type: 'direct' },
    ]);
  });

  test('V2 without a limit: the attribute is absent', () => {
    const access = { __typename: 'RoleAccess', role: 'OWNER', creditLimit: null } as const;
    expect(userResource({ ...MEMBER, access }, 'V2', BASE_URL)[ROLLCALL_USER]).toEqual({ role: 'owner' });
  });

  test('V1: the seat type is at the root, in lower case', () => {
    const access = { __typename: 'SeatAccess', seatType: 'ELITE_2' } as const;
    expect(userResource({ ...MEMBER, access }, 'V1', BASE_URL)).toEqual({
      schemas: [CORE_USER],
      id: 'm-1',
      userName: 'Ann@acme.test',
      active: true,
      seatType: 'elite_2',
      meta: META,
    });
  });

  test('V1 without a seat: the attribute is absent', () => {
    const access = { __typename: 'SeatAccess', seatType: null } as const;
    const resource = userResource({ ...MEMBER, access }, 'V1', BASE_URL);
    expect(Object.hasOwn(resource, 'seatType')).toBe(false);
  });

  test.each(['V1', 'V2'] as const)(
    '%s, inactive: without access, and without the extension in schemas',
    (version) => {
      expect(userResource({ ...MEMBER, active: false, access: null }, version, BASE_URL)).toEqual({
        schemas: [CORE_USER],
        id: 'm-1',
        userName: 'Ann@acme.test',
        active: false,
        meta: META,
      });
    },
  );

  test('the profile as stored, with the attributes of an organization in the enterprise extension', () => {
    const attributes = {
      name: { givenName: 'Ann' },
      emails: [{ value: 'ann@acme.test', primary: true }],
      enterprise: { department: 'Sales' },
    };
    const member = { ...MEMBER, externalId: '00u1', profile: { attributes } };
    expect(userResource(member, 'V2', BASE_URL)).toEqual({
      schemas: [CORE_USER, ROLLCALL_USER, ENTERPRISE_USER],
      id: 'm-1',
      externalId: '00u1',
      userName: 'Ann@acme.test',
      name: { givenName: 'Ann' },
      emails: [{ value: 'ann@acme.test', primary: true }],
      active: true,
      [ROLLCALL_USER]: { role: 'editor', creditLimit: 500 },
      [ENTERPRISE_USER]: { department: 'Sales' },
      meta: META,
    });
  });
});

describe('parsing a User', () => {
  test("Okta's create", () => {
    const sent = readUser({
      schemas: [CORE_USER, ROLLCALL_USER],
      userName: 'ann@acme.test',
      name: { givenName: 'Ann', familyName: 'Lee' },
      emails: [{ primary: true, value: 'ann@acme.test', type: 'work' }],
      displayName: 'Ann Lee',
      locale: 'en-US',
      externalId: '00u1a2b3c4D5e6F7g8h9',
      groups: [],
      password: '1mz050nq',
      active: true,
      [ROLLCALL_USER]: { role: 'editor', creditLimit: 500 },
    });
    expect(sent).toEqual({
      userName: 'ann@acme.test',
      externalId: '00u1a2b3c4D5e6F7g8h9',
      active: true,
      role: 'editor',
      creditLimit: 500,
      profile: {
        name: { givenName: 'Ann', familyName: 'Lee' },
        emails: [{ primary: true, value: 'ann@acme.test', type: 'work' }],
        displayName: 'Ann Lee',
        locale: 'en-US',
      },
    });
  });

  test('an empty User has no attributes', () => {
    expect(Object.keys(readUser({}))).toEqual(['profile']);
  });

  // Spec scim, "Where our attributes live".
  test.each([
    { role: 'admin' },
    { ROLE: 'admin' },
    { [ROLLCALL_USER]: { role: 'admin' } },
    { [ROLLCALL_USER.toUpperCase()]: { Role: 'admin' } },
    { [ROLLCALL_ALIAS]: { role: 'admin' } },
    { [CORE_USER]: { role: 'admin' } },
    { [`${ROLLCALL_USER}:role`]: 'admin' },
    { [`${ROLLCALL_ALIAS}:role`]: 'admin' },
    { [`${CORE_USER}:role`]: 'admin' },
    { [ROLLCALL_USER]: { [`${ROLLCALL_USER}:role`]: 'admin' } },
  ])('finds role in %o', (body) => {
    expect(readUser(body)).toEqual({ role: 'admin', profile: {} });
  });

  // Rule 1: the test is presence, never truthiness.
  test.each([null, '', 0, false, {}])('passes %o on unchanged for the rules of the version', (value) => {
    expect(readUser({ seatType: value, [ROLLCALL_USER]: { role: value, creditLimit: value } })).toEqual({
      seatType: value,
      role: value,
      creditLimit: value,
      profile: {},
    });
  });

  test.each([
    { [ENTERPRISE_USER]: { department: 'Sales' } },
    { [ENTERPRISE_USER.toLowerCase()]: { DEPARTMENT: 'Sales' } },
    { [`${ENTERPRISE_USER}:department`]: 'Sales' },
  ])('reads the attributes of an organization: %o', (body) => {
    expect(readUser(body)).toEqual({ profile: { enterprise: { department: 'Sales' } } });
  });

  test.each([
    { id: 'x', meta: {}, groups: [{ value: 'g' }], schemas: [], password: 'secret' },
    { shoeSize: 43, 'urn:example:2.0:User': { shoeSize: 43 }, [ROLLCALL_USER]: { shoeSize: 43 } },
    { 'name.givenName': 'Ann', displayname: undefined },
    JSON.parse('{"__proto__":{"role":"admin"},"constructor":{"role":"admin"}}'),
    { [ROLLCALL_USER]: null, [ROLLCALL_ALIAS]: '', [ENTERPRISE_USER]: null },
  ])('ignores %o: read-only, unknown or empty', (body) => {
    const { displayname: _, ...sent } = body;
    expect(readUser(sent)).toEqual({ profile: {} });
  });

  test('takes the last of repeated attributes', () => {
    const body = { displayName: 'a', DISPLAYNAME: 'b', role: 'viewer', [ROLLCALL_USER]: { role: 'editor' } };
    expect(readUser(body)).toEqual({ role: 'editor', profile: { displayName: 'b' } });
  });

  test.each([
    [true, true],
    ['True', true],
    ['FALSE', false],
    [' false ', false],
  ])('reads active %o as %o: Entra sends text', (active, meant) => {
    expect(readUser({ active })).toEqual({ active: meant, profile: {} });
  });

  test.each([null, ''])('active %o counts as not sent', (active) => {
    expect(readUser({ active })).toEqual({ profile: {} });
  });

  test.each([
    [{ active: 'yes' }, 'active must be true or false.'],
    [{ active: 1 }, 'active must be true or false.'],
    [{ userName: 1 }, 'userName must be a string.'],
    [{ userName: ['a'] }, 'userName must be a string.'],
    [{ externalId: {} }, 'externalId must be a string.'],
    [{ [ENTERPRISE_USER]: 'Sales' }, `${ENTERPRISE_USER} must be an object.`],
    [{ [ROLLCALL_USER]: ['editor'] }, `${ROLLCALL_USER} must be an object.`],
  ])('refuses %o: invalidValue', (body, detail) => {
    expect(() => readUser(body)).toThrow(new ScimError(400, detail, 'invalidValue'));
  });

  test.each(['V1', 'V2'] as const)('%s: reads a User that was shown as the same member', (version) => {
    const attributes = { displayName: 'Ann', enterprise: { department: 'Sales' } };
    const shown = userResource({ ...MEMBER, externalId: 'x', profile: { attributes } }, version, BASE_URL);
    const access = version === 'V2' ? { role: 'editor', creditLimit: 500 } : {};
    expect(readUser(shown)).toEqual({
      userName: 'Ann@acme.test',
      externalId: 'x',
      active: true,
      ...access,
      profile: attributes,
    });
  });
});
