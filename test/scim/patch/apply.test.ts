import { describe, expect, test } from 'vitest';
import { DomainError } from '../../../src/domain/errors.js';
import { accessOnly } from '../../../src/scim/patch/apply.js';
import { parsePatch } from '../../../src/scim/patch/operations.js';
import { ALIAS, ANN, ann, CORE, ENTERPRISE, patched, ROLLCALL, refusal } from './member.js';

describe('attributes with one value (RFC 7644 §3.5.2.1 to §3.5.2.3)', () => {
  test.each(['add', 'replace'])('%s sets it, whether it was present or not', (op) => {
    expect(patched([{ op, path: 'displayName', value: 'A. Lee' }])).toEqual({
      resource: ann({ displayName: 'A. Lee' }),
      touched: {},
    });
    expect(patched([{ op, path: 'title', value: 'Engineer' }]).resource).toEqual(ann({ title: 'Engineer' }));
  });

  test.each([
    ['remove', undefined],
    ['replace', null],
    ['replace', ''],
    ['add', ''],
  ])('%s with the value %j removes it', (op, value) => {
    expect(patched([{ op, path: 'externalId', value }]).resource).toEqual(ann({ externalId: undefined }));
  });

  test('remove of an absent attribute changes nothing', () => {
    expect(patched([{ op: 'remove', path: 'title' }])).toEqual({ resource: ANN, touched: {} });
    expect(patched([{ op: 'remove', path: 'phoneNumbers[type eq "work"].value' }]).resource).toEqual(ANN);
    expect(patched([{ op: 'remove', path: 'emails[type eq "other"]' }]).resource).toEqual(ANN);
    expect(patched([{ op: 'remove', path: 'name.middleName' }]).resource).toEqual(ANN);
  });

  test('sub-attributes that are not named stay unchanged (§3.5.2.3)', () => {
    expect(patched([{ op: 'replace', path: 'name', value: { GIVENNAME: 'Anna' } }]).resource).toEqual(
      ann({ name: { givenName: 'Anna', familyName: 'Lee' } }),
    );
    expect(patched([{ op: 'replace', path: 'name.familyName', value: 'Li' }]).resource).toEqual(
      ann({ name: { givenName: 'Ann', familyName: 'Li' } }),
    );
    expect(patched([{ op: 'replace', path: 'name', value: { familyName: null, shoe: 1 } }]).resource).toEqual(
      ann({ name: { givenName: 'Ann' } }),
    );
  });

  test('an object without sub-attributes is removed', () => {
    expect(
      patched([
        { op: 'remove', path: 'name.givenName' },
        { op: 'remove', path: 'name.familyName' },
      ]).resource,
    ).toEqual(ann({ name: undefined }));
  });
});

