import { afterAll, expect, test } from 'vitest';
import { newId } from '../../src/domain/ids.js';
import { databaseBefore } from './database-before.js';

const { database, migrate, drop } = await databaseBefore('Migration20261125130000_Credits');

afterAll(drop);
async function workspace(version: string, monthlyCredits: number | null): Promise<string> {
  const id = newId();
  await database.rows(
    `insert into workspace
       (id, name, version, plan, scim_enabled, default_role, monthly_credits, revision, created_at, updated_at)
     values ($1, 'Acme', $2, 'TEAM', false, $3, $4, 1, '2026-07-31T23:00:00Z', now())`,
    [id, version, version === 'V2' ? 'VIEWER' : null, monthlyCredits],
  );
  return id;
}

async function poolChange(
  workspaceId: string,
  at: string,
  action: string,
  after: number | null,
): Promise<void> {
  await database.rows(
    `insert into audit_entry
       (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id, target_label, changes, request_id)
     values ($1, $2, $3, 'OPERATOR', 'operator', 'GRAPHQL', $4, 'workspace', $2, 'Acme', $5, 'r')`,
    [newId(), workspaceId, at, action, JSON.stringify({ monthlyCredits: { before: null, after } })],
  );
}

test('past pools are read from the audit log', async () => {
  const audited = await workspace('V2', 400);
  await poolChange(audited, '2026-08-01T00:00:00Z', 'workspace.create', 100);
  await poolChange(audited, '2026-10-05T00:00:00Z', 'workspace.update', 200);
  await poolChange(audited, '2026-10-31T23:59:59Z', 'workspace.update', 300);
  await poolChange(audited, '2026-11-01T00:00:00Z', 'workspace.update', 400);
  const unknown = await workspace('V2', 50);
  const without = await workspace('V2', null);
  await poolChange(without, '2026-08-01T00:00:00Z', 'workspace.create', null);
  await workspace('V1', null);
  await migrate();
  const held = (workspaceId: string) =>
    database.rows('select month, total, used from credit_month where workspace_id = $1 order by month', [
      workspaceId,
    ]);
  expect(await held(audited)).toEqual([
    { month: '2026-08', total: 100, used: 0 },
    { month: '2026-10', total: 300, used: 0 },
    { month: '2026-11', total: 400, used: 0 },
  ]);
  expect(await held(unknown)).toEqual([{ month: '2026-07', total: 50, used: 0 }]);
  expect(await database.rows('select count(*)::integer as count from credit_month', [])).toEqual([
    { count: 4 },
  ]);
});
