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
  ['neither has access', null, null, true],
  ['only the second has access', null, EDITOR, false],
  ['only the first has access', EDITOR, null, false],
  ['equal copies', EDITOR, { ...EDITOR }, true],
  ['another role', EDITOR, { ...EDITOR, role: 'ADMIN' }, false],
  ['another seat', EDITOR, { ...EDITOR, seatType: 'PRO' }, false],
  ['another limit', EDITOR, { ...EDITOR, creditLimit: 6 }, false],
  ['no limit', EDITOR, { ...EDITOR, creditLimit: null, creditLimitSetBy: null }, false],
  ['another origin of the same limit', EDITOR, { ...EDITOR, creditLimitSetBy: 'WORKSPACE' }, true],
])('rule 21: whether two accesses are equal: %s', (_case, one, other, same) => {
  expect(sameAccess(one, other)).toBe(same);
});