describe('multi-valued attributes', () => {
  const [work, home] = [
    { value: 'ann@acme.test', type: 'work', primary: true },
    { value: 'ann@home.test', type: 'home' },
  ];

  test('add appends', () => {
    const other = { value: 'ann@other.test', type: 'other' };
    expect(patched([{ op: 'add', path: 'emails', value: [other] }]).resource).toEqual(
      ann({ emails: [work, home, other] }),
    );
    expect(patched([{ op: 'add', path: 'emails', value: other }]).resource).toEqual(
      ann({ emails: [work, home, other] }),
    );
  });

  test('add of a present value adds nothing (§3.5.2.1), without case', () => {
    expect(
      patched([{ op: 'add', path: 'emails', value: [home, { value: 'ann@acme.test' }] }]).resource,
    ).toEqual(ANN);
    expect(patched([{ op: 'add', value: { emails: [{ ...home, display: 'Ann' }] } }]).resource).toEqual(
      ann({ emails: [work, { ...home, display: 'Ann' }] }),
    );
  });

  test('replace without a filter replaces the list', () => {
    expect(patched([{ op: 'replace', path: 'emails', value: [{ value: 'a@x.test' }] }]).resource).toEqual(
      ann({ emails: [{ value: 'a@x.test' }] }),
    );
    expect(patched([{ op: 'replace', path: 'emails', value: [] }]).resource).toEqual(
      ann({ emails: undefined }),
    );
  });

  test('replace of a sub-attribute of the selected values', () => {
    expect(
      patched([{ op: 'replace', path: 'emails[type eq "home"].value', value: 'a@x.test' }]).resource,
    ).toEqual(ann({ emails: [work, { value: 'a@x.test', type: 'home' }] }));
    expect(patched([{ op: 'replace', path: 'emails[value co "@"].display', value: 'Ann' }]).resource).toEqual(
      ann({
        emails: [
          { ...work, display: 'Ann' },
          { ...home, display: 'Ann' },
        ],
      }),
    );
  });

  test('replace of whole selected values (§3.5.2.3) keeps what the filter requires', () => {
    expect(
      patched([{ op: 'replace', path: 'emails[type eq "work"]', value: { value: 'a@x.test' } }]).resource,
    ).toEqual(ann({ emails: [{ type: 'work', value: 'a@x.test' }, home] }));
  });

  test('add to selected values keeps their other sub-attributes', () => {
    expect(
      patched([{ op: 'add', path: 'emails[type eq "work"]', value: { display: 'Ann' } }]).resource,
    ).toEqual(ann({ emails: [{ ...work, display: 'Ann' }, home] }));
  });

  test('remove: all values, selected values, a sub-attribute of selected values', () => {
    expect(patched([{ op: 'remove', path: 'emails' }]).resource).toEqual(ann({ emails: undefined }));
    expect(patched([{ op: 'remove', path: 'emails[type eq "work"]' }]).resource).toEqual(
      ann({ emails: [home] }),
    );
    expect(patched([{ op: 'remove', path: 'emails[type eq "home"].type' }]).resource).toEqual(
      ann({ emails: [work, { value: 'ann@home.test' }] }),
    );
    expect(patched([{ op: 'remove', path: 'emails.type' }]).resource).toEqual(
      ann({ emails: [{ value: 'ann@acme.test', primary: true }, { value: 'ann@home.test' }] }),
    );
  });

  test('at most one value is primary (§3.5.2): the one that the operation sets', () => {
    const workNoMore = { ...work, primary: false };
    expect(
      patched([{ op: 'replace', path: 'emails[type eq "home"].primary', value: true }]).resource,
    ).toEqual(ann({ emails: [workNoMore, { ...home, primary: true }] }));
    const other = { value: 'a@x.test', primary: true };
    expect(patched([{ op: 'add', path: 'emails', value: [other] }]).resource).toEqual(
      ann({ emails: [workNoMore, home, other] }),
    );
    expect(patched([{ op: 'replace', path: 'emails[value pr].primary', value: 'True' }]).resource).toEqual(
      ann({ emails: [work, { ...home, primary: false }] }),
    );
  });

  test('a sub-attribute without a filter is that of the only value; of several, the path must select one', () => {
    const one = ann({ emails: [home] });
    expect(patched([{ op: 'replace', path: 'phoneNumbers.value', value: '1' }]).resource).toEqual(
      ann({ phoneNumbers: [{ value: '1' }] }),
    );
    expect(
      patched([{ op: 'replace', path: 'emails.value', value: 'a@x.test' }], { ...ANN, emails: [home] })
        .resource,
    ).toEqual({ ...one, emails: [{ value: 'a@x.test', type: 'home' }] });
    expect(refusal([{ op: 'replace', path: 'emails.value', value: 'a@x.test' }])).toBe('400 invalidPath');
  });

  test('a list has a maximum length', () => {
    const roles = Array.from({ length: 150 }, (_, index) => `role ${index}`);
    const more = roles.map((role) => `other ${role}`);
    expect(
      refusal([
        { op: 'add', path: 'roles', value: roles },
        { op: 'add', path: 'roles', value: more },
      ]),
    ).toBe('400 invalidValue');
  });
});

