import { describe, expect, test } from 'vitest';
import { ALIAS, ANN, ann, ENTERPRISE, patched, ROLLCALL } from './member.js';

const [work, home] = [
  { value: 'ann@acme.test', type: 'work', primary: true },
  { value: 'ann@home.test', type: 'home' },
];

describe('Okta', () => {
  test('deactivates without a path', () => {
    expect(patched([{ op: 'replace', value: { active: false } }])).toEqual({
      resource: ann({ active: false }),
      touched: { active: false },
    });
  });
});

describe('Microsoft Entra ID, without aadOptscim062020', () => {
  test('capitalized operations, and text for booleans', () => {
    expect(patched([{ op: 'Replace', path: 'active', value: 'False' }])).toEqual({
      resource: ann({ active: false }),
      touched: { active: false },
    });
  });

  test('filtered paths create missing values', () => {
    expect(
      patched([
        { op: 'Add', path: 'phoneNumbers[type eq "work"].value', value: '+1 201 555 0123' },
        { op: 'Replace', path: 'emails[type eq "other"].value', value: 'ann@other.test' },
        { op: 'Add', path: 'addresses[type eq "work"].streetAddress', value: '1 Main St' },
        { op: 'Add', path: 'addresses[type eq "work"].country', value: 'US' },
        { op: 'Add', path: 'roles[primary eq "True"].value', value: 'engineer' },
        { op: 'Add', path: 'ims[type eq "xmpp" and primary eq true]', value: [{ value: 'ann' }] },
      ]),
    ).toEqual({
      resource: ann({
        phoneNumbers: [{ type: 'work', value: '+1 201 555 0123' }],
        emails: [work, home, { type: 'other', value: 'ann@other.test' }],
        addresses: [{ type: 'work', streetAddress: '1 Main St', country: 'US' }],
        roles: [{ primary: true, value: 'engineer' }],
        ims: [{ type: 'xmpp', primary: true, value: 'ann' }],
      }),
      touched: {},
    });
  });

  test('filtered paths with an empty value create nothing', () => {
    expect(
      patched([{ op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: null }]).resource,
    ).toEqual(ANN);
    expect(
      patched([{ op: 'Replace', path: 'phoneNumbers[type eq "work"].value', value: '' }]).resource,
    ).toEqual(ANN);
  });

  test('removes values by listing them', () => {
    expect(patched([{ op: 'Remove', path: 'emails', value: [{ value: 'ANN@home.test' }] }]).resource).toEqual(
      ann({ emails: [work] }),
    );
    expect(
      patched([{ op: 'Remove', path: 'emails', value: [{ type: 'work' }, 'x@x.test'] }]).resource,
    ).toEqual(ann({ emails: [home] }));
    expect(patched([{ op: 'Remove', path: 'emails', value: [] }]).resource).toEqual(ANN);
  });

  test('sends a manager as the id of the manager', () => {
    expect(patched([{ op: 'Add', path: `${ENTERPRISE}:manager`, value: '26118915' }]).resource).toEqual(
      ann({ [ENTERPRISE]: { department: 'Research', manager: { value: '26118915' } } }),
    );
  });

  test('sends a value as a list of one, with a null $ref', () => {
    const one = (value: unknown) => [{ $ref: null, value }];
    expect(
      patched([
        { op: 'Replace', path: 'name.givenName', value: one('Anna') },
        { op: 'Add', path: 'title', value: one('Dr.') },
        { op: 'Replace', path: 'active', value: one('False') },
        { op: 'Replace', path: `${ALIAS}:role`, value: one('viewer') },
      ]),
    ).toEqual({
      resource: ann({
        name: { givenName: 'Anna', familyName: 'Lee' },
        title: 'Dr.',
        active: false,
        [ROLLCALL]: { role: 'viewer', creditLimit: 500 },
      }),
      touched: { active: false, role: 'viewer' },
    });
  });

  test('sends attributes of the enterprise extension without its URN', () => {
    const manager = { $ref: 'https://idp.test/Users/26118915', value: '26118915' };
    expect(
      patched([
        { op: 'Add', path: 'manager', value: [manager] },
        { op: 'Replace', path: 'DEPARTMENT', value: 'Lab' },
        { op: 'Replace', value: { 'manager.displayName': 'Jo' } },
      ]).resource,
    ).toEqual(ann({ [ENTERPRISE]: { department: 'Lab', manager: { ...manager, displayName: 'Jo' } } }));
  });

  test('sends our attributes under the only form of name that its screens accept', () => {
    expect(patched([{ op: 'Add', path: `${ALIAS}:role`, value: 'admin' }]).touched).toEqual({
      role: 'admin',
    });
  });
});

describe('Microsoft Entra ID with aadOptscim062020', () => {
  test('objects without a path, with dotted keys, URNs and filters', () => {
    expect(
      patched([
        {
          op: 'replace',
          value: {
            displayName: 'Anna Lee',
            'name.givenName': 'Anna',
            'emails[type eq "work"].value': 'anna@acme.test',
            [`${ENTERPRISE}:department`]: 'Lab',
            [`${ALIAS}:role`]: 'viewer',
            active: true,
          },
        },
        {
          op: 'add',
          value: { [`${ROLLCALL}:creditLimit`]: 700, [ENTERPRISE]: { 'manager.displayName': 'Jo' } },
        },
      ]),
    ).toEqual({
      resource: ann({
        displayName: 'Anna Lee',
        name: { givenName: 'Anna', familyName: 'Lee' },
        emails: [{ ...work, value: 'anna@acme.test' }, home],
        [ROLLCALL]: { role: 'viewer', creditLimit: 700 },
        [ENTERPRISE]: { department: 'Lab', manager: { value: '7', displayName: 'Jo' } },
      }),
      touched: { role: 'viewer', creditLimit: 700, active: true },
    });
  });
});

describe('OneLogin', () => {
  test('sends empty parameters as "" or null: a path, an attribute, a part', () => {
    expect(
      patched([
        {
          op: 'replace',
          path: '',
          value: {
            title: '',
            displayName: null,
            name: { givenName: 'Ann', familyName: '' },
            phoneNumbers: [{ type: 'work', value: '' }],
            [ROLLCALL]: { role: '', creditLimit: '' },
          },
        },
      ]),
    ).toEqual({
      resource: ann({ displayName: undefined, name: { givenName: 'Ann' }, [ROLLCALL]: { role: 'editor' } }),
      touched: { role: '', creditLimit: null },
    });
  });
});
