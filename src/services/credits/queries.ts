import {
  arrayOf,
  boolean,
  integer,
  json,
  nullable,
  oneOf,
  text,
  timestamptz,
  uuid,
} from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, typesOf } from '../../database/tables.js';
import { ROLES } from '../../domain/access.js';
import {
  type CreditLimitSource,
  type CreditState,
  creditBlock,
  creditLimitOf,
  creditsLeft,
} from '../../domain/credits.js';
import type { CreditBlock, DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { CreditConsumption } from '../../model/credits.js';
import type { Workspace } from '../../model/workspace.js';
import { authorize, permissionRefusal } from '../context/authorization.js';
import type { Grant } from '../context/grant.js';
import type { ServiceContext } from '../context/service-context.js';
import { MEMBER_TABLES, type MemberRow } from '../rows/members.js';

/** By the database's clock, so that all processes change the month at the same time. */
const THIS_MONTH = "to_char(clock_timestamp() at time zone 'UTC', 'YYYY-MM')";

/** A V2 workspace's shared credits of one calendar month (UTC). */
export interface CreditPool {
  readonly workspaceId: string;
  /** Such as `2026-11`. */
  readonly month: string;
  readonly total: number;
  readonly used: number;
  /** Never negative, even when the pool was lowered below what is used. */
  readonly remaining: number;
}

/** The columns of a member that the credit rules need. */
export type Consumer = Pick<
  MemberRow,
  'id' | 'workspaceId' | 'accountId' | 'userName' | 'role' | 'creditLimit'
>;

/** A member's use of credits in a month, and the remainder. */
export interface MemberUsage {
  readonly month: string;
  readonly used: number;
  /** Null when only the pool limits the member, and for past months. */
  readonly limit: number | null;
  readonly limitSource: CreditLimitSource | null;
  /** Null for past months. */
  readonly remaining: number | null;
  readonly blockedBy: CreditBlock | null;
}

/** The pool's row for the month `t.month` of `t.workspace_id`: the month's own row, or else the last one before it. */
export const POOL_OF_MONTH = `
  select c.month, c.total, c.used from credit_month c
  where c.workspace_id = t.workspace_id and c.month <= t.month order by c.month desc limit 1`;

export const POOL_COLUMNS =
  't.month, pool.total, case when pool.month = t.month then pool.used else 0 end as used';
export const POOL_TYPES = { month: text, total: integer, used: integer };

const POOL = statement({
  name: 'credits.pool',
  text: `
    select ${POOL_COLUMNS}
    from (select $workspaceId::uuid as workspace_id, coalesce($month, ${THIS_MONTH}) as month) t
    cross join lateral (${POOL_OF_MONTH}) pool`,
  parameters: { workspaceId: uuid, month: nullable(text) },
  columns: POOL_TYPES,
});

/**
 * The pool of a month.
 * @param month null: the current month
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
 * The pool in which a consumption was counted. The caller may read the consumption.
 * @throws Error when the pool has no row, which no command can cause
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
  const row = await POOL.row(sql, { workspaceId, month });
  return row === undefined ? null : creditPool(workspaceId, row);
}

export type PoolRow = Pick<CreditPool, 'month' | 'total' | 'used'>;

/** Returns the pool of a row, with its remainder. */
export function creditPool(workspaceId: string, { month, total, used }: PoolRow): CreditPool {
  return { workspaceId, month, total, used, remaining: Math.max(0, total - used) };
}

/** The credits used in a month, by one person and by all. */
export interface Counts extends Pick<CreditState, 'used' | 'poolTotal' | 'poolUsed'> {
  readonly month: string;
  /** Whether the month is over. */
  readonly past: boolean;
  /** The time by which `past` was decided. */
  readonly at: Date;
}

const COUNTS = statement({
  name: 'credits.counts',
  text: `
    select t.month, t.at, t.month < t.this_month as past, pool.total as "poolTotal",
      coalesce(case when pool.month = t.month then pool.used end, 0) as "poolUsed", (
        select json_object_agg(u.account_id, u.used) from credit_usage u
        where u.workspace_id = t.workspace_id and u.account_id = any($accountIds::uuid[]) and u.month = t.month
      ) as used
    from (
      select $workspaceId::uuid as workspace_id, coalesce($month, m.this_month) as month, m.* from (
        select n.at, to_char(n.at at time zone 'UTC', 'YYYY-MM') as this_month
        from (select clock_timestamp()::timestamptz(3) as at) n
      ) m
    ) t
    left join lateral (${POOL_OF_MONTH}) pool on true`,
  parameters: { workspaceId: uuid, accountIds: arrayOf(uuid), month: nullable(text) },
  columns: {
    month: text,
    at: timestamptz,
    past: boolean,
    poolTotal: nullable(integer),
    poolUsed: integer,
    // By account; null when none of them has used any.
    used: nullable(json<Readonly<Record<string, number>>>()),
  },
});

/** The account whose credits are counted, and the month; null: the current month. */
interface CountsRequest {
  readonly workspaceId: string;
  readonly accountId: string;
  readonly month: string | null;
}

/** The credits that the account and the workspace used in a month. */
export async function countsOf(sql: Sql, request: CountsRequest): Promise<Counts> {
  const { accountId } = request;
  return (await counter(sql, request, [accountId]))(accountId);
}

/** @returns the counts of one of the accounts */
async function counter(
  sql: Sql,
  { workspaceId, month }: Omit<CountsRequest, 'accountId'>,
  accountIds: readonly string[],
): Promise<(accountId: string) => Counts> {
  const row = await COUNTS.row(sql, { workspaceId, accountIds, month });
  if (row === undefined) throw new Error('credits were not counted');
  const { used, ...ofAll } = row;
  return (accountId) => ({ ...ofAll, used: used?.[accountId] ?? 0 });
}

/** The numbers that rule 23 needs about a member. */
export function creditStateOf(
  { role, creditLimit }: Pick<Consumer, 'role' | 'creditLimit'>,
  { defaultCreditLimit }: Workspace,
  { used, poolTotal, poolUsed }: Counts,
): CreditState {
  return { role, limit: creditLimitOf({ role, creditLimit }, defaultCreditLimit), used, poolTotal, poolUsed };
}

/** The member's current row. */
export async function findConsumer(sql: Sql, workspaceId: string, id: string): Promise<Consumer | undefined> {
  return isId(id) ? CONSUMER.row(sql, { id, workspaceId }) : undefined;
}

const CONSUMER = statement({
  name: 'credits.consumer',
  text: `
    select ${selectList(TABLES.member, 'm', 'id', 'workspaceId', 'accountId', 'userName')}, s.role,
      s.credit_limit as "creditLimit"
    from ${MEMBER_TABLES} where m.id = $id and m.workspace_id = $workspaceId`,
  parameters: { id: uuid, workspaceId: uuid },
  columns: {
    ...typesOf(TABLES.member, 'id', 'workspaceId', 'accountId', 'userName'),
    role: nullable(oneOf(ROLES)),
    creditLimit: nullable(integer),
  },
});

/**
 * The usages of members of one workspace in a month, in order. Limits are not kept for past months, so they are null
 * there.
 * @param month null: the current month
 * @returns for each member null on V1, and an error FORBIDDEN for ordinary members asking about others
 * @throws DomainError as `authorize` does
 */
export async function usagesOf(
  context: ServiceContext,
  workspaceId: string,
  month: string | null,
  members: readonly Omit<Consumer, 'userName'>[],
): Promise<(MemberUsage | Error | null)[]> {
  const grant = await authorize(context, 'workspace.read', workspaceId);
  const refusals = members.map(({ id }) => readingRefusal(context, grant, id));
  if (grant.workspace.version === 'V1') return refusals;
  const accountIds = members.map(({ accountId }) => accountId);
  const countsOfAccount = await counter(context.pipelined, { workspaceId, month }, accountIds);
  return members.map(
    (member, place) => refusals[place] ?? usageIn(grant.workspace, member, countsOfAccount(member.accountId)),
  );
}

function usageIn(workspace: Workspace, member: Omit<Consumer, 'userName'>, counts: Counts): MemberUsage {
  const { month, used } = counts;
  if (counts.past) {
    return { month, used, limit: null, limitSource: null, remaining: null, blockedBy: null };
  }
  const state = creditStateOf(member, workspace, counts);
  return {
    month,
    used,
    limit: state.limit?.limit ?? null,
    limitSource: state.limit?.source ?? null,
    remaining: creditsLeft(state),
    blockedBy: creditBlock(state, 1),
  };
}

/**
 * The usage of the member for whom credits were just used, for the caller who used them.
 * @returns null on V1, and when the record of the member has been deleted
 * @throws DomainError as `authorize` does
 */
export async function usageOfConsumption(
  context: ServiceContext,
  { workspaceId, memberId, month }: Pick<CreditConsumption, 'workspaceId' | 'memberId' | 'month'>,
): Promise<MemberUsage | null> {
  const { workspace } = await authorize(context, 'workspace.read', workspaceId);
  const member = await findConsumer(context.batched, workspaceId, memberId);
  if (member === undefined || workspace.version === 'V1') return null;
  return usageIn(workspace, member, await countsOf(context.reads, { ...member, month }));
}

/**
 * Authorizes reading the credits of a member: members may read their own in person, others as the policy table says.
 * @param memberId null: the credits of the whole workspace
 * @throws DomainError as `authorize` does
 */
export async function authorizeReading(
  context: ServiceContext,
  workspaceId: string,
  memberId: string | null,
): Promise<Grant> {
  const grant = await authorize(context, 'workspace.read', workspaceId);
  const refusal = readingRefusal(context, grant, memberId);
  if (refusal !== null) throw refusal;
  return grant;
}

/** Why the caller may not read the credits of a member, or of the whole workspace; null when it may. */
function readingRefusal(context: ServiceContext, grant: Grant, memberId: string | null): DomainError | null {
  // UUIDs come in any case (RFC 9562 §4).
  const isOwn = grant.memberId !== null && grant.memberId === memberId?.toLowerCase();
  return isOwn ? null : permissionRefusal(context, grant, 'credits.read');
}

/** Sets the pool's total for the current month and later ones. Past months keep their total. */
export async function setPoolTotal(sql: Sql, workspaceId: string, total: number): Promise<void> {
  await HOLD.rows(sql, { workspaceId, total });
}

const HOLD = statement({
  name: 'credits.hold',
  text: `
    insert into credit_month (workspace_id, workspace_version, month, total, used)
    values ($workspaceId, 'V2', ${THIS_MONTH}, $total, 0)
    on conflict (workspace_id, month) do update set total = excluded.total`,
  parameters: { workspaceId: uuid, total: integer },
});