describe('extensions', () => {
  test('an attribute, a sub-attribute, and the whole object behind the URN; others stay unchanged', () => {
    const manager = { value: '7', displayName: 'John' };
    expect(patched([{ op: 'replace', path: `${ENTERPRISE}:department`, value: 'Lab' }]).resource).toEqual(
      ann({ [ENTERPRISE]: { department: 'Lab', manager } }),
    );
    expect(patched([{ op: 'replace', path: `${ENTERPRISE}:manager.value`, value: '8' }]).resource).toEqual(
      ann({ [ENTERPRISE]: { department: 'Research', manager: { ...manager, value: '8' } } }),
    );
    expect(patched([{ op: 'add', path: ENTERPRISE, value: { costCenter: '4130' } }]).resource).toEqual(
      ann({ [ENTERPRISE]: { department: 'Research', costCenter: '4130', manager } }),
    );
    expect(patched([{ op: 'remove', path: ENTERPRISE }]).resource).toEqual(ann({ [ENTERPRISE]: undefined }));
    expect(
      patched([
        { op: 'remove', path: `${ENTERPRISE}:department` },
        { op: 'remove', path: `${ENTERPRISE}:manager` },
      ]).resource,
    ).toEqual(ann({ [ENTERPRISE]: undefined }));
  });

  test('an extension that is not an object', () => {
    expect(refusal([{ op: 'add', path: ENTERPRISE, value: 'x' }])).toBe('400 invalidValue');
    expect(patched([{ op: 'add', value: { [ROLLCALL]: null } }])).toEqual({ resource: ANN, touched: {} });
  });
});

describe('"A PATCH speaks only of what it touches": role, seat, limit, active', () => {
  test('are not passed on when only the profile is changed', () => {
    expect(patched([{ op: 'replace', path: 'title', value: 'x' }]).touched).toEqual({});
  });

  const operations = (name: string, value: unknown): readonly (readonly [string, unknown])[] => [
    ['path at the root', { op: 'replace', path: name, value }],
    ['path behind the core URN', { op: 'add', path: `${CORE}:${name}`, value }],
    ['path behind our URN', { op: 'replace', path: `${ROLLCALL}:${name}`, value }],
    [
      'path behind the alias, in another case',
      { op: 'replace', path: `${ALIAS}:${name}`.toUpperCase(), value },
    ],
    ['path of the extension', { op: 'replace', path: ROLLCALL, value: { [name]: value } }],
    ['path-less, at the root', { op: 'replace', value: { [name.toUpperCase()]: value } }],
    ['path-less, behind the URN', { op: 'add', value: { [`${ROLLCALL}:${name}`]: value } }],
    ['path-less, in the extension', { op: 'replace', value: { [ROLLCALL]: { [name]: value } } }],
    ['path-less, in the alias', { op: 'replace', value: { [ALIAS]: { [name]: value } } }],
    ['path-less, in the core schema', { op: 'replace', value: { [CORE]: { [name]: value } } }],
  ];

  test.each([
    ['role', 'Admin', 'Admin'],
    ['role', null, ''],
    ['role', '', ''],
    ['seatType', 'pro', 'pro'],
    ['seatType', null, ''],
    ['seatType', '', ''],
    ['creditLimit', '700', '700'],
    ['creditLimit', 0, 0],
    ['creditLimit', null, null],
    ['creditLimit', '', null],
  ])('%s with the value %j is passed on as %j, in every place', (name, value, touched) => {
    for (const [place, operation] of operations(name, value)) {
      expect([place, patched([operation]).touched]).toEqual([place, { [name]: touched }]);
    }
  });

  test('are shown in the canonical place', () => {
    expect(patched([{ op: 'replace', path: 'role', value: 'viewer' }]).resource).toEqual(
      ann({ [ROLLCALL]: { role: 'viewer', creditLimit: 500 } }),
    );
    expect(patched([{ op: 'remove', path: 'creditLimit' }]).resource).toEqual(
      ann({ [ROLLCALL]: { role: 'editor' } }),
    );
    expect(patched([{ op: 'replace', path: 'role', value: '' }]).resource).toEqual(ANN);
  });

  test.each(['role', 'seatType', 'creditLimit'])('remove of %s is passed on as null', (name) => {
    expect(patched([{ op: 'remove', path: name }]).touched).toEqual({ [name]: null });
  });

  test('remove of our extension removes both of its attributes', () => {
    expect(patched([{ op: 'remove', path: ALIAS }]).touched).toEqual({ role: null, creditLimit: null });
  });

  test('the last operation wins; an empty value does not undo an earlier one', () => {
    expect(
      patched([
        { op: 'remove', path: 'role' },
        { op: 'add', path: 'role', value: 'admin' },
        { op: 'add', path: 'role', value: '' },
        { op: 'replace', path: 'active', value: false },
        { op: 'replace', path: 'active', value: null },
      ]).touched,
    ).toEqual({ role: 'admin', active: false });
  });

  test.each([
    [false, false],
    ['False', false],
    ['true', true],
    ['TRUE', true],
    ['', ''],
    [null, ''],
  ])('active: %j is %j', (value, active) => {
    expect(patched([{ op: 'replace', path: 'active', value }])).toEqual({
      resource: ann({ active: active === '' ? true : active }),
      touched: { active },
    });
  });

  test.each([
    ['active', '400 invalidValue'],
    ['userName', '400 mutability'],
  ])('remove of %s is %s (§3.5.2.2: a required attribute)', (path, answer) => {
    expect(refusal([{ op: 'remove', path }])).toBe(answer);
  });

  test.each([null, ''])('userName cannot become %j', (value) => {
    expect(refusal([{ op: 'replace', path: 'userName', value }])).toBe('400 mutability');
    expect(refusal([{ op: 'replace', value: { username: value } }])).toBe('400 mutability');
  });
});

