import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { connect } from '../../src/database/orm.js';
import { inRequest } from '../../src/database/request-scope.js';
import { UnavailableError } from '../../src/domain/errors.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

/** What runs again when PostgreSQL ends it, and how connections are shared. */

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;
const LIMITS = { lockMs: 0, statementMs: 0, idleInTransactionMs: 0, waitMs: 500, sharePercent: 50 };

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  orm = await connect(testDatabase.address, 5, LIMITS);
  database = await Database.over(orm, LIMITS);
  await database.rows('create table pair (id integer primary key, times integer not null)', []);
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

async function times(): Promise<number[]> {
  const rows = await database.rows<{ times: number }>('select times from pair order by id', []);
  return rows.map((row) => row.times);
}

test('of two transactions that deadlock, the one that PostgreSQL ends runs again', async () => {
  await database.rows('insert into pair values (1, 0), (2, 0)', []);
  let attempts = 0;
  const both = Promise.withResolvers<void>();
  let waiting = 2;
  const add = (first: number, second: number) =>
    database.transaction(async (tx) => {
      attempts += 1;
      await tx.rows('update pair set times = times + 1 where id = $1', [first]);
      waiting -= 1;
      if (waiting === 0) both.resolve();
      await both.promise;
      await tx.rows('update pair set times = times + 1 where id = $1', [second]);
    });
  await Promise.all([add(1, 2), add(2, 1)]);
  expect([attempts, await times()]).toEqual([3, [2, 2]]);
});

test('a transaction that cannot be serialized runs again', async () => {
  let attempts = 0;
  await database.transaction(async (tx) => {
    attempts += 1;
    await tx.rows('set transaction isolation level serializable', []);
    await tx.rows('select times from pair where id = 1', []);
    if (attempts === 1) await database.rows('update pair set times = times + 1 where id = 1', []);
    await tx.rows('update pair set times = times + 1 where id = 1', []);
  });
  expect([attempts, (await times())[0]]).toEqual([2, 4]);
});

test('a transaction whose connection ends before the commit runs again, on another one', async () => {
  let attempts = 0;
  const [before = 0] = await times();
  await database.transaction(async (tx) => {
    attempts += 1;
    await tx.rows('update pair set times = times + 1 where id = 1', []);
    if (attempts > 1) return;
    const [row] = await tx.rows<{ pid: number }>('select pg_backend_pid() as pid', []);
    await database.rows('select pg_terminate_backend($1::integer)', [row?.pid]);
    await tx.rows('select 1', []);
  });
  expect([attempts, (await times())[0]]).toEqual([2, before + 1]);
  // The pool has not lost a place: it has five connections as before.
  for (let round = 0; round < 6; round += 1) {
    await database
      .transaction(async (tx) => {
        const [row] = await tx.rows<{ pid: number }>('select pg_backend_pid() as pid', []);
        await database.rows('select pg_terminate_backend($1::integer)', [row?.pid]);
        throw new Error('given up');
      })
      .catch(() => undefined);
  }
  expect(await Promise.all([1, 2, 3].map(() => database.rows('select 1', [])))).toHaveLength(3);
});

describe('of four connections, one workspace holds two at most', () => {
  const scope = (share: string) => ({ request: {}, share, isGone: () => false, isLate: () => false });

  /** Holds connections of a workspace until released. */
  function hold(share: string, count: number) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const done = Array.from({ length: count }, () =>
      inRequest(scope(share), () => database.transaction(() => promise)),
    );
    return { release: resolve, done };
  }

  test('others get theirs at once, and its own third is refused after half a second', async () => {
    const first = hold('first', 2);
    const refused = inRequest(scope('first'), () => database.rows('select 1', []));
    await inRequest(scope('second'), () => database.rows('select 1', []));
    await expect(refused).rejects.toThrow(UnavailableError);
    first.release();
    await Promise.all(first.done);
    await inRequest(scope('first'), () => database.rows('select 1', []));
  });
});
