import type { Sql } from '../../database/database.js';
import {
  type CreditBlock,
  type CreditLimitSource,
  type CreditStanding,
  creditBlock,
  creditLimitOf,
  creditsLeft,
} from '../../domain/credits.js';
import { isId } from '../../domain/ids.js';
import type { CreditConsumption } from '../../model/credits.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, demand, type Grant } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { MEMBER_TABLES, type MemberRecord } from '../rows/members.js';

/** The database's clock, so that all processes change the month at one moment. */
const THIS_MONTH = "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM')";

/** A V2 workspace's shared credits of one calendar month (UTC). */
export interface CreditPool {
  readonly workspaceId: string;
  /** Such as `2026-11`. */
  readonly month: string;
  readonly total: number;
  readonly used: number;
  /** Never negative, also when the pool was lowered below what is used. */
  readonly remaining: number;
}

/** Who uses credits, as far as it matters here. */
export type Consumer = Pick<
  MemberRecord,
  'id' | 'workspaceId' | 'accountId' | 'userName' | 'role' | 'creditLimit'
>;

/** What a member has used in a month, and what is left. */
export interface MemberUsage {
  readonly month: string;
  readonly used: number;
  /** Null when nothing but the pool limits the member; and of months that are past. */
  readonly limit: number | null;
  readonly limitSource: CreditLimitSource | null;
  /** Null of months that are past. */
  readonly remaining: number | null;
  readonly blockedBy: CreditBlock | null;
}

/** The pool's row that counts in the month `t.month` of `t.workspace_id`: its own, or else the last one before it. */
export const POOL_OF_MONTH = `
  select c.month, c.total, c.used from credit_month c
  where c.workspace_id = t.workspace_id and c.month <= t.month order by c.month desc limit 1`;

export const POOL_COLUMNS =
  't.month, pool.total, case when pool.month = t.month then pool.used else 0 end as used';

const POOL = `
  select ${POOL_COLUMNS} from (select $1::uuid as workspace_id, coalesce($2, ${THIS_MONTH}) as month) t
  cross join lateral (${POOL_OF_MONTH}) pool`;

/**
 * The pool of a month.
 * @param month null: the current one
 * @returns null on V1, and for months before anybody had set a pool
 * @throws DomainError as `authorize` does
 */
export async function pool(
  context: ServiceContext,
  workspaceId: string,
  month: string | null,
): Promise<CreditPool | null> {
  const { workspace } = await authorize(context, 'credits.readPool', workspaceId);
  return workspace.version === 'V1' ? null : findPool(context.batched, workspaceId, month);
}

/**
 * The pool in which a consumption was counted, for whoever has been shown that.
 * @throws Error when there is none: the database would have to have lost it
 */
export async function poolOf(
  context: ServiceContext,
  { workspaceId, month }: Pick<CreditConsumption, 'workspaceId' | 'month'>,
): Promise<CreditPool> {
  const found = await findPool(context.batched, workspaceId, month);
  if (found === null) throw new Error(`credits were counted in ${month}, which has no pool`);
  return found;
}

async function findPool(sql: Sql, workspaceId: string, month: string | null): Promise<CreditPool | null> {
  const [row] = await sql.rows<PoolRow>(POOL, [workspaceId, month]);
  return row === undefined ? null : creditPool(workspaceId, row);
}

export type PoolRow = Pick<CreditPool, 'month' | 'total' | 'used'>;

/** A pool of the workspace's, of what a query gives. */
export function creditPool(workspaceId: string, { month, total, used }: PoolRow): CreditPool {
  return { workspaceId, month, total, used, remaining: Math.max(0, total - used) };
}

/** What has been used in a month, by the person and altogether. */
interface Counts extends Pick<CreditStanding, 'used' | 'poolTotal' | 'poolUsed'> {
  readonly month: string;
  /** Whether the month is over. */
  readonly past: boolean;
  /** The moment of the month's determination. */
  readonly at: Date;
}

// Of members of a page all are asked at once: `batch.ts` puts each account in the place of $1.
const COUNTS = `
  select t.month, t.at, t.month < t.this_month as past, coalesce(u.used, 0) as used, pool.total as "poolTotal",
    coalesce(case when pool.month = t.month then pool.used end, 0) as "poolUsed"
  from (
    select $2::uuid as workspace_id, coalesce($3, m.this_month) as month, m.* from (
      select n.at, to_char(n.at at time zone 'UTC', 'YYYY-MM') as this_month
      from (select clock_timestamp()::timestamptz(3) as at) n
    ) m
  ) t
  left join credit_usage u on u.workspace_id = t.workspace_id and u.account_id = $1 and u.month = t.month
  left join lateral (${POOL_OF_MONTH}) pool on true`;

