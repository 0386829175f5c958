import { actorLabel } from '../../auth/actor.js';
import type { Action } from '../../auth/policy.js';
import { integer, text, uuid } from '../../database/column-types.js';
import type { Sql, Transaction } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES } from '../../database/tables.js';
import { creditBlock, creditsExhausted, LONGEST_IDEMPOTENCY_KEY } from '../../domain/credits.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { isPlainText } from '../../domain/text.js';
import type { CreditConsumption } from '../../model/credits.js';
import { changesBetween, record } from '../audit/record.js';
import { authenticated, authorize, authorizeNow } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { memberNotFound } from '../members/change.js';
import { lockMembers } from '../rows/members.js';
import { countsOf, creditStateOf, findConsumer } from './queries.js';

/** A member's request to use credits. */
export interface ConsumptionRequest {
  readonly workspaceId: string;
  readonly memberId: string;
  readonly amount: number;
  /** Identifies this use: requests with the same key are counted once. */
  readonly idempotencyKey: string;
}

export interface Consumed {
  readonly consumption: CreditConsumption;
  /** Whether it was counted earlier, under the same key. */
  readonly replayed: boolean;
}

/**
 * Uses credits, all of them or none (rule 23). The member's lock keeps its role, its limit and its account's use
 * unchanged. The pool, which all members share, is checked and counted last, in one statement, so that concurrent calls
 * wait for each other only as long as a commit takes.
 * @throws DomainError as `authorize` does; FORBIDDEN for a person and another member; WRONG_WORKSPACE_VERSION on V1;
 *   NOT_FOUND; INVALID_INPUT for an invalid key, or one that was used for something else; CREDITS_EXHAUSTED
 */
export async function consume(context: ServiceContext, request: ConsumptionRequest): Promise<Consumed> {
  const { workspaceId } = request;
  const asked = { ...request, memberId: request.memberId.toLowerCase() };
  const action = await authorizeConsumption(context, asked);
  requireKey(asked.idempotencyKey);
  return context.database.transaction(async (tx) => {
    await lockMembers(tx, workspaceId, [asked.memberId]);
    const { workspace } = await authorizeNow(context, tx, action, workspaceId);
    if (workspace.version !== 'V2') {
      throw new DomainError('WRONG_WORKSPACE_VERSION', 'A V1 workspace has no credits.', {
        attribute: 'amount',
      });
    }
    const earlier = await findByKey(tx, asked);
    if (earlier !== undefined) return replay(earlier, asked);
    const consumer = await findConsumer(tx, workspaceId, asked.memberId);
    if (consumer === undefined) throw memberNotFound();
    const counts = await countsOf(tx, { ...consumer, month: null });
    const facts = { userName: consumer.userName, amount: asked.amount, month: counts.month };
    const state = creditStateOf(consumer, workspace, counts);
    // Use never decreases within a month, so a refusal here cannot become wrong.
    const block = creditBlock(state, asked.amount);
    if (block !== null) throw creditsExhausted(block, state, facts);

    const consumption: CreditConsumption = {
      id: newId(),
      workspaceId,
      accountId: consumer.accountId,
      memberId: consumer.id,
      userName: consumer.userName,
      at: counts.at,
      month: counts.month,
      amount: asked.amount,
      idempotencyKey: asked.idempotencyKey,
      consumedBy: actorLabel(authenticated(context)),
    };
    if (!(await insert(tx, consumption))) {
      // Another member's request with the same key was committed in the meantime.
      const other = await findByKey(tx, asked);
      if (other === undefined) throw new Error('an idempotency key was taken and is free');
      return replay(other, asked);
    }
    await countForAccount(tx, consumption);
    await record(context, tx, {
      workspaceId,
      action: 'credits.consume',
      target: { type: 'creditConsumption', id: consumption.id, label: consumer.userName },
      changes: {
        ...changesBetween({}, { memberId: consumer.id, amount: asked.amount, month: counts.month }),
        used: { before: counts.used, after: counts.used + asked.amount },
      },
    });
    if (!(await takeFromPool(tx, consumption, state.poolTotal ?? 0))) {
      const now = await countsOf(tx, { ...consumer, month: counts.month });
      throw creditsExhausted('POOL', creditStateOf(consumer, workspace, now), facts);
    }
    return { consumption, replayed: false };
  });
}

/**
 * Authorizes using credits for a member; in person, callers may use only their own.
 * @returns the action that was allowed, to be authorized again under locks
 * @throws DomainError as `authorize` does
 */
