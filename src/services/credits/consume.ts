import { actorLabel } from '../../auth/actor.js';
import type { Action } from '../../auth/policy.js';
import type { Sql, Transaction } from '../../database/database.js';
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
import { countsOf, findConsumer, standingOf } from './queries.js';
import { CONSUMPTION_COLUMNS } from './reports.js';

/** Who is to use how many credits. */
export interface CreditWish {
  readonly workspaceId: string;
  readonly memberId: string;
  readonly amount: number;
  /** What the client calls this use: the same key twice is counted once. */
  readonly idempotencyKey: string;
}

export interface Consumed {
  readonly consumption: CreditConsumption;
  /** Whether it had been counted before, under the same key. */
  readonly replayed: boolean;
}

/**
 * Uses credits, all of them or none (rule 23). The member's lock keeps its role, its limit and what its account has
 * used as they are; the pool, which everybody shares, is counted last and in one statement with its check, so that
 * concurrent calls wait for each other no longer than a commit takes.
 * @throws DomainError as `authorize` does; FORBIDDEN for using somebody else's in person; WRONG_WORKSPACE_VERSION on V1;
 *   NOT_FOUND; INVALID_INPUT for a key that is no text, or that stands for something else; CREDITS_EXHAUSTED
 */
export async function consume(context: ServiceContext, wish: CreditWish): Promise<Consumed> {
  const { workspaceId } = wish;
  const asked = { ...wish, memberId: wish.memberId.toLowerCase() };
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
    const counts = await countsOf(tx, consumer, null);
    const request = { userName: consumer.userName, amount: asked.amount, month: counts.month };
    const standing = standingOf(consumer, workspace, counts);
    // What is used never becomes less in a month: whom this refuses, no later look would let through.
    const block = creditBlock(standing, asked.amount);
    if (block !== null) throw creditsExhausted(block, standing, request);

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
    if (!(await enter(tx, consumption))) {
      // Another member's call with the same key has been committed since.
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
    if (!(await takeFromPool(tx, consumption, standing.poolTotal ?? 0))) {
      const now = await countsOf(tx, consumer, counts.month);
      throw creditsExhausted('POOL', standingOf(consumer, workspace, now), request);
    }
    return { consumption, replayed: false };
  });
}

/**
 * Whether the caller may use credits for that member: somebody in person for nobody else.
 * @returns the action that was allowed, to be asked for again under locks
 * @throws DomainError as `authorize` does
 */
export async function authorizeConsumption(
  context: ServiceContext,
  { workspaceId, memberId }: Pick<CreditWish, 'workspaceId' | 'memberId'>,
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
  { workspaceId, idempotencyKey }: CreditWish,
): Promise<CreditConsumption | undefined> {
  const [found] = await sql.rows<CreditConsumption>(
    `select ${CONSUMPTION_COLUMNS} from credit_consumption c where c.workspace_id = $1 and c.idempotency_key = $2`,
    [workspaceId, idempotencyKey],
  );
  return found;
}

/** The same answer once more, also for somebody who could not use any by now. @throws DomainError INVALID_INPUT */
function replay(consumption: CreditConsumption, { memberId, amount }: CreditWish): Consumed {
  if (consumption.memberId === memberId && consumption.amount === amount)
    return { consumption, replayed: true };
  throw new DomainError(
    'INVALID_INPUT',
    'This idempotencyKey was used before, for another member or another amount.',
    { attribute: 'idempotencyKey', hint: 'Make a new key for each use of credits.' },
  );
}

/** @returns false when the key is taken; whoever is about to take it is waited for */
async function enter(sql: Sql, entry: CreditConsumption): Promise<boolean> {
  const entered = await sql.rows(
    `insert into credit_consumption
       (id, workspace_id, account_id, member_id, user_name, at, month, amount, idempotency_key, consumed_by)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
     on conflict (workspace_id, idempotency_key) do nothing returning id`,
    [
      entry.id,
      entry.workspaceId,
      entry.accountId,
      entry.memberId,
      entry.userName,
      entry.at,
      entry.month,
      entry.amount,
      entry.idempotencyKey,
      entry.consumedBy,
    ],
  );
  return entered.length > 0;
}

/** An account has one member in a workspace, whose lock is held: nobody else is counting. */
async function countForAccount(
  sql: Sql,
  { workspaceId, accountId, month, amount }: CreditConsumption,
): Promise<void> {
  await sql.rows(
    `insert into credit_usage (workspace_id, account_id, month, used) values ($1, $2, $3, $4)
     on conflict (workspace_id, account_id, month) do update set used = credit_usage.used + excluded.used`,
    [workspaceId, accountId, month, amount],
  );
}

/**
 * Checking and counting is one statement. The month's first use makes its row, which holds what the pool holds.
 * @returns false when the pool does not hold that many any more
 */
async function takeFromPool(
  tx: Transaction,
  { workspaceId, month, amount }: CreditConsumption,
  total: number,
): Promise<boolean> {
  const taken = await tx.rows(
    `insert into credit_month (workspace_id, workspace_version, month, total, used) values ($1, 'V2', $2, $3, $4)
     on conflict (workspace_id, month) do update set used = credit_month.used + excluded.used
       where excluded.used <= credit_month.total - credit_month.used
     returning used`,
    [workspaceId, month, total, amount],
  );
  return taken.length > 0;
}
