/// <reference types="vite/types/importMeta.d.ts" />
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeclaredStatement, declaredStatements } from '../../src/database/statement.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { Describer } from './describe.js';

/**
 * Every statement that is SQL by hand is held against what PostgreSQL says of it, so that a column that is renamed, a type
 * that changes and a `not null` that goes fail here and not at a customer's.
 */

// Loading a module declares its statements.
const modules = import.meta.glob(
  ['../../src/services/**/*.ts', '../../src/database/*.ts', '../../src/server/{development,seed,app}.ts'],
  { eager: true },
);

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

const statements = declaredStatements();

test('every module is looked at, and every statement has a name of its own', () => {
  expect(Object.keys(modules).length).toBeGreaterThan(50);
  const names = statements.map(({ name }) => name);
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
});

describe.each(statements.map((statement) => [statement.name, statement] as const))('%s', (_, statement) => {
  test('is what it is declared to be', async () => {
    const { parameters, columns } = await describer.describe(statement.text);
    expect(parameters).toEqual(typeNames(statement.parameters));
    const read = Object.entries(statement.columns);
    // A statement that is run for its effect may give rows that nobody reads.
    if (read.length === 0) return;
    expect(columns.map(({ name, type }) => [name, type])).toEqual(
      read.map(([name, { name: type }]) => [name, type]),
    );
    const mayBeNull = columns.filter(({ nullable }) => nullable === true).map(({ name }) => name);
    expect(mayBeNull.filter((name) => statement.columns[name]?.nullable === false)).toEqual([]);
  });
});

function typeNames(types: DeclaredStatement['parameters']): string[] {
  return Object.values(types).map(({ name }) => name);
}
