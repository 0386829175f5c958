import type { MikroORM } from '@mikro-orm/postgresql';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Database } from '../../../src/database/database.js';
import { connect } from '../../../src/database/orm.js';
import { newId } from '../../../src/domain/ids.js';
import { localContext } from '../../../src/services/context/system.js';
import { consume } from '../../../src/services/credits/consume.js';
import { daysOf, history } from '../../../src/services/credits/reports.js';
import { create as createWorkspace } from '../../../src/services/workspaces/commands.js';
import { createTestDatabase, type TestDatabase } from '../../database.js';

/** 14 hours ahead of UTC: most of a day there is another day than in UTC, and the end of a month another month. */
const FAR = 'Pacific/Kiritimati';

let testDatabase: TestDatabase;
let orm: MikroORM;
let database: Database;

beforeAll(async () => {
  testDatabase = await createTestDatabase();
  const setting = await connect(testDatabase.address, 1);
  const name = testDatabase.address.database;
  await (await Database.over(setting)).rows(`alter database ${name} set timezone to '${FAR}'`, []);
  await setting.close();
  orm = await connect(testDatabase.address, 5);
  database = await Database.over(orm);
});

afterAll(async () => {
  await orm.close();
  await testDatabase.drop();
});

test('months and days are in UTC, whatever the time zone of the database', async () => {
  expect(await database.rows('show timezone', [])).toEqual([{ TimeZone: FAR }]);
  const context = localContext(database, 'SYSTEM');
  const { workspace, ownerMemberId } = await createWorkspace(context, {
    name: 'Far',
    version: 'V2',
    plan: 'TEAM',
    scimEnabled: false,
    ownerEmail: 'olivia@acme.test',
    monthlyCredits: 100,
  });
  const { id: workspaceId } = workspace;
  const input = { workspaceId, memberId: ownerMemberId, amount: 1, idempotencyKey: 'now' };
  const { consumption } = await consume(context, input);
  expect(consumption.month).toBe(consumption.at.toISOString().slice(0, 7));
  for (const at of ['2024-02-01T00:00:00.000Z', '2024-02-29T23:59:59.999Z']) {
    await database.rows(
      `insert into credit_consumption
         (id, workspace_id, account_id, member_id, user_name, at, month, amount, idempotency_key, consumed_by)
       values ($1, $2, $3, $4, 'olivia@acme.test', $5, '2024-02', 7, $1::uuid::text, 'Test')`,
      [newId(), workspaceId, consumption.accountId, ownerMemberId, at],
    );
  }
  const [february, current] = await daysOf(context, [
    { workspaceId, month: '2024-02' },
    { workspaceId, month: consumption.month },
  ]);
  expect(february).toHaveLength(29);
  expect(february?.filter(({ used }) => used > 0)).toEqual([
    { date: '2024-02-01', used: 7 },
    { date: '2024-02-29', used: 7 },
  ]);
  expect(current?.at(-1)).toEqual({ date: consumption.at.toISOString().slice(0, 10), used: 1 });
  expect(await history(context, workspaceId, 1)).toEqual([
    { workspaceId, month: consumption.month, total: 100, used: 1, remaining: 99 },
  ]);
});
