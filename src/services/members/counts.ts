import { integer, nullable, oneOf, text, uuid } from '../../database/column-types.js';
import { type RowOfSelection, selection, statement } from '../../database/statement.js';
import { ROLES, SEAT_TYPES } from '../../domain/access.js';
import { DomainError } from '../../domain/errors.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { MemberFilter } from '../filters/filter.js';
import { requireModest } from '../filters/limits.js';
import { authorizeFilter, isOfMembership, memberFilterSql } from '../filters/members.js';
import { FILTER_TABLES, openMemberships } from '../filters/tables.js';
import { type MemberCounts, memberCounts } from './queries.js';

const COUNTED = selection({
  name: 'members.counted',
  columns: 's.role, s.seat_type as "seatType"',
  types: { role: nullable(oneOf(ROLES)), seatType: nullable(oneOf(SEAT_TYPES)) },
  from: FILTER_TABLES,
});

/**
 * How many members match a filter; the active ones of them by role and by seat type.
 * @throws DomainError as `authorize` does; INVALID_INPUT for a filter that is too large
 */
export async function countMatching(
  context: ServiceContext,
  workspaceId: string,
  filter: MemberFilter,
): Promise<MemberCounts> {
  const { workspace } = await authorize(context, 'member.read', workspaceId);
  requireModest(filter);
  await authorizeFilter(context, workspaceId, filter);
  const values: unknown[] = [workspaceId];
  const condition = memberFilterSql(filter, values);
  const { from, where } = isOfMembership(filter)
    ? openMemberships(condition)
    : { from: COUNTED.from, where: `m.workspace_id = $1 and ${condition}` };
  const counted = await context.batched.rows<RowOfSelection<typeof COUNTED> & { count: number }>(
    `select role, "seatType", count(*)::integer as count from (select ${COUNTED.columns} from ${from} where ${where}) c
     group by role, "seatType" order by 1, 2`,
    values,
  );
  const inactive = counted.find(({ role }) => role === null)?.count ?? 0;
  return memberCounts(workspace, counted, inactive);
}

/** The numbers of members on one day (UTC). */
export interface MemberDay {
  /** Such as `2026-11-30`. */
  readonly date: string;
  /** At the end of the day. */
  readonly active: number;
  readonly joined: number;
  readonly left: number;
}

const MOST_DAYS = 366;

// The active members at the end of a day are the present ones, without the changes of the days after it. All memberships
// are read once, and grouped before they are joined to the days.
const DAYS = statement({
  name: 'members.days',
  text: `
    with today as materialized (select (clock_timestamp() at time zone 'UTC')::date as day),
    since as materialized (select (day - ($days::integer - 1))::timestamp at time zone 'UTC' as at from today),
    memberships as materialized (
      select case when started_at >= since.at then (started_at at time zone 'UTC')::date end as joined_on,
        case when ended_at >= since.at then (ended_at at time zone 'UTC')::date end as left_on,
        ended_at is null as is_open, count(*) as number
      from membership cross join since where workspace_id = $workspaceId group by 1, 2, 3),
    daily as (
      select today.day - ago as day, coalesce(j.number, 0)::integer as joined, coalesce(l.number, 0)::integer as "left"
      from today cross join generate_series(0, $days::integer - 1) ago
      left join (select joined_on, sum(number) as number from memberships group by 1) j on j.joined_on = today.day - ago
      left join (select left_on, sum(number) as number from memberships group by 1) l on l.left_on = today.day - ago)
    select to_char(day, 'YYYY-MM-DD') as date, joined, "left",
      (coalesce((select sum(number) from memberships where is_open), 0)
        - coalesce(sum(joined - "left")
            over (order by day desc rows between unbounded preceding and 1 preceding), 0))::integer as active
    from daily order by day desc`,
  parameters: { workspaceId: uuid, days: integer },
  columns: { date: text, joined: integer, left: integer, active: integer },
});

/**
 * The numbers of members by day, from today backwards. Members whose record was deleted are not counted.
 * @throws DomainError as `authorize` does; INVALID_INPUT for fewer than one or too many days
 */
export async function countsByDay(
  context: ServiceContext,
  workspaceId: string,
  days: number,
): Promise<MemberDay[]> {
  await authorize(context, 'member.read', workspaceId);
  if (days < 1 || days > MOST_DAYS) {
    throw new DomainError('INVALID_INPUT', `days must be from 1 to ${MOST_DAYS}.`, { attribute: 'days' });
  }
  return DAYS.rows(context.batched, { workspaceId, days });
}