/** What counts for a member in a month; null: the current one. */
export async function countsOf(
  sql: Sql,
  { accountId, workspaceId }: Pick<Consumer, 'accountId' | 'workspaceId'>,
  month: string | null,
): Promise<Counts> {
  const [counts] = await sql.rows<Counts>(COUNTS, [accountId, workspaceId, month]);
  if (counts === undefined) throw new Error('credits were not counted');
  return counts;
}

/** Everything that rule 23 asks about a member. */
export function standingOf(
  { role, creditLimit }: Pick<Consumer, 'role' | 'creditLimit'>,
  { defaultCreditLimit }: Workspace,
  { used, poolTotal, poolUsed }: Counts,
): CreditStanding {
  return { role, limit: creditLimitOf({ role, creditLimit }, defaultCreditLimit), used, poolTotal, poolUsed };
}

/** A member as it is now, as far as credits are concerned. */
export async function findConsumer(sql: Sql, workspaceId: string, id: string): Promise<Consumer | undefined> {
  if (!isId(id)) return undefined;
  const [consumer] = await sql.rows<Consumer>(
    `select m.id, m.workspace_id as "workspaceId", m.account_id as "accountId", m.user_name as "userName", s.role,
       s.credit_limit as "creditLimit"
     from ${MEMBER_TABLES} where m.id = $1 and m.workspace_id = $2`,
    [id, workspaceId],
  );
  return consumer;
}

/**
 * What a member has used in a month. Of a month that is past only that: which limits there were then is not kept.
 * @param month null: the current one
 * @returns null on V1
 * @throws DomainError as `authorize` does; FORBIDDEN for ordinary members asking about others
 */
export async function usage(
  context: ServiceContext,
  member: Omit<Consumer, 'userName'>,
  month: string | null,
): Promise<MemberUsage | null> {
  const { workspace } = await authorizeReading(context, member.workspaceId, member.id);
  return usageIn(context, workspace, member, month);
}

async function usageIn(
  context: ServiceContext,
  workspace: Workspace,
  member: Omit<Consumer, 'userName'>,
  month: string | null,
): Promise<MemberUsage | null> {
  if (workspace.version === 'V1') return null;
  const counts = await countsOf(context.batched, member, month);
  const { used } = counts;
  if (counts.past) {
    return { month: counts.month, used, limit: null, limitSource: null, remaining: null, blockedBy: null };
  }
  const standing = standingOf(member, workspace, counts);
  return {
    month: counts.month,
    used,
    limit: standing.limit?.limit ?? null,
    limitSource: standing.limit?.source ?? null,
    remaining: creditsLeft(standing),
    blockedBy: creditBlock(standing, 1),
  };
}

/**
 * The usage of the member for whom credits have just been used: whoever may use them may know it.
 * @returns null when the record of the member has been deleted
 * @throws DomainError as `authorize` does
 */
export async function usageOfConsumption(
  context: ServiceContext,
  { workspaceId, memberId, month }: Pick<CreditConsumption, 'workspaceId' | 'memberId' | 'month'>,
): Promise<MemberUsage | null> {
  const { workspace } = await authorize(context, 'workspace.read', workspaceId);
  const member = await findConsumer(context.batched, workspaceId, memberId);
  return member === undefined ? null : usageIn(context, workspace, member, month);
}

/** A member may read in person what concerns itself; the rest is for whom the policy table says. */
export async function authorizeReading(
  context: ServiceContext,
  workspaceId: string,
  memberId: string | null,
): Promise<Grant> {
  const grant = await authorize(context, 'workspace.read', workspaceId);
  // UUIDs come in any case (RFC 9562 §4).
  if (grant.memberId === null || grant.memberId !== memberId?.toLowerCase())
    demand(context, grant, 'credits.read');
  return grant;
}

/**
 * Sets what the pool holds in the current month and those after it, in the transaction that changes the workspace's
 * setting; months that are past keep what they held.
 */
export async function holdEachMonth(sql: Sql, workspaceId: string, total: number): Promise<void> {
  await sql.rows(
    `insert into credit_month (workspace_id, workspace_version, month, total, used) values ($1, 'V2', ${THIS_MONTH}, $2, 0)
     on conflict (workspace_id, month) do update set total = excluded.total`,
    [workspaceId, total],
  );
}
