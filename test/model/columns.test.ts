import { expect, test } from 'vitest';
import { columnsOf } from '../../src/model/columns.js';
import { Member } from '../../src/model/member.js';
import { Membership } from '../../src/model/membership.js';

test('x', () => {
  console.log(columnsOf(Member), columnsOf(Membership));
  expect(1).toBe(1);
});
