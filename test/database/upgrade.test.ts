import type { MikroORM } from '@mikro-orm/postgresql';
import pg from 'pg';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { migrate } from '../../src/database/migrate.js';
import { connect } from '../../src/database/orm.js';
import { PreparingClient } from '../../src/database/preparing-client.js';
import { StepwiseMigration } from '../../src/database/stepwise-migration.js';
import { fill, PREVIOUS_RELEASE } from '../bench/previous-release.js';
import { createTestDatabase, type TestDatabase } from '../database.js';

/** The migrations of this release on a database of the previous one: `npm run bench -- --upgrade` measures many rows. */

const MEMBERS = 1000;

let database: TestDatabase;
let orm: MikroORM;

beforeEach(async () => {
  database = await createTestDatabase({ empty: true });
  orm = await connect(database.address, 4);
  await orm.migrator.up({ to: PREVIOUS_RELEASE });
  await fill(database.address, MEMBERS);
});

afterEach(async () => {
  restore();
  await orm.close();
  await database.drop();
});

/** The tables with rows that the present transaction has locked against readers, and has read or written as a whole. */
const HELD = `
  select s.relname as name from pg_stat_xact_user_tables s
  where s.relname in ('account', 'audit_entry', 'member', 'membership', 'session')
    and s.seq_scan > 0 and exists (
      select 1 from pg_locks l
      where l.relation = s.relid and l.pid = pg_backend_pid() and l.mode = 'AccessExclusiveLock')`;

// biome-ignore lint/suspicious/noExplicitAny: the methods of two classes.
type Method = (...args: unknown[]) => Promise<any>;

let restore = () => {};

/** Replaces a method of a class until the end of the test. */
function wrap(
  type: { readonly prototype: object },
  name: string,
  wrapped: (original: Method) => Method,
): void {
  const original: Method = Reflect.get(type.prototype, name);
  Reflect.set(type.prototype, name, wrapped(original));
  restore = () => Reflect.set(type.prototype, name, original);
}

/** Calls `seen` with the tables of `HELD` before every commit. */
function watchCommits(seen: (tables: readonly string[]) => void): void {
  wrap(
    PreparingClient,
    'query',
    (query) =>
      function (this: PreparingClient, ...args: unknown[]) {
        if (args[0] !== 'commit') return Reflect.apply(query, this, args);
        return Reflect.apply(query, this, [HELD])
          .then(({ rows }: pg.QueryResult<{ name: string }>) => {
            seen(rows.map(({ name }) => name));
            // PostgreSQL counts on from one transaction to the next until the counts are flushed.
            return Reflect.apply(query, this, ['select pg_stat_force_next_flush()']);
          })
          .then(() => Reflect.apply(query, this, args));
      },
  );
}

test('no migration reads or writes a whole table while it locks out its readers', async () => {
  const seen: string[] = [];
  let commits = 0;
  watchCommits((tables) => {
    commits += 1;
    seen.push(...tables);
  });
  await migrate(orm);
  expect(commits).toBeGreaterThan(15);
  expect(seen).toEqual([]);
});

test('what the check finds: a column is rewritten, a constraint compared, an index made again', async () => {
  const seen: string[] = [];
  watchCommits((tables) => void seen.push(tables.join()));
  for (const statement of [
    'alter table session alter column expires_at type timestamptz(0)',
    'alter table account add constraint dated check (created_at is not null)',
    'alter table member alter column external_id type text collate "C"',
    'alter table membership add column noted text',
  ]) {
    await orm.em.getConnection().transactional(async (tx) => {
      await orm.em.getConnection().execute(statement, [], 'run', tx);
    });
  }
  expect(seen).toEqual(['session', 'account', 'member', '']);
});

test('a migration that was interrupted after any of its steps goes on from there', async () => {
  const steps = new Set<string>();
  wrap(
    StepwiseMigration,
    'step',
    (step) =>
      async function (this: StepwiseMigration, ...args: unknown[]) {
        await Reflect.apply(step, this, args);
        const known = steps.size;
        if (steps.add(`${this.name}: ${args[0]}`).size > known) throw new Error('interrupted');
      },
  );
  const attempt = () =>
    migrate(orm).then(
      () => 'done',
      (error: Error) => error.message,
    );
  let last = await attempt();
  while (last === 'interrupted') last = await attempt();
  expect(last).toBe('done');
  expect(steps.size).toBeGreaterThan(10);
  expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
  const client = new pg.Client(database.address);
  await client.connect();
  const { rows } = await client.query(
    `select count(*)::integer as members, count(distinct canonical_user_name)::integer as names,
       (select count(*)::integer from pg_constraint where not convalidated) as doubtful from member`,
  );
  await client.end();
  expect(rows).toEqual([{ members: MEMBERS, names: MEMBERS, doubtful: 0 }]);
});
