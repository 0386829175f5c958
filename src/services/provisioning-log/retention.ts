import { timestamptz } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

/** How long a deleted key is still recognized when it is used (rule 51). */
const DELETED_KEY_DAYS = 30;

const DELETE_COUNTS = statement({
  name: 'provisioningLog.deleteCounts',
  text: 'delete from scim_request_count where hour < $oldest',
  parameters: { oldest: timestamptz },
});

const DELETE_PROBLEMS = statement({
  name: 'provisioningLog.deleteProblems',
  text: 'delete from scim_problem where last_at < $oldest',
  parameters: { oldest: timestamptz },
});

const DELETE_KEYS = statement({
  name: 'provisioningLog.deleteKeys',
  text: `delete from deleted_api_key_secret where deleted_at < now() - interval '${DELETED_KEY_DAYS} days'`,
  parameters: {},
});

/**
 * Twice as long as removals can be undone, and as the longest window of a brake. Those before a brake that is still engaged
 * can be undone until it is released.
 */
const DELETE_REMOVALS = statement({
  name: 'provisioningLog.deleteRemovals',
  text: `
    delete from scim_removal r
    where r.at < now() - interval '2 days'
      and not exists (
        select 1 from scim_brake b
        where b.workspace_id = r.workspace_id and r.at >= b.engaged_at - make_interval(mins => b.window_minutes))`,
  parameters: {},
});

/** Deletes the counts and problems from before a time, the keys that were deleted long ago, and old removals. */
export async function deleteExpired(sql: Sql, oldest: Date): Promise<void> {
  await DELETE_COUNTS.rows(sql, { oldest });
  await DELETE_PROBLEMS.rows(sql, { oldest });
  await DELETE_KEYS.rows(sql, {});
  await DELETE_REMOVALS.rows(sql, {});
}
