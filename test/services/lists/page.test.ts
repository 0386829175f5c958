import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import { newId } from '../../../src/domain/ids.js';
import type { Listing } from '../../../src/services/lists/listing.js';
import { asIs, Page, type PageArguments } from '../../../src/services/lists/page.js';
import { createTestDatabase, type TestDatabase } from '../../database.js';
import { refusalOf } from '../../domain/refusal.js';
import { countingStatements } from '../../statements.js';

interface Letter {
  readonly id: string;
  readonly email: string;
}

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
  // a to g; their times go down, two by two the same.
  for (const [index, email] of ['a', 'b', 'c', 'd', 'e', 'f', 'g'].entries()) {
    const at = new Date(Date.UTC(2026, 10, 23 - Math.floor(index / 2)));
    await database.rows(
      'insert into account (id, email, canonical_email, created_at) values ($1, $2, $2, $3)',
      [newId(), email, at],
    );
  }
});

afterAll(async () => {
  await orm.close();
  await testDatabase.drop();
});

const LETTERS: Listing<Letter> = {
  name: 'letters',
  columns: 'a.id, a.email',
  from: 'account a',
  where: 'true',
  values: [],
  id: 'a.id',
};
const BY_TIME: Listing<Letter> = { ...LETTERS, orderBy: { column: 'a.created_at', type: 'timestamptz' } };
const BY_EMAIL: Listing<Letter> = { ...LETTERS, orderBy: { column: 'a.email', type: 'text' } };

function pageOf(listing: Listing<Letter>, page: PageArguments): Page<Letter> {
  return new Page<Letter>(database, listing, page, asIs);
}

interface Look {
  readonly letters: string;
  readonly next: boolean;
  readonly previous: boolean;
  readonly total: number;
  readonly start: string | undefined;
  readonly end: string | undefined;
}

async function look(listing: Listing<Letter>, args: PageArguments): Promise<Look> {
  const page = pageOf(listing, args);
  const edges = await page.edges();
  expect(await page.nodes()).toEqual(edges.map(({ node }) => node));
  return {
    letters: edges.map(({ node }) => node.email).join(''),
    next: await page.hasNextPage(),
    previous: await page.hasPreviousPage(),
    total: await page.totalCount(),
    start: edges.at(0)?.cursor,
    end: edges.at(-1)?.cursor,
  };
}

function seen(letters: string, next: boolean, previous: boolean): object {
  return {
    letters,
    next,
    previous,
    total: 7,
    start: letters && expect.any(String),
    end: letters && expect.any(String),
  };
}

const ORDERS: readonly [string, Listing<Letter>, string][] = [
  ['by id', LETTERS, 'abcdefg'],
  ['by id, descending', { ...LETTERS, descending: true }, 'gfedcba'],
  ['by a text', BY_EMAIL, 'abcdefg'],
  ['by a text, descending', { ...BY_EMAIL, descending: true }, 'gfedcba'],
  ['by time, the id having the last word', BY_TIME, 'gefcdab'],
  ['by time, descending', { ...BY_TIME, descending: true }, 'badcfeg'],
  ['of one of many rows', { ...LETTERS, ofRow: true }, 'abcdefg'],
];

describe.each(ORDERS)('%s', (_order, listing, all) => {
  test('the whole list', async () => {
    expect(await look(listing, {})).toEqual(seen(all, false, false));
  });

  test('forward', async () => {
    const one = await look(listing, { first: 3 });
    expect(one).toEqual(seen(all.slice(0, 3), true, false));
    const two = await look(listing, { first: 3, after: one.end ?? '' });
    expect(two).toEqual(seen(all.slice(3, 6), true, true));
    const three = await look(listing, { first: 3, after: two.end ?? '' });
    expect(three).toEqual(seen(all.slice(6), false, true));
    expect(await look(listing, { first: 3, after: three.end ?? '' })).toMatchObject({
      letters: '',
      total: 7,
    });
  });

  test('backward', async () => {
    const one = await look(listing, { last: 3 });
    expect(one).toEqual(seen(all.slice(4), false, true));
    const two = await look(listing, { last: 3, before: one.start ?? '' });
    expect(two).toEqual(seen(all.slice(1, 4), true, true));
    const three = await look(listing, { last: 3, before: two.start ?? '' });
    expect(three).toEqual(seen(all.slice(0, 1), true, false));
  });

  test('by number', async () => {
    expect(await look(listing, { first: 3, offset: 2 })).toEqual(seen(all.slice(2, 5), true, true));
    expect(await look(listing, { first: 3, offset: 6 })).toEqual(seen(all.slice(6), false, true));
    expect(await look(listing, { first: 3, offset: 99 })).toMatchObject({
      letters: '',
      next: false,
      total: 7,
    });
  });
});

describe('of one of many rows, total and rows in one statement', () => {
  const OF_ROW: Listing<Letter> = { ...LETTERS, ofRow: true };
  const together = (page: Page<Letter>) => Promise.all([page.totalCount(), page.edges()]);

  test.each([
    ['on the first page', {}, 1],
    ['on a page that is not full', { first: 50 }, 1],
    ['on a later page', { first: 2, offset: 4 }, 1],
    ['from the end', { last: 2 }, 1],
    ['beyond the end, where no row could carry the total', { first: 2, offset: 99 }, 2],
    ['without a row', { first: 0 }, 1],
  ])('%s', async (_where, args, most) => {
    const { answer, statements } = await countingStatements(() => together(pageOf(OF_ROW, args)));
    const [total, edges] = answer;
    expect(total).toBe(7);
    expect(edges.map(({ node }) => node.email)).toEqual(
      (await pageOf(LETTERS, args).nodes()).map(({ email }) => email),
    );
    expect(statements).toBe(most);
  });

  test('the total alone is only counted', async () => {
    const { answer, statements } = await countingStatements(() => pageOf(OF_ROW, {}).totalCount());
    expect([answer, statements]).toEqual([7, 1]);
  });
});

