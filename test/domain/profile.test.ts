import { describe, expect, test } from 'vitest';
import { DomainError } from '../../src/domain/errors.js';
import { emailAddresses, type Profile, parseProfile, requireShortTexts } from '../../src/domain/profile.js';
import { refusalOf } from './refusal.js';

function refusal(value: unknown): DomainError {
  try {
    parseProfile(value);
  } catch (error) {
    if (error instanceof DomainError) return error;
    throw error;
  }
  throw new Error('was accepted');
}

describe('rule 20: what an identity provider sends about a person is kept and returned', () => {
  test('keeps all attributes of RFC 7643 §4.1 and §4.3 that are about the person', () => {
    const profile = {
      name: { formatted: 'Dr. Ann Lee', familyName: 'Lee', givenName: 'Ann', honorificPrefix: 'Dr.' },
      displayName: 'Ann Lee',
      nickName: 'Annie',
      profileUrl: 'https://acme.test/ann',
      title: 'Engineer',
      userType: 'Employee',
      preferredLanguage: 'en',
      locale: 'en-US',
      timezone: 'America/Los_Angeles',
      emails: [{ value: 'ann@acme.test', type: 'work', primary: true }],
      phoneNumbers: [{ value: '+1 201 555 0123', type: 'mobile' }],
      ims: [{ value: 'ann', type: 'xmpp' }],
      photos: [{ value: 'https://acme.test/ann.png', type: 'thumbnail' }],
      addresses: [{ streetAddress: '1 Main St', locality: 'Springfield', country: 'US', type: 'work' }],
      entitlements: [{ value: 'vpn' }],
      roles: [{ value: 'engineer', display: 'Engineer', primary: false }],
      x509Certificates: [{ value: 'MIIDQzCC' }],
      enterprise: {
        employeeNumber: '701984',
        costCenter: '4130',
        organization: 'Acme',
        division: 'Lab',
        department: 'Research',
        manager: { value: '26118915', $ref: '../Users/26118915' },
      },
    };
    expect(parseProfile(profile)).toEqual(profile);
  });

  test('drops what is not about the person: unknown attributes, passwords, access', () => {
    expect(
      parseProfile({
        title: 'x',
        password: '1mz050nq',
        userName: 'a',
        active: true,
        role: 'admin',
        shoe: 42,
      }),
    ).toEqual({ title: 'x' });
  });

  test('reads names without case and stores them in the spelling of the RFC', () => {
    expect(parseProfile({ DISPLAYNAME: 'Ann', Name: { GIVENNAME: 'Ann' } })).toEqual({
      name: { givenName: 'Ann' },
      displayName: 'Ann',
    });
  });

  test('null, "", [] and {} count as not sent, at any depth', () => {
    expect(
      parseProfile({
        title: null,
        nickName: '',
        emails: [],
        name: { givenName: '', familyName: null },
        phoneNumbers: [null, {}, { type: 'work', value: '' }],
        enterprise: { manager: {} },
      }),
    ).toEqual({});
  });

  test('properties that JavaScript objects inherit are unknown attributes like any other', () => {
    const profile = parseProfile(
      JSON.parse(
        '{"__proto__":{"title":"x"},"constructor":{"prototype":{"y":1}},"name":{"__proto__":{"givenName":"z"}}}',
      ),
    );
    expect(profile).toEqual({});
    expect(Object.hasOwn(Object.prototype, 'title')).toBe(false);
  });
});

describe('rule 21: sending the same values twice changes nothing', () => {
  test('values in another order, spelling or form become the same text', () => {
    const one = parseProfile({
      emails: { type: 'work', value: 'a@x.test', primary: 'True' },
      displayName: 'Ann',
      name: { givenName: 'Ann', familyName: 'Lee' },
      title: '',
    });
    const other = parseProfile({
      name: { familyName: 'Lee', givenName: 'Ann' },
      DisplayName: 'Ann',
      emails: [{ primary: true, Value: 'a@x.test', type: 'work' }],
    });
    expect(JSON.stringify(other)).toBe(JSON.stringify(one));
  });

  test('parsing a parsed profile changes nothing', () => {
    const profile = parseProfile({ roles: 'lead', enterprise: { manager: '7', employeeNumber: 7 } });
    expect(parseProfile(profile)).toEqual(profile);
  });

  test('a repeated value counts once', () => {
    expect(parseProfile({ roles: [{ value: 'lead' }, { value: 'lead' }] })).toEqual({
      roles: [{ value: 'lead' }],
    });
  });
});

