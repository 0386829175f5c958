import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { CreditConsumption } from '../../model/credits.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import {
  authorizeReading,
  type Consumer,
  type CreditPool,
  creditPool,
  findConsumer,
  POOL_OF_MONTH,
  type PoolRow,
} from './queries.js';

/** The most months that a history tells of. */
const MOST_MONTHS = 60;

/**
 * The pool month by month, from the current month backwards. Months before a pool was first set hold nothing.
 * @returns as many months as asked for; none on V1
 * @throws DomainError as `authorize` does; INVALID_INPUT for fewer than one or too many months
 */
export async function history(
  context: ServiceContext,
  workspaceId: string,
  months: number,
): Promise<CreditPool[]> {
  const { workspace } = await authorize(context, 'credits.readPool', workspaceId);
  requireMonths(months);
  if (workspace.version === 'V1') return [];
  const rows = await context.batched.rows<PoolRow>(HISTORY, [workspaceId, months]);
  return rows.map((row) => creditPool(workspaceId, row));
}

function requireMonths(months: number): void {
  if (months >= 1 && months <= MOST_MONTHS) return;
  throw new DomainError('INVALID_INPUT', `months must be from 1 to ${MOST_MONTHS}.`, { attribute: 'months' });
}

const MONTH_AGO = `to_char(date_trunc('month', clock_timestamp() at time zone 'UTC') - ago * interval '1 month', 'YYYY-MM')`;

const HISTORY = `
  select t.month, coalesce(pool.total, 0) as total, case when pool.month = t.month then pool.used else 0 end as used
  from generate_series(0, $2::integer - 1) ago
  cross join lateral (select $1::uuid as workspace_id, ${MONTH_AGO} as month) t
  left join lateral (${POOL_OF_MONTH}) pool on true
  order by t.month desc`;

/** What a member used in one month (UTC). */
export interface MemberMonth {
  /** Such as `2026-11`. */
  readonly month: string;
  readonly used: number;
}

// The account is $1, so that the members of a page are read in one statement.
const USAGE_BY_MONTH = `
  select t.month, coalesce(u.used, 0) as used
  from generate_series(0, $3::integer - 1) ago
  cross join lateral (select ${MONTH_AGO} as month) t
  left join credit_usage u on u.workspace_id = $2 and u.account_id = $1 and u.month = t.month
  order by t.month desc`;

/**
 * What a member used month by month, from the current month backwards.
 * @returns as many months as asked for; null on V1
 * @throws DomainError as `authorize` does; FORBIDDEN for ordinary members asking about others; INVALID_INPUT for fewer
 *   than one or too many months
 */
export async function usageByMonth(
  context: ServiceContext,
  { id, accountId, workspaceId }: Pick<Consumer, 'id' | 'accountId' | 'workspaceId'>,
  months: number,
): Promise<MemberMonth[] | null> {
  const { workspace } = await authorizeReading(context, workspaceId, id);
  requireMonths(months);
  if (workspace.version === 'V1') return null;
  return context.batched.rows<MemberMonth>(USAGE_BY_MONTH, [accountId, workspaceId, months]);
}

/** What was used of a pool on one day. */
export interface CreditDay {
  /** Such as `2026-11-30`, in UTC. */
  readonly date: string;
  readonly used: number;
}

/**
 * The days of pools, for pools that the caller has been shown.
 * @returns for each pool, in their order, every day of its month up to today, also those on which nothing was used
 */
export async function daysOf(
  context: ServiceContext,
  pools: readonly Pick<CreditPool, 'workspaceId' | 'month'>[],
): Promise<CreditDay[][]> {
  const rows = await context.reads.rows<CreditDay & { place: number }>(DAYS, [
    pools.map(({ workspaceId }) => workspaceId),
    pools.map(({ month }) => month),
  ]);
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return pools.map((_, place) => (byPlace.get(place) ?? []).map(({ date, used }) => ({ date, used })));
}

const DAYS = `
  with asked as (
    select a.workspace_id, a.month, a.place::integer - 1 as place, to_date(a.month, 'YYYY-MM')::timestamp as begin
    from unnest($1::uuid[], $2::text[]) with ordinality a(workspace_id, month, place)),
  spent as (
    select a.place, (c.at at time zone 'UTC')::date as day, sum(c.amount)::integer as used
    from asked a join credit_consumption c on c.workspace_id = a.workspace_id and c.month = a.month
    group by a.place, day)
  select a.place, to_char(d.day, 'YYYY-MM-DD') as date, coalesce(s.used, 0) as used
  from asked a
  cross join lateral generate_series(
    a.begin,
    least(a.begin + interval '1 month - 1 day', clock_timestamp() at time zone 'UTC'),
    interval '1 day') d(day)
  left join spent s on s.place = a.place and s.day = d.day::date
  order by a.place, d.day`;

/** Which consumptions are meant. Everything that is said must hold. */
export interface ConsumptionFilter {
  /** Those that count for this member: for the account behind it, also when the record was another (rule 18). */
  readonly memberId?: string | null;
  readonly month?: string | null;
}

export const CONSUMPTION_COLUMNS = `
  c.id, c.workspace_id as "workspaceId", c.account_id as "accountId", c.member_id as "memberId",
  c.user_name as "userName", c.at, c.month, c.amount, c.idempotency_key as "idempotencyKey",
  c.consumed_by as "consumedBy"`;

/**
 * What was used, one by one, newest first.
 * @throws DomainError as `authorize` and `Page` do; FORBIDDEN for ordinary members asking about others
 */
export async function consumptions(
  context: ServiceContext,
  workspaceId: string,
  { memberId, month }: ConsumptionFilter,
  page: PageArguments,
): Promise<Page<CreditConsumption>> {
  await authorizeReading(context, workspaceId, memberId ?? null);
  const values: unknown[] = [workspaceId];
  const conditions = ['c.workspace_id = $1'];
  if (memberId != null) {
    const consumer = await findConsumer(context.batched, workspaceId, memberId);
    // A record that has been deleted has no account any more; what it used still tells its id.
    if (consumer !== undefined) conditions.push(`c.account_id = $${values.push(consumer.accountId)}`);
    else conditions.push(isId(memberId) ? `c.member_id = $${values.push(memberId)}` : 'false');
  }
  if (month != null) conditions.push(`c.month = $${values.push(month)}`);
  return new Page<CreditConsumption>(
    context.batched,
    {
      name: `creditConsumptions ${workspaceId}`,
      columns: CONSUMPTION_COLUMNS,
      from: 'credit_consumption c',
      where: conditions.join(' and '),
      values,
      id: 'c.id',
      descending: true,
    },
    page,
    asIs,
  );
}

/**
 * One of them.
 * @returns null when there is none with that id
 * @throws DomainError as `authorize` does; FORBIDDEN for ordinary members asking about others'
 */
export async function consumption(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<CreditConsumption | null> {
  await authorize(context, 'workspace.read', workspaceId);
  const [found] = await context.batched.rows<CreditConsumption>(
    `select ${CONSUMPTION_COLUMNS} from credit_consumption c where c.id = $1 and c.workspace_id = $2`,
    [id, workspaceId],
  );
  await authorizeReading(context, workspaceId, found?.memberId ?? null);
  return found ?? null;
}
