import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Account } from '../../src/model/account.js';
import { columnsOf } from '../../src/model/columns.js';
import { Member } from '../../src/model/member.js';
import { Membership } from '../../src/model/membership.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

let testDatabase: TestDatabase;
let client: pg.Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  client = new pg.Client(testDatabase.address);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await testDatabase.drop();
});

test.each([
  ['account', Account],
  ['member', Member],
  ['membership', Membership],
])('the columns of %s are those of the table, with their times', async (table, entity) => {
  const { rows } = await client.query<{ name: string; isTime: boolean }>(
    `select column_name as name, data_type like 'timestamp%' as "isTime" from information_schema.columns
     where table_schema = 'public' and table_name = $1 order by 1`,
    [table],
  );
  const columns = columnsOf<object>(entity).map(({ name, isTime }) => ({ name, isTime }));
  expect(columns.toSorted((a, b) => (a.name < b.name ? -1 : 1))).toEqual(rows);
});

test('a column has the name of its property in snake case, unless the model names it', () => {
  const names = Object.fromEntries(columnsOf(Member).map(({ property, name }) => [property, name]));
  expect(names).toMatchObject({ userName: 'user_name', workspaceId: 'workspace_id', attributes: 'profile' });
});

test('a class that is no entity has no columns', () => {
  expect(() => columnsOf(class Stranger {})).toThrow('Stranger is not an entity');
});
