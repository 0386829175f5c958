import { arrayOf, integer, text, uuid } from '../../database/column-types.js';
import { query, rowOf } from '../../database/query.js';
import { selection, statement } from '../../database/statement.js';
import { selectList, TABLES } from '../../database/tables.js';
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
  POOL_TYPES,
} from './queries.js';

/** The most months in a history. */
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
  const rows = await HISTORY.rows(context.batched, { workspaceId, months });
  return rows.map((row) => creditPool(workspaceId, row));
}

function requireMonths(months: number): void {
  if (months >= 1 && months <= MOST_MONTHS) return;
  throw new DomainError('INVALID_INPUT', `months must be from 1 to ${MOST_MONTHS}.`, { attribute: 'months' });
}

const MONTH_AGO =
  "to_char(date_trunc('month', clock_timestamp() at time zone 'UTC') - ago * interval '1 month', 'YYYY-MM')";

const HISTORY = statement({
  name: 'credits.history',
  text: `
    select t.month, coalesce(pool.total, 0) as total, case when pool.month = t.month then pool.used else 0 end as used
    from generate_series(0, $months::integer - 1) ago
    cross join lateral (select $workspaceId::uuid as workspace_id, ${MONTH_AGO} as month) t
    left join lateral (${POOL_OF_MONTH}) pool on true
    order by t.month desc`,
  parameters: { workspaceId: uuid, months: integer },
  columns: POOL_TYPES,
});

/** The credits that a member used in one month (UTC). */
export interface MemberMonth {
  /** Such as `2026-11`. */
  readonly month: string;
  readonly used: number;
}

// The account is the first parameter, so that the members of a page are read in one statement (`lists/batch.ts`).
const USAGE_BY_MONTH = statement({
  name: 'credits.usageByMonth',
  text: `
    select t.month, coalesce(u.used, 0) as used
    from (select $accountId::uuid as account_id) a
    cross join generate_series(0, $months::integer - 1) ago
    cross join lateral (select ${MONTH_AGO} as month) t
    left join credit_usage u on u.workspace_id = $workspaceId and u.account_id = a.account_id and u.month = t.month
    order by t.month desc`,
  parameters: { accountId: uuid, workspaceId: uuid, months: integer },
  columns: { month: text, used: integer },
});

/**
 * Returns the usage of a member by month, from the current month backwards.
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
  return USAGE_BY_MONTH.rows(context.batched, { accountId, workspaceId, months });
}

/** The credits of a pool that were used on one day. */
export interface CreditDay {
  /** Such as `2026-11-30`, in UTC. */
  readonly date: string;
  readonly used: number;
}

/**
 * The days of pools that the caller may read.
 * @returns for each pool, in order, every day of its month up to today, days without use included
 */
export async function daysOf(
  context: ServiceContext,
  pools: readonly Pick<CreditPool, 'workspaceId' | 'month'>[],
): Promise<CreditDay[][]> {
  const rows = await DAYS.rows(context.reads, {
    workspaceIds: pools.map(({ workspaceId }) => workspaceId),
    months: pools.map(({ month }) => month),
  });
  const byPlace = Map.groupBy(rows, ({ place }) => place);
  return pools.map((_, place) => (byPlace.get(place) ?? []).map(({ date, used }) => ({ date, used })));
}

const DAYS = statement({
  name: 'credits.days',
  text: `
    with asked as (
      select a.workspace_id, a.month, a.place::integer - 1 as place, to_date(a.month, 'YYYY-MM')::timestamp as begin
      from unnest($workspaceIds::uuid[], $months::text[]) with ordinality a(workspace_id, month, place)),
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
    order by a.place, d.day`,
  parameters: { workspaceIds: arrayOf(uuid), months: arrayOf(text) },
  columns: { place: integer, date: text, used: integer },
});

/** All conditions must hold. */
export interface ConsumptionFilter {
  /** Consumptions of the member's account, including those under an earlier record (rule 18). */
  readonly memberId?: string | null;
  readonly month?: string | null;
}

const CONSUMPTIONS = selection({
  name: 'credits.consumptions',
  columns: selectList(TABLES.creditConsumption, 'c'),
  types: TABLES.creditConsumption.columns,
  from: 'credit_consumption c',
});

/**
 * The consumptions of a workspace, newest first.
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
    // The account of a deleted record is unknown; its consumptions still have its id.
    if (consumer !== undefined) conditions.push(`c.account_id = $${values.push(consumer.accountId)}`);
    else conditions.push(isId(memberId) ? `c.member_id = $${values.push(memberId)}` : 'false');
  }
  if (month != null) conditions.push(`c.month = $${values.push(month)}`);
  return new Page<CreditConsumption>(
    context.batched,
    {
      ...CONSUMPTIONS,
      owner: workspaceId,
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
 * One consumption.
 * @returns null when there is none with the id
 * @throws DomainError as `authorize` does; FORBIDDEN for ordinary members asking about others'
 */
export async function consumption(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<CreditConsumption | null> {
  await authorize(context, 'workspace.read', workspaceId);
  const found = await rowOf(
    context.batched,
    query
      .selectFrom('creditConsumption')
      .select(TABLES.creditConsumption.properties)
      .where('id', '=', id)
      .where('workspaceId', '=', workspaceId),
  );
  await authorizeReading(context, workspaceId, found?.memberId ?? null);
  return found ?? null;
}