describe('read-only attributes', () => {
  test.each([
    ['id', ANN.id],
    ['schemas', ANN.schemas],
    ['schemas', [CORE]],
    ['schemas', [CORE.toUpperCase(), ALIAS]],
    ['meta', ANN.meta],
    ['meta', { resourceType: 'User' }],
    ['meta.version', 'W/"3"'],
    ['groups', []],
    ['groups', null],
  ])('%s with its present value: %j', (path, value) => {
    expect(patched([{ op: 'replace', path, value }])).toEqual({ resource: ANN, touched: {} });
    expect(patched([{ op: 'add', value: { [path]: value } }])).toEqual({ resource: ANN, touched: {} });
  });

  test.each([
    ['id', 'x'],
    ['id', null],
    ['schemas', ['urn:acme:User']],
    ['meta', { version: 'W/"4"' }],
    ['meta.created', '2026-01-31T12:00:00Z'],
    ['groups', [{ value: '1' }]],
    ['groups[value eq "1"].display', 'x'],
  ])('%s with the new value %j is 400 mutability (RFC 7644 §3.12)', (path, value) => {
    expect(refusal([{ op: 'replace', path, value }])).toBe('400 mutability');
    expect(refusal([{ op: 'replace', value: { [path]: value } }])).toBe('400 mutability');
  });

  test('remove of a present one is 400 mutability; of an absent one changes nothing', () => {
    expect(refusal([{ op: 'remove', path: 'meta' }])).toBe('400 mutability');
    expect(patched([{ op: 'remove', path: 'groups[value eq "1"]' }]).resource).toEqual(ANN);
  });
});

