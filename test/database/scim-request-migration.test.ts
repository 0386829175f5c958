import { afterAll, expect, test } from 'vitest';
import { newId } from '../../src/domain/ids.js';
import { databaseBefore } from './database-before.js';

/** The provisioning log of the previous release is kept, and could go back. */
const { orm, database, migrate, drop } = await databaseBefore('Migration20261130180000_ScimRequestSets');

afterAll(drop);

const ENTRIES = `
  select id, at, workspace_id, duration_ms, target_type, target_id, target_name, status, code, request_id, notices, times
  from scim_request order by id`;

test('every entry keeps its id and its values, there and back', async () => {
  for (const day of ['20261128', '20261129'])
    await database.rows(
      `create table scim_request_${day} partition of scim_request
       for values from ('${day} 00:00:00+00') to ('${day} 00:00:00+00'::timestamptz + interval '24 hours')`,
      [],
    );
  for (const [at, targetId, notices] of [
    ['2026-11-28T00:00:00.000Z', newId(), null],
    [
      '2026-11-28T23:59:59.999Z',
      null,
      '[{"code": "ROLES_IGNORED", "attribute": "roles", "closest": "role"}]',
    ],
    ['2026-11-29T12:00:00.000Z', newId(), null],
  ])
    await database.rows(
      `insert into scim_request (id, at, workspace_id, duration_ms, client, method, operation, target_type, target_id,
         target_name, status, code, request_id, notices, times)
       values ($1, $2, $3, 1.5, 'OKTA', 'PUT', 'USER_UPDATE', 'member', $4, 'ann', 409, 'UNIQUENESS', $5, $6, 2)`,
      [newId(), at, newId(), targetId, newId(), notices],
    );
  const before = await database.rows(ENTRIES, []);
  expect(before).toHaveLength(3);

  expect(await migrate()).toHaveLength(1);
  expect(await database.rows(ENTRIES, [])).toEqual(before);
  const days = await database.rows(
    'select distinct tableoid::regclass::text as day from scim_request_set order by 1',
    [],
  );
  expect(days).toEqual([{ day: 'scim_request_set_20261128' }, { day: 'scim_request_set_20261129' }]);

  await orm.migrator.down({ migrations: ['Migration20261130180000_ScimRequestSets'] });
  expect(await database.rows(ENTRIES, [])).toEqual(before);
  expect(await migrate()).toHaveLength(1);
  expect(await database.rows(ENTRIES, [])).toEqual(before);
});
