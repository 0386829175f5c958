import { newId } from '../../../src/domain/ids.js';
import type { GraphqlAnswer, TestApp, TestWorkspace } from '../../app.js';
import { CONSUMPTION, CREDIT_POOL, done, mutate, refused, USAGE } from './operations.js';

let keys = 0;

/** An idempotency key that nobody in the file has used yet. */
export function nextKey(): string {
  keys += 1;
  return `run-${keys}`;
}

/** The month that is that many before the current one, such as `2026-11`. */
export function monthsAgo(months: number): string {
  const now = new Date();
  return new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() - months)).toISOString().slice(0, 7);
}

export const THIS_MONTH = monthsAgo(0);

/** When pools are full again. */
export const NEXT_MONTH = `${monthsAgo(-1)}-01`;

/** A use of credits, by default with the workspace's key. */
export interface NewUse {
  readonly memberId: string;
  readonly amount: number;
  readonly idempotencyKey?: string;
}

/** The whole answer to a use of credits. */
export function consume(
  app: TestApp,
  { workspaceId, apiKey }: TestWorkspace,
  { memberId, amount, idempotencyKey = nextKey() }: NewUse,
  credential: string | undefined = apiKey,
): Promise<GraphqlAnswer> {
  return mutate(app, credential, 'creditsConsume', { workspaceId, memberId, amount, idempotencyKey });
}

/** Uses credits that are there. */
export function consumed(app: TestApp, { workspaceId, apiKey }: TestWorkspace, use: NewUse) {
  return done(app, apiKey, 'creditsConsume', { workspaceId, idempotencyKey: nextKey(), ...use });
}

export interface CreditFacts {
  readonly blockedBy: string;
  readonly requested: number;
  readonly limit: number;
  readonly used: number;
  readonly remaining: number;
}

/** The whole refusal of rule 23. */
export function exhausted(message: string, hint: string, credits: CreditFacts): GraphqlAnswer {
  return refused('creditsConsume', 'CREDITS_EXHAUSTED', message, { hint, credits });
}

/** The refusal by a pool, in the words for this month. */
export function poolExhausted(used: number, limit: number, requested: number): GraphqlAnswer {
  return exhausted(
    `The workspace has used ${used} of ${limit} credits in ${THIS_MONTH}, and ${requested} more were asked for.`,
    `Ask an owner or admin to raise the pool, or wait until ${NEXT_MONTH} (UTC).`,
    { blockedBy: 'POOL', requested, limit, used, remaining: Math.max(0, limit - used) },
  );
}

/** The refusal by a limit of the member's own. */
export function limitExhausted(userName: string, used: number, limit: number, requested: number) {
  return exhausted(
    `${userName} has used ${used} of ${limit} credits in ${THIS_MONTH}, and asked for ${requested} more.`,
    `Raise or clear the member's credit limit, or wait until ${NEXT_MONTH} (UTC).`,
    { blockedBy: 'MEMBER_LIMIT', requested, limit, used, remaining: limit - used },
  );
}

export async function usageOf(
  app: TestApp,
  { workspaceId, apiKey }: TestWorkspace,
  memberId: string,
  month?: string,
) {
  const query = `query ($workspaceId: ID!, $memberId: ID!, $month: YearMonth) {
    workspace(id: $workspaceId) { member(id: $memberId) { ${USAGE.replace('usage', 'usage(month: $month)')} } }
  }`;
  const answer = await app.graphql(apiKey, query, { workspaceId, memberId, month });
  return answer.data.workspace.member.usage;
}

export async function poolOf(app: TestApp, { workspaceId, apiKey }: TestWorkspace, month?: string) {
  const query = `query ($workspaceId: ID!, $month: YearMonth) {
    workspace(id: $workspaceId) { ${CREDIT_POOL.replace('creditPool', 'creditPool(month: $month)')} }
  }`;
  return (await app.graphql(apiKey, query, { workspaceId, month })).data.workspace.creditPool;
}

export async function consumptionsOf(app: TestApp, { workspaceId, apiKey }: TestWorkspace, args: string) {
  const query = `query ($workspaceId: ID!) {
    workspace(id: $workspaceId) { creditConsumptions(${args}) { totalCount nodes { ${CONSUMPTION} } } }
  }`;
  return (await app.graphql(apiKey, query, { workspaceId })).data.workspace.creditConsumptions;
}

/** Makes it as though the workspace's pool had been set in that month, and never since. */
export async function poolSetIn(app: TestApp, { workspaceId }: TestWorkspace, month: string): Promise<void> {
  await app.sql('update credit_month set month = $2 where workspace_id = $1', [workspaceId, month]);
}

/** Records a use of credits in the past, with all rows that a use writes. */
export async function spentAt(
  app: TestApp,
  { workspaceId }: TestWorkspace,
  { memberId, at, amount, total }: { memberId: string; at: string; amount: number; total: number },
): Promise<void> {
  const month = at.slice(0, 7);
  const id = newId();
  await app.sql(
    `with m as (select * from member where workspace_id = $1 and id = $2),
     l as (
       insert into credit_consumption
         (id, workspace_id, account_id, member_id, user_name, at, month, amount, idempotency_key, consumed_by)
       select $3::uuid, $1, account_id, id, user_name, $4, $5, $6, $3::uuid::text, 'Test' from m),
     u as (
       insert into credit_usage (workspace_id, account_id, month, used) select $1, account_id, $5, $6 from m
       on conflict (workspace_id, account_id, month) do update set used = credit_usage.used + excluded.used),
     p as (
       insert into credit_month (workspace_id, workspace_version, month, total, used) values ($1, 'V2', $5, $7, $6)
       on conflict (workspace_id, month) do update set used = credit_month.used + excluded.used)
     insert into audit_entry
       (id, workspace_id, at, actor_type, actor_label, channel, action, target_type, target_id, target_label, changes, request_id)
     select $3::uuid, $1, $4, 'API_KEY', 'Test', 'GRAPHQL', 'credits.consume', 'creditConsumption', $3::uuid, user_name,
       jsonb_build_object('amount', jsonb_build_object('before', null, 'after', $6::integer)), 'past'
     from m`,
    [workspaceId, memberId, id, at, month, amount, total],
  );
}
