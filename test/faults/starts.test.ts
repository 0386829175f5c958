import pg from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../database.js';
import { rollcall, rollcallServer } from '../process.js';

/** Databases on which a server starts together with another one, or does not start. */

async function testDatabase(options?: { readonly empty: boolean }): Promise<TestDatabase> {
  const database = await createTestDatabase(options);
  onTestFinished(() => database.drop());
  return database;
}

async function run({ address }: TestDatabase, text: string): Promise<void> {
  const client = new pg.Client(address);
  await client.connect();
  await client.query(text).finally(() => client.end());
}

test('two servers start on an empty database', async () => {
  const { url } = await testDatabase({ empty: true });
  const servers = await Promise.all([
    rollcallServer({ DATABASE_URL: url }),
    rollcallServer({ DATABASE_URL: url }),
  ]);
  for (const server of servers) {
    expect((await fetch(`${server.url}/healthz`)).status).toBe(200);
    server.signal('SIGTERM');
    expect(await server.ended).toMatchObject({ code: 0, stderr: '' });
  }
});

test('a database that a newer version has migrated is refused in a sentence', async () => {
  const database = await testDatabase();
  await run(
    database,
    `insert into mikro_orm_migrations (name, executed_at) values ('Migration20990101000000_Later', now())`,
  );
  expect(await rollcall(['serve', '--port', '0'], { DATABASE_URL: database.url })).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'The database was migrated by a newer version of Rollcall (Migration20990101000000_Later). Start that version or ' +
      'a later one, or restore the backup from before its migration.\n',
  });
});

test('a read-only database is refused in a sentence', async () => {
  const database = await testDatabase();
  const name = pg.escapeIdentifier(database.address.database);
  await run(database, `alter database ${name} set default_transaction_read_only = on`);
  expect(await rollcall(['serve', '--port', '0'], { DATABASE_URL: database.url })).toEqual({
    code: 1,
    stdout: '',
    stderr:
      'The database is read-only: it is a replica, or default_transaction_read_only is on. Set DATABASE_URL to a ' +
      'database that takes changes.\n',
  });
});

test('a database that does not answer is refused in a sentence', async () => {
  const ended = await rollcall(['serve', '--port', '0'], {
    DATABASE_URL: 'postgresql://rollcall@127.0.0.1:1/rollcall',
  });
  expect(ended).toEqual({
    code: 1,
    stdout: '',
    stderr: 'The database cannot be reached (connect ECONNREFUSED 127.0.0.1:1). Check DATABASE_URL.\n',
  });
});
