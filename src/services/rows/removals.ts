import { timestamptz, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

/**
 * SQL that records removals (rule 16a).
 * @param source a select of account, workspace and time
 */
export function recordRemovalSql(source: string): string {
  return `insert into removal (account_id, workspace_id, removed_at) ${source}
    on conflict (account_id, workspace_id) do update
      set removed_at = greatest(removal.removed_at, excluded.removed_at)`;
}

const REMEMBER = statement({
  name: 'removals.remember',
  text: recordRemovalSql('values ($accountId, $workspaceId, clock_timestamp())'),
  parameters: { accountId: uuid, workspaceId: uuid },
});

const SINCE = statement({
  name: 'removals.since',
  text: `
    select 1 from removal
    where account_id = $accountId and workspace_id = $workspaceId and removed_at >= $moment`,
  parameters: { accountId: uuid, workspaceId: uuid, moment: timestamptz },
});

/**
 * Records that the person of an account has just stopped being a member of the workspace (rule 16a): by deactivation,
 * by deletion, or because the member got another address. The record outlives the member.
 */
export async function recordRemoval(sql: Sql, workspaceId: string, accountId: string): Promise<void> {
  await REMEMBER.rows(sql, { accountId, workspaceId });
}

/** Whether the person of an account was removed from the workspace at that time or later. */
export async function wasRemovedSince(
  sql: Sql,
  workspaceId: string,
  accountId: string,
  moment: Date,
): Promise<boolean> {
  return (await SINCE.rows(sql, { accountId, workspaceId, moment })).length > 0;
}