describe('forms in which providers send values', () => {
  test('"True" and "False" for booleans (Entra)', () => {
    expect(
      parseProfile({
        roles: [
          { value: 'a', primary: 'False' },
          { value: 'b', primary: 'true' },
        ],
      }),
    ).toEqual({
      roles: [
        { value: 'a', primary: false },
        { value: 'b', primary: true },
      ],
    });
  });

  test('whole numbers for texts', () => {
    expect(parseProfile({ enterprise: { employeeNumber: 701984 } })).toEqual({
      enterprise: { employeeNumber: '701984' },
    });
  });

  test('plain text for a value of a list, and for the manager (Entra)', () => {
    expect(parseProfile({ emails: ['a@x.test'], enterprise: { manager: '26118915' } })).toEqual({
      emails: [{ value: 'a@x.test' }],
      enterprise: { manager: { value: '26118915' } },
    });
  });

  test('several primary values: the first stays primary', () => {
    expect(
      parseProfile({
        emails: [
          { value: 'a@x.test', primary: true },
          { value: 'b@x.test', primary: true },
        ],
      }),
    ).toEqual({
      emails: [
        { value: 'a@x.test', primary: true },
        { value: 'b@x.test', primary: false },
      ],
    });
  });
});

describe('INVALID_INPUT names the attribute and what is allowed', () => {
  test.each([
    ['a profile that is no object', 'x', 'profile', 'profile must be an object.'],
    ['a list for one text', { title: ['x'] }, 'title', 'title must be text.'],
    ['a boolean for a text', { title: true }, 'title', 'title must be text.'],
    ['a fraction for a text', { title: 1.5 }, 'title', 'title must be text.'],
    [
      'a text for parts',
      { name: 'Ann' },
      'name',
      'name must be an object with formatted, familyName, givenName, middleName, honorificPrefix, honorificSuffix.',
    ],
    [
      'a number for a boolean',
      { emails: [{ value: 'a', primary: 1 }] },
      'emails.primary',
      'emails.primary must be true or false.',
    ],
    [
      'NUL, which PostgreSQL cannot hold',
      { enterprise: { manager: { value: 'a\0b' } } },
      'enterprise.manager.value',
      'enterprise.manager.value must be text without NUL or broken characters.',
    ],
    [
      'half of a surrogate pair',
      { title: '\ud800' },
      'title',
      'title must be text without NUL or broken characters.',
    ],
    [
      'a list without end',
      { roles: Array.from({ length: 201 }, (_, index) => String(index)) },
      'roles',
      'roles must be a list of at most 200 values.',
    ],
  ])('%s', (_case, value, attribute, message) => {
    const error = refusal(value);
    expect([error.code, error.message, error.details]).toEqual(['INVALID_INPUT', message, { attribute }]);
  });
});

describe('the longest texts', () => {
  test.each<[path: string, longest: number, profileWith: (text: string) => Profile]>([
    ['displayName', 800, (text) => ({ displayName: text })],
    ['name.givenName', 800, (text) => ({ name: { givenName: text } })],
    ['enterprise.manager.value', 800, (text) => ({ enterprise: { manager: { value: text } } })],
    ['emails.value', 800, (text) => ({ emails: [{ value: 'a@x.test' }, { value: text }] })],
    ['photos.value', 65_536, (text) => ({ photos: [{ value: text }] })],
    ['x509Certificates.value', 65_536, (text) => ({ x509Certificates: [{ value: text }] })],
  ])('%s: %i characters', (path, longest, profileWith) => {
    const [longestOne, longer] = ['x'.repeat(longest), 'x'.repeat(longest + 1)].map(profileWith);
    requireShortTexts(longestOne ?? {}, {});
    expect(refusalOf(() => requireShortTexts(longer ?? {}, {}))).toEqual({
      code: 'INVALID_INPUT',
      message: `${path} has ${longest + 1} characters, and may have at most ${longest}.`,
      attribute: path,
    });
  });

  test('a longer one that the person has already is accepted, in its attribute alone', () => {
    const text = 'x'.repeat(801);
    const before = { title: text, roles: [{ value: text }] };
    requireShortTexts({ ...before, displayName: 'Ann', roles: [{ value: 'lead' }, { value: text }] }, before);
    expect(refusalOf(() => requireShortTexts({ nickName: text }, before))).toMatchObject({
      attribute: 'nickName',
    });
  });
});

test('rule 14: addresses are tried in order, the primary e-mail first', () => {
  expect(
    emailAddresses({
      emails: [
        { value: 'a@x.test' },
        { type: 'home' },
        { value: 'b@x.test', primary: true },
        { value: 'c@x.test' },
      ],
    }),
  ).toEqual(['b@x.test', 'a@x.test', 'c@x.test']);
  expect(emailAddresses({})).toEqual([]);
});
