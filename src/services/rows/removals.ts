import type { Sql } from '../../database/database.js';

/**
 * Remembers that the person of an account has just ceased to be a member of the workspace (rule 16a): deactivated, deleted,
 * or because the member has got another address. The memory outlives the member.
 */
export async function rememberRemoval(sql: Sql, workspaceId: string, accountId: string): Promise<void> {
  await sql.rows(
    `insert into removal (account_id, workspace_id, removed_at) values ($1, $2, clock_timestamp())
     on conflict (account_id, workspace_id) do update
       set removed_at = greatest(removal.removed_at, excluded.removed_at)`,
    [accountId, workspaceId],
  );
}

/** Whether the person of an account has been removed from the workspace at that moment or later. */
export async function wasRemovedSince(
  sql: Sql,
  workspaceId: string,
  accountId: string,
  moment: Date,
): Promise<boolean> {
  const removals = await sql.rows(
    'select 1 from removal where account_id = $1 and workspace_id = $2 and removed_at >= $3',
    [accountId, workspaceId, moment],
  );
  return removals.length > 0;
}
