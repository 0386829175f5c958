import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { MAX_CREDIT_LIMIT, ROLES } from '../../src/domain/access.js';
import {
  type CreditState,
  creditBlock,
  creditLimitOf,
  creditsExhausted,
  creditsLeft,
} from '../../src/domain/credits.js';

describe('rules 5 and 6: the credit limit that applies', () => {
  test.each([
    ['ADMIN', 5, 9, { limit: 5, source: 'MEMBER' }],
    ['EDITOR', 9, 5, { limit: 9, source: 'MEMBER' }],
    ['EDITOR', null, 9, { limit: 9, source: 'WORKSPACE_DEFAULT' }],
    ['EDITOR', null, null, null],
    ['OWNER', null, 9, null],
    ['VIEWER', null, 9, null],
    ['GUEST', null, 9, null],
    [null, null, 9, null],
  ] as const)('to %s with the own limit %s and the default %s', (role, creditLimit, byDefault, limit) => {
    expect(creditLimitOf({ role, creditLimit }, byDefault)).toEqual(limit);
  });
});

const credits = fc.integer({ min: 0, max: MAX_CREDIT_LIMIT });

const state: fc.Arbitrary<CreditState> = fc.record({
  role: fc.constantFrom(...ROLES, null),
  limit: fc.option(
    fc.record({
      limit: fc.integer({ min: 1, max: MAX_CREDIT_LIMIT }),
      source: fc.constantFrom('MEMBER', 'WORKSPACE_DEFAULT'),
    }),
  ),
  used: credits,
  poolTotal: fc.option(credits),
  poolUsed: credits,
});

describe('rule 23', () => {
  test('exactly the remaining credits can be used', () => {
    fc.assert(
      fc.property(state, (at) => {
        const left = creditsLeft(at);
        expect(left).toBeGreaterThanOrEqual(0);
        if (left > 0) expect(creditBlock(at, left)).toBeNull();
        expect(creditBlock(at, left + 1)).not.toBeNull();
      }),
    );
  });

  test('a refusal has the counts that explain it', () => {
    fc.assert(
      fc.property(state, fc.integer({ min: 1, max: MAX_CREDIT_LIMIT }), (at, amount) => {
        const blockedBy = creditBlock(at, amount);
        fc.pre(blockedBy !== null);
        const request = { userName: 'ann@acme.test', amount, month: '2026-11' };
        const { code, details } = creditsExhausted(blockedBy, at, request);
        expect(code).toBe('CREDITS_EXHAUSTED');
        expect(details.credits).toMatchObject({ blockedBy, requested: amount });
        expect(details.credits?.remaining).toBeLessThan(amount);
      }),
    );
  });

  test.each([
    ['2026-01', '2026-02-01'],
    ['2026-09', '2026-10-01'],
    ['2026-12', '2027-01-01'],
  ])('a refusal in %s says that credits are available again from %s', (month, day) => {
    const at = { role: 'OWNER', limit: null, used: 1, poolTotal: 1, poolUsed: 1 } as const;
    const { details } = creditsExhausted('POOL', at, { userName: 'ann@acme.test', amount: 1, month });
    expect(details.hint).toBe(`Ask an owner or admin to raise the pool, or wait until ${day} (UTC).`);
  });
});
