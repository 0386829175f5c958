import { expect, test } from 'vitest';
import { changesBetween } from '../../../src/services/audit/record.js';
import { memberChanges } from '../../../src/services/members/transition.js';

test.each<[string, object, object, object]>([
  ['nothing', {}, {}, {}],
  ['the same', { name: 'a', list: [1], object: { x: 1 } }, { name: 'a', list: [1], object: { x: 1 } }, {}],
  ['another value', { name: 'a', other: 1 }, { name: 'b', other: 1 }, { name: { before: 'a', after: 'b' } }],
  ['something new', {}, { name: 'a' }, { name: { before: null, after: 'a' } }],
  ['something gone', { name: 'a' }, {}, { name: { before: 'a', after: null } }],
  ['nothing new: null and absence are one', { a: null }, { b: undefined }, {}],
  ['false is a value', { on: true }, { on: false }, { on: { before: true, after: false } }],
])(
  'rule 28: changes are the attributes that differ, with both values: %s',
  (_case, before, after, changes) => {
    expect(changesBetween(before, after)).toEqual(changes);
  },
);

test('rule 28: changes of a member are the differences that people see', () => {
  const access = { role: 'EDITOR', seatType: null, creditLimit: 5, creditLimitSetBy: 'WORKSPACE' } as const;
  const ann = { userName: 'ann@acme.test', externalId: null, profile: { title: 'x' }, access };
  expect(memberChanges(ann, { ...ann, access: null, profile: { title: 'y', locale: 'en' } })).toEqual({
    active: { before: true, after: false },
    role: { before: 'EDITOR', after: null },
    creditLimit: { before: 5, after: null },
    'profile.title': { before: 'x', after: 'y' },
    'profile.locale': { before: null, after: 'en' },
  });
  const nobody = { before: null, after: 'ann@acme.test' };
  expect(memberChanges(null, { ...ann, access: null, profile: {} })).toEqual({
    userName: nobody,
    active: { before: null, after: false },
  });
});
