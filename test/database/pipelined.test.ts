import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../src/database/database.js';
import { connect } from '../../src/database/orm.js';
import { PipelinedReads } from '../../src/database/pipelined.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

/** Pipelined reads share connections: each gets its own rows, even when others fail. */

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

const doubled = (number: number) =>
  database.pipelined.rows<{ doubled: number }>('select 2 * $1::integer as doubled', [number]);

const numbers = Array.from({ length: 500 }, (_, index) => index);

test('concurrent reads each get their own rows, over two connections', async () => {
  const answers = await Promise.all(numbers.map(doubled));
  expect(answers).toEqual(numbers.map((number) => [{ doubled: 2 * number }]));
  const pids = await Promise.all(
    numbers.map(() => database.pipelined.rows<{ pid: number }>('select pg_backend_pid() as pid', [])),
  );
  expect(new Set(pids.flat().map(({ pid }) => pid)).size).toBe(2);
});

test('a failing read does not affect the others', async () => {
  const answers = await Promise.allSettled(
    numbers.map((number) =>
      database.pipelined.rows<{ share: number }>('select 100 / $1::integer as share', [number % 5]),
    ),
  );
  for (const [index, answer] of answers.entries()) {
    if (index % 5 === 0) expect(answer).toMatchObject({ status: 'rejected', reason: { code: '22012' } });
    else expect(answer).toEqual({ status: 'fulfilled', value: [{ share: Math.floor(100 / (index % 5)) }] });
  }
});

test('NUL in a value is refused', async () => {
  await expect(database.pipelined.rows('select $1::text', ['\0'])).rejects.toMatchObject({
    code: 'INVALID_INPUT',
  });
});

test('ended connections are replaced', async () => {
  await Promise.all(numbers.map(doubled));
  await database.rows(
    'select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()',
    [],
  );
  await expect.poll(() => doubled(21).catch(() => [])).toEqual([{ doubled: 42 }]);
  expect(await Promise.all(numbers.map(doubled))).toHaveLength(500);
});

test('without a database, every read fails with the reason', async () => {
  const nowhere = new PipelinedReads({ ...testDatabase.address, host: '/nowhere' });
  const answers = await Promise.allSettled([1, 2, 3].map((n) => nowhere.rows('select $1::integer', [n])));
  for (const answer of answers) expect(answer.status).toBe('rejected');
});
