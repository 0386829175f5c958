import { sql } from 'kysely';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { connect } from '../../src/database/orm.js';
import { query, rowOf, rowsOf } from '../../src/database/query.js';
import { newId } from '../../src/domain/ids.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  database = await Database.over(await connect(testDatabase.address, 2));
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

const HOSTILE = `o'brien"; drop table account; --@example.com`;

test('binds values in the order of their placeholders', () => {
  const built = query
    .selectFrom('account')
    .select(['id', 'createdAt'])
    .where('email', '=', HOSTILE)
    .limit(5)
    .compile();
  expect(built).toMatchObject({
    sql: 'select "id", "created_at" from "account" where "email" = $1 limit $2',
    parameters: [HOSTILE, 5],
  });
});

test("names the columns of rows after the model's properties", async () => {
  const account = { id: newId(), email: HOSTILE, createdAt: new Date('2026-11-23T10:00:00.123Z') };
  await rowsOf(database, query.insertInto('account').values({ ...account, canonicalEmail: HOSTILE }));
  const found = query.selectFrom('account as a').select(['a.id', 'a.email', 'a.createdAt']);
  expect(await rowsOf(database, found.where('a.email', '=', HOSTILE))).toEqual([account]);
  expect(await rowOf(database, found.where('a.id', '=', newId()))).toBeUndefined();
});

test('leaves keys inside JSON unchanged', async () => {
  const built = query.selectNoFrom(sql<object>`'{"snake_case": [{"an_other": 1}]}'::jsonb`.as('someJson'));
  expect(await rowsOf(database, built)).toEqual([{ someJson: { snake_case: [{ an_other: 1 }] } }]);
});

test('inside a transaction sees its writes, and is rolled back with it', async () => {
  const id = newId();
  const found = query.selectFrom('account').select('id').where('id', '=', id);
  const seen = await database.dryRun((dry) =>
    dry.transaction(async (tx) => {
      await rowsOf(
        tx,
        query
          .insertInto('account')
          .values({ id, email: 'r@example.com', canonicalEmail: 'r@example.com', createdAt: new Date() }),
      );
      return rowOf(tx, found);
    }),
  );
  expect(seen).toEqual({ id });
  expect(await rowOf(database, found)).toBeUndefined();
});

test('refuses execute(), which would return nothing', async () => {
  await expect(query.selectFrom('account').select('id').execute()).rejects.toThrow('run by rowsOf or rowOf');
});
