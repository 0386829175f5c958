import { afterAll, expect, test } from 'vitest';
import { duplicateReports } from '../../src/database/duplicates.js';
import { newId } from '../../src/domain/ids.js';
import { databaseBefore } from './database-before.js';

/** Rule 15 on a database in which members share an externalId: the migration keeps and reports them. */
const { orm, database, migrate, drop } = await databaseBefore('Migration20261130100000_ExternalIdUnique');

afterAll(drop);
let made = 0;

async function workspace(): Promise<string> {
  const id = newId();
  await database.rows(
    `insert into workspace (id, name, version, plan, scim_enabled, default_role, revision, created_at, updated_at)
     values ($1, 'Acme', 'V2', 'TEAM', false, 'VIEWER', 1, now(), now())`,
    [id],
  );
  return id;
}

/** A member who is younger than those before. */
async function member(workspaceId: string, externalId: string | null, isActive: boolean): Promise<string> {
  made += 1;
  const id = newId();
  const email = `person${made}@t.test`;
  await database.rows(
    'insert into account (id, email, canonical_email, created_at) values ($1, $2, $2, now())',
    [id, email],
  );
  await database.rows(
    `insert into member (id, workspace_id, account_id, user_name, canonical_user_name, external_id, profile, managed_by,
       version, created_at, updated_at)
     values ($1, $2, $1, $3, $3, $4, '{}', 'WORKSPACE', 1, now(), now())`,
    [id, workspaceId, email, externalId],
  );
  await database.rows(
    `insert into membership (id, member_id, workspace_id, workspace_version, role, started_at, ended_at)
     values ($1, $1, $2, 'V2', 'VIEWER', '2026-01-01', $3)`,
    [id, workspaceId, isActive ? null : new Date()],
  );
  return id;
}

test('the first active member keeps an externalId, and the other active ones are reported', async () => {
  const [here, there] = [await workspace(), await workspace()];
  const former = await member(here, '00u1', false);
  const keeper = await member(here, '00u1', true);
  const other = await member(here, '00u1', true);
  const alone = [
    await member(there, '00u1', false),
    await member(here, null, true),
    await member(here, null, true),
  ];

  expect(await migrate()).toHaveLength(1);

  const ranks = await database.rows<{ id: string; external_id_rank: number }>(
    'select id, external_id_rank from member',
    [],
  );
  expect(Object.fromEntries(ranks.map(({ id, external_id_rank }) => [id, external_id_rank]))).toEqual({
    [keeper]: 0,
    [other]: 1,
    [former]: 2,
    ...Object.fromEntries(alone.map((id) => [id, 0])),
  });
  expect(await duplicateReports(database)).toEqual([
    `Member ${other} of workspace ${here} has the same externalId ("00u1") as ${keeper} ("person2@t.test"). ` +
      'Delete one of the two, or change the externalId of one.',
  ]);
  await expect(member(here, '00u1', true)).rejects.toMatchObject({ constraint: 'member_external_id' });
  expect(await orm.schema.getUpdateSchemaSQL()).toBe('');
});