describe('an operation is refused', () => {
  test.each([
    ['an unknown path', { op: 'add', path: 'shoeSize', value: 42 }, '400 invalidPath'],
    ['an unknown extension', { op: 'add', path: 'urn:acme:User:shoeSize', value: 42 }, '400 invalidPath'],
    ['a filter that is none', { op: 'add', path: 'emails[type = "work"]', value: {} }, '400 invalidFilter'],
    [
      'replace where a filter selects nothing, and does not say what to create',
      { op: 'replace', path: 'emails[value co "nobody"].display', value: 'x' },
      '400 noTarget',
    ],
    ['the same with add', { op: 'add', path: 'emails[not (type pr)].display', value: 'x' }, '400 noTarget'],
    [
      'the same with contradictions',
      { op: 'add', path: 'emails[type eq "a" and type eq "b"].display', value: 'x' },
      '400 noTarget',
    ],
    [
      'a value that would be another than the filter says, so that it was not that which is missing',
      { op: 'replace', path: 'emails[value eq "a@x.test"].value', value: 'b@x.test' },
      '400 noTarget',
    ],
    ['remove of everything', { op: 'remove', path: CORE }, '400 noTarget'],
  ])('%s', (_case, operation, answer) => {
    expect(refusal([operation])).toBe(answer);
  });

  test('values of another type are INVALID_INPUT, with the attribute', () => {
    const attempt = (): unknown => patched([{ op: 'replace', path: 'name.givenName', value: ['Ann'] }]);
    expect(attempt).toThrow(
      new DomainError('INVALID_INPUT', 'name.givenName must be text.', { attribute: 'name.givenName' }),
    );
  });

  test('a fault in the last operation undoes the others: the resource stays unchanged', () => {
    expect(
      refusal([
        { op: 'replace', path: 'title', value: 'x' },
        { op: 'replace', path: 'id', value: 'x' },
      ]),
    ).toBe('400 mutability');
  });

  test('unknown attributes in a value without a path are ignored, as in a POST', () => {
    const value = { shoeSize: 42, 'shoes[side eq "left"].size': 42, 'urn:acme:User': { a: 1 }, title: 'x' };
    expect(patched([{ op: 'replace', value }]).resource).toEqual(ann({ title: 'x' }));
  });

  test('passwords are dropped on arrival (rule 20)', () => {
    expect(patched([{ op: 'replace', path: 'password', value: 'secret' }])).toEqual({
      resource: ANN,
      touched: {},
    });
    expect(patched([{ op: 'replace', value: { password: 'secret' } }])).toEqual({
      resource: ANN,
      touched: {},
    });
  });

  test('names of inherited properties are ignored', () => {
    const value = JSON.parse(
      `{"__proto__":{"admin":true},"constructor":{"prototype":{"admin":true}},"name":{"__proto__":{"admin":true}},"${ROLLCALL}":{"__proto__":{"role":"admin"}}}`,
    );
    expect(patched([{ op: 'add', value }])).toEqual({ resource: ANN, touched: {} });
    expect(Object.hasOwn(Object.prototype, 'admin')).toBe(false);
    expect(refusal([{ op: 'add', path: '__proto__.admin', value: true }])).toBe('400 invalidPath');
  });
});

describe('operations that concern access alone need no User', () => {
  const alone = (...operations: object[]) => accessOnly(parsePatch({ Operations: operations }));

  test.each<[object, object]>([
    [{ op: 'replace', value: { active: false } }, { active: false }],
    [{ op: 'Replace', path: 'active', value: 'False' }, { active: false }],
    [
      { op: 'replace', value: { active: true, role: 'editor' } },
      { active: true, role: 'editor' },
    ],
    [{ op: 'add', path: `${ROLLCALL}:role`, value: 'editor' }, { role: 'editor' }],
    [{ op: 'replace', path: `${ALIAS}:creditLimit`, value: '' }, { creditLimit: null }],
    [{ op: 'remove', path: 'seatType' }, { seatType: null }],
    [{ op: 'replace', value: { active: '' } }, { active: '' }],
  ])('%j concerns access alone', (operation, touched) => {
    expect(alone(operation)).toEqual(touched);
    expect(alone(operation)).toEqual(patched([operation]).touched);
  });

  test.each<[object]>([
    [{ op: 'replace', value: { active: false, displayName: 'Ann' } }],
    [{ op: 'replace', path: 'displayName', value: 'Ann' }],
    [{ op: 'remove', path: 'emails[type eq "work"]' }],
    [{ op: 'replace', value: { shoeSize: 7 } }],
    [{ op: 'add', path: 'groups', value: [] }],
    [{ op: 'remove', path: ROLLCALL }],
  ])('%j concerns something else', (operation) => {
    expect(alone(operation)).toBeUndefined();
    expect(alone({ op: 'replace', value: { active: false } }, operation)).toBeUndefined();
  });

  test('and are refused all the same when they are invalid', () => {
    expect(() => alone({ op: 'remove', path: 'active' })).toThrow('active cannot be removed');
  });
});
