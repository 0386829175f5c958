import { timestamptz } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

/** How long a deleted key is still recognized when it is used (rule 51). */
const DELETED_KEY_DAYS = 30;

const DROP_COUNTS = statement({
  name: 'provisioningLog.dropCounts',
  text: 'delete from scim_request_count where hour < $oldest',
  parameters: { oldest: timestamptz },
});

const DROP_PROBLEMS = statement({
  name: 'provisioningLog.dropProblems',
  text: 'delete from scim_problem where last_at < $oldest',
  parameters: { oldest: timestamptz },
});

const DROP_KEYS = statement({
  name: 'provisioningLog.dropKeys',
  text: `delete from deleted_api_key_secret where deleted_at < now() - interval '${DELETED_KEY_DAYS} days'`,
  parameters: {},
});

/** Removals can be undone for a day; the window of a brake is at most a day. */
const DROP_REMOVALS = statement({
  name: 'provisioningLog.dropRemovals',
  text: `delete from scim_removal where at < now() - interval '2 days'`,
  parameters: {},
});

/** Deletes the counts and problems from before a time, the keys that were deleted long ago, and old removals. */
export async function dropExpired(sql: Sql, oldest: Date): Promise<void> {
  await DROP_COUNTS.rows(sql, { oldest });
  await DROP_PROBLEMS.rows(sql, { oldest });
  await DROP_KEYS.rows(sql, {});
  await DROP_REMOVALS.rows(sql, {});
}
