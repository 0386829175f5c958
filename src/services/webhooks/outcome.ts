import { boolean, nullable, oneOf, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';
import { newId } from '../../domain/ids.js';
import {
  DELIVERY_STATUSES,
  type DeliveryStatus,
  DISABLED_AFTER_MS,
  DISABLED_REASONS,
  type DisabledReason,
  LONGEST_RETRY_AFTER_MS,
  nextAttempt,
} from '../../domain/webhooks.js';
import type { WebhookOutcome } from '../../webhooks/transport.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { managersOf } from '../rows/managers.js';
import type { Claim } from './claim.js';

const RECOVER = statement({
  name: 'webhooks.recover',
  text: `
    update webhook set failing_since = null, paused_until = null
    where id = $webhookId and url = $url and failing_since is not null`,
  parameters: { webhookId: uuid, url: text },
});

const NOTE_FAILURE = statement({
  name: 'webhooks.noteFailure',
  text: `
    update webhook set failing_since = coalesce(failing_since, $at), paused_until = greatest(paused_until, $pausedUntil)
    where id = $webhookId and url = $url returning failing_since as "failingSince"`,
  parameters: { at: timestamptz, pausedUntil: nullable(timestamptz), webhookId: uuid, url: text },
  columns: { failingSince: nullable(timestamptz) },
});

/**
 * A delivery may have failed for good in the meantime, because its webhook was disabled. One that was replayed in the
 * meantime is left out.
 */
const SETTLE = statement({
  name: 'webhooks.settle',
  text: `
    update webhook_delivery set tries = tries + 1, claimed_until = null,
      status = case when $delivered then 'DELIVERED' when status = 'PENDING' and $next::timestamptz is null then 'FAILED'
        else status end,
      next_attempt_at = case when not $delivered and status = 'PENDING' then $next::timestamptz end
    where id = $id and tries >= 0 returning status`,
  parameters: { delivered: boolean, next: nullable(timestamptz), id: uuid },
  columns: { status: oneOf(DELIVERY_STATUSES) },
});

/** An attempt that does not count leaves the delivery as it is, so it is due at once. */
const PASS_OVER = statement({
  name: 'webhooks.passOver',
  text: `
    update webhook_delivery set claimed_until = null, tries = greatest(tries, 0) where id = $id returning status`,
  parameters: { id: uuid },
  columns: { status: oneOf(DELIVERY_STATUSES) },
});

/**
 * Stores what came of an attempt. The webhook is locked before its delivery, as in `claimDue`. A failure at a URL that the
 * webhook no longer has says nothing about the present one, and a replay asks for attempts that begin after it: so an attempt
 * before either does not count, and is only kept in the list of attempts.
 * @param at when the request was sent
 * @param random from 0 to 1, for the pause until the next attempt
 * @returns the status of the delivery afterwards; undefined when its webhook was deleted
 */
export async function storeOutcome(
  context: ServiceContext,
  { id, webhookId, url, tries }: Claim,
  outcome: WebhookOutcome,
  { at, random }: { readonly at: Date; readonly random: number },
): Promise<DeliveryStatus | undefined> {
  const { durationMs, status, error, response, retryAfterMs, isGone } = outcome;
  const delivered = error === null;
  const now = context.clock();
  return context.database.transaction(async (tx) => {
    let failure: { readonly failingSince: Date | null } | undefined;
    if (delivered) await RECOVER.rows(tx, { webhookId, url });
    else {
      const pause = retryAfterMs === null ? null : Math.min(retryAfterMs, LONGEST_RETRY_AFTER_MS);
      const pausedUntil = pause === null ? null : new Date(now.getTime() + pause);
      failure = await NOTE_FAILURE.row(tx, { webhookId, url, at, pausedUntil });
    }
    const next = delivered ? null : nextAttempt(tries + 1, now, random, retryAfterMs);
    const counts = delivered || failure !== undefined;
    const settled =
      (counts ? await SETTLE.row(tx, { id, delivered, next }) : undefined) ??
      (await PASS_OVER.row(tx, { id }));
    // Nothing is left to store when the webhook was deleted.
    if (settled === undefined) return undefined;
    await rowsOf(
      tx,
      query
        .insertInto('webhookAttempt')
        .values({ id: newId(), deliveryId: id, at, durationMs, status, error, response }),
    );
    if (failure !== undefined) {
      if (isGone) await disable(context, tx, webhookId, 'GONE');
      else if (now.getTime() - (failure.failingSince ?? now).getTime() >= DISABLED_AFTER_MS)
        await disable(context, tx, webhookId, 'FAILING');
    }
    return settled.status;
  });
}

const DISABLE = statement({
  name: 'webhooks.disable',
  text: `
    update webhook w set disabled_at = $now, disabled_reason = $reason
    from workspace o where w.id = $webhookId and w.disabled_at is null and o.id = w.workspace_id
    returning w.workspace_id as "workspaceId", w.url, o.name as "workspaceName"`,
  parameters: { now: timestamptz, reason: oneOf(DISABLED_REASONS), webhookId: uuid },
  columns: { workspaceId: uuid, url: text, workspaceName: text },
});

/** Disables a webhook once, and tells owners and admins by mail. */
async function disable(
  context: ServiceContext,
  tx: Transaction,
  webhookId: string,
  reason: DisabledReason,
): Promise<void> {
  const disabled = await DISABLE.row(tx, { now: context.clock(), reason, webhookId });
  if (disabled === undefined) return;
  const { workspaceId, url, workspaceName } = disabled;
  await failPending(tx, webhookId);
  await record(context, tx, {
    workspaceId,
    action: 'webhook.disable',
    target: { type: 'webhook', id: webhookId, label: url },
    changes: { enabled: { before: true, after: false }, reason: { before: null, after: reason } },
  });
  const addresses = await managersOf(tx, workspaceId);
  tx.afterCommit(() => {
    for (const to of addresses)
      context.mailer?.tellOfDisabledWebhook({ to, workspaceName, url, isGone: reason === 'GONE' });
  });
}

/** Nothing more is sent of what waits; it can be replayed. */
export async function failPending(tx: Transaction, webhookId: string): Promise<void> {
  await rowsOf(
    tx,
    query
      .updateTable('webhookDelivery')
      .set({ status: 'FAILED', nextAttemptAt: null })
      .where('webhookId', '=', webhookId)
      .where('status', '=', 'PENDING'),
  );
}
