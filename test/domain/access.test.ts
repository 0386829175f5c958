import { expect, test } from 'vitest';
import { type Access, creditLimitApplies, ROLES, sameAccess } from '../../src/domain/access.js';

test('rule 6: a credit limit applies to admins and editors only', () => {
  expect(ROLES.filter(creditLimitApplies)).toEqual(['ADMIN', 'EDITOR']);
});

const EDITOR: Access = {
  role: 'EDITOR',
  seatType: null,
  creditLimit: 5,
  creditLimitSetBy: 'IDENTITY_PROVIDER',
};

test.each<[string, Access | null, Access | null, boolean]>([
  ['nobody and nobody', null, null, true],
  ['nobody and somebody', null, EDITOR, false],
  ['somebody and nobody', EDITOR, null, false],
  ['the same', EDITOR, { ...EDITOR }, true],
  ['another role', EDITOR, { ...EDITOR, role: 'ADMIN' }, false],
  ['another seat', EDITOR, { ...EDITOR, seatType: 'PRO' }, false],
  ['another limit', EDITOR, { ...EDITOR, creditLimit: 6 }, false],
  ['no limit', EDITOR, { ...EDITOR, creditLimit: null, creditLimitSetBy: null }, false],
  [
    'who set the limit is no difference by itself',
    EDITOR,
    { ...EDITOR, creditLimitSetBy: 'WORKSPACE' },
    true,
  ],
])('rule 21: %s', (_case, one, other, same) => {
  expect(sameAccess(one, other)).toBe(same);
});