export async function authorizeConsumption(
  context: ServiceContext,
  { workspaceId, memberId }: Pick<ConsumptionRequest, 'workspaceId' | 'memberId'>,
): Promise<Action> {
  const { memberId: own } = await authorize(context, 'workspace.read', workspaceId);
  if (own !== null && own !== memberId) {
    throw new DomainError('FORBIDDEN', 'In person, people use credits for themselves only.', {
      attribute: 'memberId',
      hint: 'For others, an app sends an API key with the scope CREDITS_CONSUME.',
    });
  }
  const action = own === null ? 'credits.consume' : 'credits.consumeSelf';
  await authorize(context, action, workspaceId);
  return action;
}

function requireKey(key: string): void {
  if (key !== '' && isPlainText(key, LONGEST_IDEMPOTENCY_KEY)) return;
  throw new DomainError(
    'INVALID_INPUT',
    `idempotencyKey must have 1 to ${LONGEST_IDEMPOTENCY_KEY} characters, and no control characters.`,
    {
      attribute: 'idempotencyKey',
      hint: 'Make a UUID for each use, and send the same one when you try again.',
    },
  );
}

async function findByKey(
  sql: Sql,
  { workspaceId, idempotencyKey }: ConsumptionRequest,
): Promise<CreditConsumption | undefined> {
  return FIND_BY_KEY.row(sql, { workspaceId, idempotencyKey });
}

const FIND_BY_KEY = statement({
  name: 'credits.findByKey',
  text: `
    select ${selectList(TABLES.creditConsumption, 'c')} from credit_consumption c
    where c.workspace_id = $workspaceId and c.idempotency_key = $idempotencyKey`,
  parameters: { workspaceId: uuid, idempotencyKey: text },
  columns: TABLES.creditConsumption.columns,
});

/** Answers a repeated request as before, even if the credits are exhausted now. @throws DomainError INVALID_INPUT */
function replay(consumption: CreditConsumption, { memberId, amount }: ConsumptionRequest): Consumed {
  if (consumption.memberId === memberId && consumption.amount === amount)
    return { consumption, replayed: true };
  throw new DomainError(
    'INVALID_INPUT',
    'This idempotencyKey was used before, for another member or another amount.',
    { attribute: 'idempotencyKey', hint: 'Make a new key for each use of credits.' },
  );
}

const { properties, fields, columns } = TABLES.creditConsumption;

const INSERT = statement({
  name: 'credits.insert',
  text: `
    insert into credit_consumption (${Object.values(fields).join(', ')})
    values (${properties.map((property) => `$${property}`).join(', ')})
    on conflict (workspace_id, idempotency_key) do nothing returning id`,
  parameters: columns,
  columns: { id: uuid },
});

/** Waits for a concurrent transaction with the same key. @returns false when the key is taken */
async function insert(sql: Sql, consumption: CreditConsumption): Promise<boolean> {
  return (await INSERT.row(sql, consumption)) !== undefined;
}

const COUNT = statement({
  name: 'credits.count',
  text: `
    insert into credit_usage (workspace_id, account_id, month, used) values ($workspaceId, $accountId, $month, $amount)
    on conflict (workspace_id, account_id, month) do update set used = credit_usage.used + excluded.used`,
  parameters: { workspaceId: uuid, accountId: uuid, month: text, amount: integer },
});

/** An account has one member in a workspace, whose lock is held: no other transaction counts for the account. */
async function countForAccount(
  sql: Sql,
  { workspaceId, accountId, month, amount }: CreditConsumption,
): Promise<void> {
  await COUNT.rows(sql, { workspaceId, accountId, month, amount });
}

const TAKE = statement({
  name: 'credits.take',
  text: `
    insert into credit_month (workspace_id, workspace_version, month, total, used)
    values ($workspaceId, 'V2', $month, $total, $amount)
    on conflict (workspace_id, month) do update set used = credit_month.used + excluded.used
      where excluded.used <= credit_month.total - credit_month.used
    returning used`,
  parameters: { workspaceId: uuid, month: text, total: integer, amount: integer },
  columns: { used: integer },
});

/**
 * Checks and counts in one statement. The month's first use makes the month's row.
 * @param total the pool's total
 * @returns false when the pool has fewer credits left
 */
async function takeFromPool(
  tx: Transaction,
  { workspaceId, month, amount }: CreditConsumption,
  total: number,
): Promise<boolean> {
  return (await TAKE.row(tx, { workspaceId, month, total, amount })) !== undefined;
}
