import { expect, test } from 'vitest';
import { DomainError } from '../../../src/domain/errors.js';
import type { Feed } from '../../../src/services/live/feed.js';
import { Follower, type Permission } from '../../../src/services/live/follower.js';
import type { Logged, Start } from '../../../src/services/live/log.js';

const BEGINNING: Start = { position: '0', passed: [] };
const NOBODY: Permission = { memberId: null, endsInMs: null };

/** A feed with one entry, which the follower has not taken. */
function feed(): Feed<string> {
  const entries: Logged<string>[] = [{ entry: 'a', position: '1' }];
  const made: Pick<Feed<string>, 'after' | 'end' | 'waiting' | 'workspaceId'> = {
    workspaceId: 'w',
    end: '1',
    waiting: new Set(),
    after: async (position) => entries.filter((one) => one.position > position),
  };
  return made as Feed<string>;
}

test('an entry waits for a check that somebody else has begun', async () => {
  const check = Promise.withResolvers<Permission>();
  const follower = new Follower(
    feed(),
    BEGINNING,
    NOBODY,
    () => check.promise,
    () => undefined,
  );
  follower.doubt();
  const checked = follower.settleDoubt();
  const next = follower.next();
  check.reject(new DomainError('FORBIDDEN', 'No longer.'));
  await checked;
  await expect(next).rejects.toThrow('No longer.');
});

test('a doubt that arises during a check is checked again', async () => {
  const first = Promise.withResolvers<Permission>();
  let asked = 0;
  const check = () => {
    asked += 1;
    return asked === 1 ? first.promise : Promise.reject(new DomainError('FORBIDDEN', 'No longer.'));
  };
  const follower = new Follower(feed(), BEGINNING, NOBODY, check, () => undefined);
  follower.doubt();
  const next = follower.next();
  await expect.poll(() => asked).toBe(1);
  follower.doubt();
  first.resolve(NOBODY);
  await expect(next).rejects.toThrow('No longer.');
  expect(asked).toBe(2);
});

test('an entry that was taken is not taken again, and the end is told once', async () => {
  let ends = 0;
  const follower = new Follower(
    feed(),
    BEGINNING,
    NOBODY,
    async () => NOBODY,
    () => {
      ends += 1;
    },
  );
  expect(await follower.next()).toEqual({ done: false, value: 'a' });
  const next = follower.next();
  await follower.return();
  await follower.return();
  expect(await next).toEqual({ done: true, value: undefined });
  expect(ends).toBe(1);
});

test('a permission is checked when its credential ends, and again at its new end (rules 25, 33)', async () => {
  let asked = 0;
  const check = async () => {
    asked += 1;
    // The session was used in the meantime, once.
    if (asked === 1) return { memberId: null, endsInMs: 20 };
    throw new DomainError('UNAUTHENTICATED', 'It has expired.');
  };
  const follower = new Follower(
    feed(),
    { position: '1', passed: [] },
    { memberId: null, endsInMs: 20 },
    check,
    () => undefined,
  );
  await expect(follower.next()).rejects.toThrow('It has expired.');
  expect(asked).toBe(2);
});
