import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect } from '../../src/database/orm.js';
import { selectList, TABLES, without } from '../../src/database/tables.js';
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

/** rate-limiter-flexible reads and writes its table with its own SQL. */
const OWN_SQL = ['rate_limit'];

test('every entity has a table, except those that a library queries', async () => {
  const orm = await connect(testDatabase.address, 1);
  const entities = [...orm.getMetadata()]
    .map(({ tableName }) => tableName)
    .filter((name) => !OWN_SQL.includes(name));
  await orm.close();
  expect(
    Object.values(TABLES)
      .map(({ name }) => name)
      .sort(),
  ).toEqual(entities.sort());
});

test.each(Object.entries(TABLES))('%s', async (_, table) => {
  const described = await describer.describe(
    `select ${selectList<Readonly<Record<string, string>>>(table, 't')} from ${table.name} t`,
  );
  expect(described.columns).toEqual(
    Object.entries(table.columns).map(([name, { name: type, nullable }], index) => ({
      name,
      type,
      // PostgreSQL does not report it for the columns of a view.
      nullable: described.columns[index]?.nullable === undefined ? undefined : nullable,
    })),
  );
  const all = await describer.describe(`select * from ${table.name}`);
  expect(all.columns.map(({ name }) => name).sort()).toEqual(Object.values(table.fields).sort());
});

test('without() leaves the named columns out', () => {
  const rest = without(TABLES.apiKeySecret, 'hash');
  expect(rest.properties).toEqual(['lookup', 'apiKeyId', 'expiresAt']);
  expect(Object.keys(rest.columns)).toEqual(rest.properties);
  expect(selectList(rest, 's')).toBe('s.lookup, s.api_key_id as "apiKeyId", s.expires_at as "expiresAt"');
});
