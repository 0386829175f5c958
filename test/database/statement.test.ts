import { describe, expect, test } from 'vitest';
import { integer, nullable, text } from '../../src/database/column-types.js';
import type { Sql } from '../../src/database/database.js';
import { statement } from '../../src/database/statement.js';

const NAMED = statement({
  name: 'test.named',
  text: 'select $first::text as "one", $second::integer + $second as "two" where $2 > 0',
  parameters: { first: nullable(text), second: integer },
  columns: { one: nullable(text), two: integer },
});

/** Records the statements. */
const asked: unknown[] = [];
const echo: Sql = {
  rows: (sql, values) => {
    asked.push([sql, values]);
    return Promise.resolve([]);
  },
};

test('parameters are numbered in the order of their declaration, and values are passed by name', async () => {
  expect(await NAMED.row(echo, { second: 2, first: null })).toBeUndefined();
  expect(asked).toEqual([['select $1::text as "one", $2::integer + $2 as "two" where $2 > 0', [null, 2]]]);
});

describe('a declaration is refused', () => {
  test('with a parameter that its text does not use', () => {
    expect(() => statement({ name: 'test.unused', text: 'select 1', parameters: { id: text } })).toThrow(
      'The statement test.unused does not use $id.',
    );
  });

  test('with a parameter in its text that is not declared', () => {
    expect(() => statement({ name: 'test.unknown', text: 'select $id', parameters: {} })).toThrow(
      'The statement test.unknown does not declare its parameter $id.',
    );
  });
});