test('first: 0 returns no rows, and the total', async () => {
  expect(await look(LETTERS, { first: 0 })).toMatchObject({ letters: '', total: 7 });
});

test('a page that is read before its total counts without a second statement, if it is not full', async () => {
  const where = { ...LETTERS, where: 'a.email = any($1::text[])', values: [['a', 'b']] };
  expect(await look(where, { first: 2 })).toMatchObject({ letters: 'ab', next: false, total: 2 });
  expect(await look(where, { first: 5, offset: 1 })).toMatchObject({ letters: 'b', next: false, total: 2 });
});

describe('both cursors apply, as Relay specifies (graphql-schema, fault 7)', () => {
  const cursors = async () => (await pageOf(BY_EMAIL, {}).edges()).map(({ cursor }) => cursor);

  test('forward and backward between two cursors', async () => {
    const [, b, , , , f] = await cursors();
    const between = { after: b ?? '', before: f ?? '' };
    expect(await look(BY_EMAIL, between)).toEqual(seen('cde', false, true));
    expect(await look(BY_EMAIL, { first: 2, ...between })).toEqual(seen('cd', true, true));
    expect(await look(BY_EMAIL, { last: 2, ...between })).toEqual(seen('de', true, true));
  });

  test('first with before, and last with after', async () => {
    const [, b, , , , f] = await cursors();
    expect(await look(BY_EMAIL, { first: 2, before: f ?? '' })).toEqual(seen('ab', true, false));
    expect(await look(BY_EMAIL, { last: 2, after: b ?? '' })).toEqual(seen('fg', false, true));
  });

  test('in the wrong order contain nothing', async () => {
    const [, b, , , , f] = await cursors();
    expect(await look(BY_EMAIL, { after: f ?? '', before: b ?? '' })).toMatchObject({ letters: '' });
  });
});

describe('arguments that contradict each other', () => {
  const TOGETHER = {
    code: 'INVALID_INPUT',
    message: 'offset must not be negative, and goes with first only.',
    attribute: 'offset',
    hint: 'Page with first and offset, or with cursors.',
  };
  const cursor = Buffer.from(JSON.stringify([newId(), null])).toString('base64url');

  test.each<[PageArguments, object]>([
    [{ first: 3, after: cursor, offset: 1 }, TOGETHER],
    [{ first: 3, offset: -1 }, TOGETHER],
    // An offset counts from the start.
    [{ last: 3, offset: 1 }, TOGETHER],
    [
      { first: 3, last: 3 },
      { code: 'INVALID_INPUT', message: 'Ask for first or for last, not for both.', attribute: 'first' },
    ],
    [{ first: -1 }, { code: 'INVALID_INPUT', message: 'first must be from 0 to 200.', attribute: 'first' }],
    [{ first: 201 }, { code: 'INVALID_INPUT', message: 'first must be from 0 to 200.', attribute: 'first' }],
    [{ last: 201 }, { code: 'INVALID_INPUT', message: 'last must be from 0 to 200.', attribute: 'last' }],
  ])('%j', (args, refusal) => {
    expect(refusalOf(() => pageOf(LETTERS, args))).toEqual(refusal);
  });

  test('nulls count as not sent', async () => {
    const nothing = { first: null, after: null, last: null, before: null, offset: null };
    expect(await look(LETTERS, nothing)).toMatchObject({ letters: 'abcdefg' });
  });
});

describe('text that is not a cursor of the list', () => {
  const noCursor = (attribute: 'after' | 'before') => ({
    code: 'INVALID_INPUT',
    message: 'The cursor does not belong to this list in this order.',
    attribute,
    hint: 'Send endCursor or startCursor of an earlier page of the same list, in the same order.',
  });
  const encoded = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

  test.each([
    '',
    'x',
    '!!!',
    encoded(null),
    encoded([]),
    encoded([newId()]),
    encoded(['x', null]),
    encoded([newId(), 7]),
    encoded({ id: newId() }),
  ])('%j', (after) => {
    expect(refusalOf(() => pageOf(LETTERS, { first: 3, after }))).toEqual(noCursor('after'));
    expect(refusalOf(() => pageOf(LETTERS, { last: 3, before: after }))).toEqual(noCursor('before'));
  });

  test('a cursor of another list, or of the list in the other direction (graphql-schema, fault 5)', async () => {
    const { end = '' } = await look(LETTERS, { first: 1 });
    for (const listing of [
      { ...LETTERS, name: 'other letters' },
      { ...LETTERS, descending: true },
    ])
      expect(refusalOf(() => pageOf(listing, { first: 3, after: end }))).toEqual(noCursor('after'));
  });

  test('a cursor of the list in another order', async () => {
    const [byId, byTime, byEmail] = await Promise.all(
      [LETTERS, BY_TIME, BY_EMAIL].map(async (listing) => (await look(listing, { first: 1 })).end ?? ''),
    );
    for (const [listing, after] of [
      [LETTERS, byTime],
      [LETTERS, byEmail],
      [BY_TIME, byId],
      [BY_TIME, byEmail],
      [BY_EMAIL, byId],
    ] as const) {
      expect(refusalOf(() => pageOf(listing, { first: 3, after: after ?? '' }))).toEqual(noCursor('after'));
    }
  });

  test('a cursor with text that PostgreSQL cannot hold', () => {
    for (const key of ['a\0b', '\ud800']) {
      expect(refusalOf(() => pageOf(BY_EMAIL, { first: 3, after: encoded([newId(), key]) }))).toEqual(
        noCursor('after'),
      );
    }
  });
});
