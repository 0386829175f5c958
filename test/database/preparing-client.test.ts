import type { Client } from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { PreparingClient } from '../../src/database/preparing-client.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

let testDatabase: TestDatabase;
let client: Client;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  client = new PreparingClient(testDatabase.address);
  await client.connect();
});

afterAll(async () => {
  await client.end();
  await testDatabase.drop();
});

async function prepared(): Promise<string[]> {
  const { rows } = await client.query<{ statement: string }>('select statement from pg_prepared_statements');
  return rows.map(({ statement }) => statement);
}

test('a statement with values is prepared once', async () => {
  const text = 'select $1::integer as one';
  for (const value of [1, 2]) expect((await client.query(text, [value])).rows).toEqual([{ one: value }]);
  expect(await prepared()).toEqual([text]);
});

test('of ever more statements, the most recently used stay prepared', async () => {
  const often = 'select $1::integer as often';
  for (let index = 0; index < 500; index += 1) {
    await client.query(`select $1::integer as shape_${index}`, [index]);
    expect((await client.query(often, [index])).rows).toEqual([{ often: index }]);
  }
  const kept = await prepared();
  expect(kept).toHaveLength(200);
  expect(kept).toContain(often);
  expect(kept).toContain('select $1::integer as shape_499');
});

test('after a failure in a transaction, later statements work', async () => {
  await client.query('begin');
  await expect(client.query('select $1::integer / 0', [1])).rejects.toThrow('division by zero');
  for (let index = 0; index < 300; index += 1) {
    await expect(client.query(`select $1::integer as failed_${index}`, [index])).rejects.toThrow('aborted');
  }
  await client.query('rollback');
  expect((await client.query('select $1::integer as after', [7])).rows).toEqual([{ after: 7 }]);
  expect((await client.query('select $1::integer as failed_299', [8])).rows).toEqual([{ failed_299: 8 }]);
});
