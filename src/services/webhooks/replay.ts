import { integer, timestamptz, uuid } from '../../database/column-types.js';
import { query, rowOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES } from '../../database/tables.js';
import { DomainError } from '../../domain/errors.js';
import { isId, newId } from '../../domain/ids.js';
import { TEST_EVENT } from '../../domain/webhooks.js';
import type { Webhook, WebhookDelivery } from '../../model/webhook.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { onWebhook } from './commands.js';
import type { WebhookTarget } from './queries.js';
import { insertDeliveries } from './queue.js';

/** Deliveries are kept for longer than this, so that none of the period is sent a second time by mistake. */
const MOST_REPLAY_DAYS = 14;
const DAY_MS = 86_400_000;

/**
 * Sends an event for a test, whatever the webhook subscribes to.
 * @returns its delivery, which is sent within a second
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT while the webhook is disabled; RATE_LIMITED
 */
export async function test(context: ServiceContext, target: WebhookTarget): Promise<WebhookDelivery> {
  return onWebhook(context, target, async (tx, webhook) => {
    requireEnabled(webhook);
    await takeSend(context, webhook);
    const now = context.clock();
    const event = {
      id: newId(),
      workspaceId: webhook.workspaceId,
      type: TEST_EVENT,
      at: now,
      data: { webhookId: webhook.id, message: 'This is a test. Nothing has changed.' },
    };
    await insertDeliveries(tx, [{ webhookId: webhook.id, event }], now);
    const delivery = await rowOf(
      tx,
      query
        .selectFrom('webhookDelivery')
        .select(TABLES.webhookDelivery.properties)
        .where('webhookId', '=', webhook.id)
        .where('eventId', '=', event.id),
    );
    if (delivery === undefined) throw new Error('the delivery of a test was not stored');
    return delivery;
  });
}

/** The tries of a replayed delivery `webhook_delivery`: an attempt that is under way began before the replay. */
const TRIES_OF_REPLAYED = 'case when claimed_until is null then 0 else -1 end';

const REPLAY_ONE = statement({
  name: 'webhooks.replayOne',
  text: `
    update webhook_delivery set status = 'PENDING', tries = ${TRIES_OF_REPLAYED}, next_attempt_at = $now
    where id = $id returning ${selectList(TABLES.webhookDelivery, 'webhook_delivery')}`,
  parameters: { now: timestamptz, id: uuid },
  columns: TABLES.webhookDelivery.columns,
});

/**
 * Sends the event of a delivery again, with all its attempts, whether it has arrived or not.
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT while the webhook is disabled; RATE_LIMITED
 */
export async function replayDelivery(
  context: ServiceContext,
  { workspaceId, deliveryId }: { readonly workspaceId: string; readonly deliveryId: string },
): Promise<WebhookDelivery> {
  await authorize(context, 'webhook.manage', workspaceId);
  const found = isId(deliveryId)
    ? await rowOf(
        context.database,
        query
          .selectFrom('webhookDelivery')
          .select('webhookId')
          .where('id', '=', deliveryId)
          .where('workspaceId', '=', workspaceId),
      )
    : undefined;
  if (found === undefined) throw noSuchDelivery();
  return onWebhook(context, { workspaceId, webhookId: found.webhookId }, async (tx, webhook) => {
    requireEnabled(webhook);
    await takeSend(context, webhook);
    const delivery = await REPLAY_ONE.row(tx, { id: deliveryId, now: context.clock() });
    if (delivery === undefined) throw noSuchDelivery();
    return delivery;
  });
}

function noSuchDelivery(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such delivery in this workspace.', {
    attribute: 'deliveryId',
    hint: 'Deliveries are kept for 30 days.',
  });
}

const REPLAY = statement({
  name: 'webhooks.replay',
  text: `
    with replayed as (
      update webhook_delivery set status = 'PENDING', tries = ${TRIES_OF_REPLAYED}, next_attempt_at = $now
      where webhook_id = $webhookId and status = 'FAILED' and created_at >= $since returning 1)
    select count(*)::integer as replayed from replayed`,
  parameters: { now: timestamptz, webhookId: uuid, since: timestamptz },
  columns: { replayed: integer },
});

/** Entries that have a delivery already get no second one. */
const READ_AGAIN = statement({
  name: 'webhooks.readAgain',
  text: `
    update webhook set read_to = $since, read_to_id = '00000000-0000-0000-0000-000000000000'
    where id = $webhookId and read_to > $since`,
  parameters: { since: timestamptz, webhookId: uuid },
});

/**
 * Sends everything again that has not arrived since a time: deliveries that have failed, and changes for which there is
 * none, because the webhook was disabled, did not subscribe to them or did not exist.
 * @param since at most 14 days ago
 * @returns how many failed deliveries are sent again
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT for another time, or while the webhook is disabled
 */
export async function replaySince(
  context: ServiceContext,
  { since, ...target }: WebhookTarget & { readonly since: Date },
): Promise<{ readonly webhook: Webhook; readonly replayed: number }> {
  await authorize(context, 'webhook.manage', target.workspaceId);
  const now = context.clock();
  if (since > now || since.getTime() < now.getTime() - MOST_REPLAY_DAYS * DAY_MS) {
    throw new DomainError('INVALID_INPUT', `since must lie in the last ${MOST_REPLAY_DAYS} days.`, {
      attribute: 'since',
    });
  }
  return onWebhook(context, target, async (tx, webhook) => {
    requireEnabled(webhook);
    const row = await REPLAY.row(tx, { now, webhookId: webhook.id, since });
    await READ_AGAIN.rows(tx, { since, webhookId: webhook.id });
    return { webhook, replayed: row?.replayed ?? 0 };
  });
}

/** Counts an event that a person sends, over all webhooks of the workspace. @throws DomainError RATE_LIMITED */
function takeSend({ rateLimits }: ServiceContext, { workspaceId }: Webhook): Promise<void> {
  return rateLimits.take('webhookSendsOf', workspaceId);
}

/** @throws DomainError INVALID_INPUT */
function requireEnabled({ disabledAt }: Webhook): void {
  if (disabledAt === null) return;
  throw new DomainError('INVALID_INPUT', 'The webhook is disabled.', {
    attribute: 'webhookId',
    hint: 'Enable it first.',
  });
}
