import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  arrayOf,
  boolean,
  double,
  integer,
  jsonb,
  nullable,
  text,
  timestamptz,
  uuid,
} from '../../src/database/column-types.js';
import { Database } from '../../src/database/database.js';
import { connect } from '../../src/database/orm.js';
import { statement } from '../../src/database/statement.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

const ARRAYS = statement({
  name: 'test.arrays',
  text: 'select $ids::uuid[] as ids, $doubles::double precision[] as doubles, $integers::integer[] as integers, $texts::text[] as texts, $times::timestamptz[] as times, $booleans::boolean[] as booleans, $jsons::jsonb[] as jsons',
  parameters: {
    ids: arrayOf(nullable(uuid)),
    doubles: arrayOf(double),
    integers: arrayOf(nullable(integer)),
    texts: arrayOf(nullable(text)),
    times: arrayOf(nullable(timestamptz)),
    booleans: arrayOf(nullable(boolean)),
    jsons: arrayOf(nullable(jsonb())),
  },
  columns: {
    ids: arrayOf(nullable(uuid)),
    doubles: arrayOf(double),
    integers: arrayOf(nullable(integer)),
    texts: arrayOf(nullable(text)),
    times: arrayOf(nullable(timestamptz)),
    booleans: arrayOf(nullable(boolean)),
    jsons: arrayOf(nullable(jsonb())),
  },
});

const NOTHING = { ids: [], doubles: [], integers: [], texts: [], times: [], booleans: [], jsons: [] };
const ID = '01234567-89ab-cdef-0123-456789abcdef';

let testDatabase: TestDatabase;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase({ empty: true });
  database = await Database.over(await connect(testDatabase.address, 1));
});

afterAll(async () => {
  await database.close();
  await testDatabase.drop();
});

test('PostgreSQL reads what was written', async () => {
  const values = {
    ids: [ID, null, 'ffffffff-ffff-ffff-ffff-ffffffffffff', null],
    doubles: [0, -0.1, 1e300, 5e-324, 1_764_500_000_123.5, Number.POSITIVE_INFINITY],
    integers: [null, 0, -1, 2_147_483_647, -2_147_483_648],
    texts: ['a', null, 'NULL', '', `"{},'\\`, 'Zoë', '李', '👩‍🚀', 'é'.repeat(10_000)],
    booleans: [true, null, false],
    times: ['1969-12-31T23:59:59.999Z', '2000-01-01T00:00:00.001Z', '2262-01-01T00:00:00Z'].map(
      (time) => new Date(time),
    ),
  };
  const jsons = ['{"name": "Zoë", "tags": ["a\\\\b"]}', null, 'null', '[]', '"👩‍🚀"'];
  const read = jsons.map((json) => (json === null ? null : JSON.parse(json)));
  expect(await ARRAYS.row(database, { ...values, jsons })).toEqual({ ...values, jsons: read });
});

test('an array may be empty', async () => {
  expect(await ARRAYS.row(database, NOTHING)).toEqual(NOTHING);
});

test('the digits of a UUID may be capitals', async () => {
  expect(await ARRAYS.row(database, { ...NOTHING, ids: [ID.toUpperCase()] })).toMatchObject({ ids: [ID] });
});

describe('refuses', () => {
  test.each(['', ID.slice(1), `${ID}0`, ID.replace('0', 'g'), ID.replace('0', 'é'), `${ID},${ID}`])(
    'the UUID %j',
    (id) => expect(() => ARRAYS.bind({ ...NOTHING, ids: [id] })).toThrow(TypeError),
  );

  test('a JSON text that is none', async () => {
    await expect(ARRAYS.rows(database, { ...NOTHING, jsons: ['{'] })).rejects.toThrow('invalid input syntax');
  });

  test('an integer of more than four bytes', () => {
    expect(() => ARRAYS.bind({ ...NOTHING, integers: [2_147_483_648] })).toThrow(RangeError);
  });
});
