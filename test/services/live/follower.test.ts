import { expect, test } from 'vitest';
import { DomainError } from '../../../src/domain/errors.js';
import type { Feed } from '../../../src/services/live/feed.js';
import { Follower } from '../../../src/services/live/follower.js';
import type { Logged } from '../../../src/services/live/log.js';

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
  const check = Promise.withResolvers<{ memberId: null }>();
  const follower = new Follower(
    feed(),
    '0',
    { memberId: null },
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
  const first = Promise.withResolvers<{ memberId: null }>();
  let asked = 0;
  const check = () => {
    asked += 1;
    return asked === 1 ? first.promise : Promise.reject(new DomainError('FORBIDDEN', 'No longer.'));
  };
  const follower = new Follower(feed(), '0', { memberId: null }, check, () => undefined);
  follower.doubt();
  const next = follower.next();
  await expect.poll(() => asked).toBe(1);
  follower.doubt();
  first.resolve({ memberId: null });
  await expect(next).rejects.toThrow('No longer.');
  expect(asked).toBe(2);
});

test('an entry that was taken is not taken again, and the end is told once', async () => {
  let ends = 0;
  const follower = new Follower(
    feed(),
    '0',
    { memberId: null },
    async () => ({ memberId: null }),
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
