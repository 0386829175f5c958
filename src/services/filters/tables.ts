import { MEMBER_TABLES } from '../rows/members.js';

/**
 * The tables of filters and orders: `m` (member), `s` (open membership), `u` (use of credits this month, UTC) and `w`
 * (workspace). PostgreSQL leaves out the joins that a statement does not need.
 */
export const FILTER_TABLES = `${MEMBER_TABLES}
  left join credit_usage u on u.workspace_id = m.workspace_id and u.account_id = m.account_id
    and u.month = to_char(now() at time zone 'UTC', 'YYYY-MM')
  left join workspace w on w.id = m.workspace_id`;

/** The open memberships of the workspace `$1` that meet a condition of a filter that `isOfMembership` accepts. */
export function openMemberships(condition: string): { readonly from: string; readonly where: string } {
  return { from: 'membership s', where: `s.workspace_id = $1 and s.ended_at is null and ${condition}` };
}

/** The credits that the member has used this month (UTC). */
export const CREDITS_USED = 'coalesce(u.used, 0)';
