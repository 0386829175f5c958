import { afterAll, beforeAll, expect, test } from 'vitest';
import { selectList, TABLES, without } from '../../src/database/tables.js';
import { entities } from '../../src/model/index.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { Describer } from './describe.js';

/** The tables that statements and queries use are those of the model, and those of the database. */

let testDatabase: TestDatabase;
let describer: Describer;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  describer = await Describer.on(testDatabase.address);
});

afterAll(async () => {
  await describer.close();
  await testDatabase.drop();
});

test('every entity is a table', () => {
  expect(Object.keys(TABLES)).toHaveLength(entities.length);
});

test.each(Object.entries(TABLES))('%s', async (_, table) => {
  const described = await describer.describe(
    `select ${selectList<Readonly<Record<string, string>>>(table, 't')} from ${table.name} t`,
  );
  expect(described.columns).toEqual(
    Object.entries(table.columns).map(([name, { name: type, nullable }]) => ({ name, type, nullable })),
  );
  const all = await describer.describe(`select * from ${table.name}`);
  expect(all.columns.map(({ name }) => name).sort()).toEqual(Object.values(table.fields).sort());
});

test('a table without some columns has none of them', () => {
  const rest = without(TABLES.session, 'lookup', 'hash');
  expect(rest.properties).toEqual(['id', 'accountId', 'createdAt', 'expiresAt', 'endedAt']);
  expect(Object.keys(rest.columns)).toEqual(rest.properties);
  expect(selectList(rest, 's')).toBe(
    's.id, s.account_id as "accountId", s.created_at as "createdAt", s.expires_at as "expiresAt", s.ended_at as "endedAt"',
  );
});
