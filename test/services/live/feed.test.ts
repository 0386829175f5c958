import { expect, test } from 'vitest';
import type { Sql } from '../../../src/database/database.js';
import { Feed } from '../../../src/services/live/feed.js';
import type { Log } from '../../../src/services/live/log.js';

/** A log of one workspace, whose places are numbers. */
function logOf(entries: readonly string[]): { readonly log: Log<string>; readonly pages: string[] } {
  const pages: string[] = [];
  const log: Log<string> = {
    start: async () => ({ position: '0', passed: [] }),
    positionOf: async () => undefined,
    news: async () => [],
    newest: async (_sql, _workspaceId, until) => entries.findLast((entry) => entry <= until),
    page: async (_sql, _workspaceId, after, until) => {
      pages.push(after);
      return entries
        .filter((entry) => entry > after && entry <= until)
        .map((entry) => ({ entry, position: entry }));
    },
  };
  return { log, pages };
}

const NO_SQL: Sql = { rows: () => Promise.reject(new Error('the log is in memory')) };

test('followers at the same place share one reading, and none is made without them', async () => {
  const { log, pages } = logOf(['1', '2']);
  const feed = await Feed.of(NO_SQL, log, 'w');
  await feed.look('9');
  expect(pages).toEqual([]);
  const taken = await Promise.all(Array.from({ length: 20 }, () => feed.after('0')));
  expect(taken.map((page) => page.map(({ entry }) => entry))).toEqual(
    Array.from({ length: 20 }, () => ['1', '2']),
  );
  expect(await feed.after('2')).toEqual([]);
  expect(pages).toEqual(['0']);
});

test('a follower finds what is written at a place where there was nothing before', async () => {
  const entries = ['1'];
  const { log } = logOf(entries);
  const feed = await Feed.of(NO_SQL, log, 'w');
  await feed.look('9');
  expect(await feed.after('0')).toHaveLength(1);
  expect(await feed.after('1')).toEqual([]);
  entries.push('2');
  await feed.look('9');
  expect(await feed.after('1')).toEqual([{ entry: '2', position: '2' }]);
});

test('followers are woken by new entries only, after what they rely on has been read', async () => {
  const entries = ['1'];
  const { log } = logOf(entries);
  const feed = await Feed.of(NO_SQL, log, 'w');
  const seen: string[] = [];
  feed.waiting.add(() => seen.push(`woken at ${feed.end}`));
  const beforeNews = async (after: string, until: string) => void seen.push(`news ${after} to ${until}`);
  await feed.look('9', beforeNews);
  await feed.look('9', beforeNews);
  expect(seen).toEqual(['news 0 to 1', 'woken at 1']);
});

test('a page that could not be read is read again', async () => {
  const { log } = logOf(['1']);
  let failures = 1;
  const failing: Log<string> = {
    ...log,
    page: (...args) => (failures-- > 0 ? Promise.reject(new Error('away')) : log.page(...args)),
  };
  const feed = await Feed.of(NO_SQL, failing, 'w');
  await feed.look('9');
  await expect(feed.after('0')).rejects.toThrow('away');
  expect(await feed.after('0')).toHaveLength(1);
});
