/// <reference types="vite/types/importMeta.d.ts" />
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type DeclaredStatement, declaredStatements } from '../../src/database/statement.js';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { Describer } from './describe.js';

/**
 * Every statement in SQL is compared with PostgreSQL's description of it, so that a renamed column, a changed type or a
 * dropped `not null` fails here and not in production.
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

/** SQL that no statement declares, with the reason. */
const UNDECLARED: Readonly<Record<string, string>> = {
  'database/control-connection.ts': 'it asks whether the server answers, and cancels statements',
  'database/database.ts': 'it passes on what statements and queries ask',
  'database/hosts.ts': 'it asks a server whether it takes changes, before there is a pool',
  'database/listening.ts': 'LISTEN has no parameters and no rows',
  'database/migrate.ts': 'it locks out other migrations, before there are tables',
  'database/preparing-client.ts': 'it gives up what it has prepared',
  'database/open.ts': 'it asks whether there are tables, before they are opened',
  'database/pipelined.ts': 'it passes on what statements and queries ask',
  'database/query.ts': 'the query builder knows the types of what it has built',
  'database/replicas.ts': 'it passes on what statements and queries ask',
  'database/statement.ts': 'it runs what is declared',
  'database/write-queues.ts': 'it runs declared statements over arrays',
  'services/audit/export.ts': 'it adds conditions to a declared selection',
  'services/lists/batch.ts':
    'it rewrites a statement for many parents, whose rows are those of the statement',
  'services/lists/page.ts': 'it adds conditions and an order to a declared selection',
  'services/members/bulk.ts': 'it adds conditions to a declared selection',
  'services/members/counts.ts': 'it adds conditions to a declared selection',
  'services/members/export.ts': 'it adds conditions to a declared selection',
  'services/provisioning-log/partitions.ts': 'names of tables cannot be bound',
  'services/rows/members.ts': 'it is handed one of its statements',
  'services/context/sign-in-limits.ts': 'rate-limiter-flexible writes the statements',
};

const SRC = fileURLToPath(new URL('../../src', import.meta.url));

/** A call with text for SQL: statements are constants (`FIND.rows`), and everything else has another name. */
const RAW = /(?<![A-Z][A-Z_]*)\.(?:rows|batches|query)[<(]/;

test('SQL is written only in declared statements, except in files listed with a reason', async () => {
  const files = (await readdir(SRC, { recursive: true })).filter((name) => name.endsWith('.ts'));
  const raw = await Promise.all(
    files
      // GraphQL has no SQL to run, and its queries are others; the embedded server is administered before there are tables.
      .filter((name) => !/^(dashboard|graphql|database\/(embedded|migrations))\//.test(name))
      .map(async (name) => (RAW.test(await readFile(join(SRC, name), 'utf8')) ? [name] : [])),
  );
  const reasons = Object.keys(UNDECLARED);
  const found = raw.flat();
  expect(found.filter((name) => !reasons.some((reason) => name.startsWith(reason)))).toEqual([]);
  expect(reasons.filter((reason) => !found.some((name) => name.startsWith(reason)))).toEqual([]);
});

test('every module is checked, and every statement has a unique name', () => {
  expect(Object.keys(modules).length).toBeGreaterThan(50);
  const names = statements.map(({ name }) => name);
  expect(names.filter((name, place) => names.indexOf(name) !== place)).toEqual([]);
});

describe.each(statements.map((statement) => [statement.name, statement] as const))(
  'statement %s',
  (_, statement) => {
    test('has the declared parameters and columns', async () => {
      const { parameters, columns } = await describer.describe(statement.text);
      expect(parameters).toEqual(typeNames(statement.parameters));
      const read = Object.entries(statement.columns);
      // A statement that is run for its effect may return rows that are not read.
      if (read.length === 0) return;
      expect(columns.map(({ name, type }) => [name, type])).toEqual(
        read.map(([name, { name: type }]) => [name, type]),
      );
      const mayBeNull = columns.filter(({ nullable }) => nullable === true).map(({ name }) => name);
      expect(mayBeNull.filter((name) => statement.columns[name]?.nullable === false)).toEqual([]);
    });
  },
);

function typeNames(types: DeclaredStatement['parameters']): string[] {
  return Object.values(types).map(({ name }) => name);
}
