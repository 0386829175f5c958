import { arrayOf, integer, jsonb, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { newId } from '../../domain/ids.js';
import { subscribes } from '../../domain/webhooks.js';

/** Something that has happened in a workspace. */
export interface WebhookEvent {
  /** The same wherever the event is sent. */
  readonly id: string;
  readonly workspaceId: string;
  readonly type: string;
  readonly at: Date;
  readonly data: object;
}

/** An event for one webhook. */
export interface QueuedDelivery {
  readonly webhookId: string;
  readonly event: WebhookEvent;
}

/** A webhook may have been deleted in between. */
const INSERT = statement({
  name: 'webhooks.queue',
  text: `
    insert into webhook_delivery
      (id, workspace_id, webhook_id, event_id, event_type, body, status, tries, created_at, next_attempt_at)
    select d.id, w.workspace_id, w.id, d."eventId", d."eventType", d.body, 'PENDING', 0, d."createdAt", d."createdAt"
    from jsonb_to_recordset($deliveries)
      as d(id uuid, "webhookId" uuid, "eventId" uuid, "eventType" text, body text, "createdAt" timestamptz)
    join webhook w on w.id = d."webhookId"
    on conflict (webhook_id, event_id) do nothing`,
  parameters: { deliveries: jsonb<readonly object[]>() },
});

/**
 * Stores deliveries, which are sent from then on. A delivery of the same event to the same webhook exists once.
 * @param sql the transaction in which the events become known
 */
export async function insertDeliveries(
  sql: Sql,
  deliveries: readonly QueuedDelivery[],
  now: Date,
): Promise<void> {
  if (deliveries.length === 0) return;
  const rows = deliveries.map(({ webhookId, event }) => ({
    id: newId(),
    webhookId,
    eventId: event.id,
    eventType: event.type,
    body: bodyOf(event),
    createdAt: now,
  }));
  await INSERT.rows(sql, { deliveries: JSON.stringify(rows) });
}

/** The body of every request about the event: type, timestamp and data as Standard Webhooks recommends. */
function bodyOf({ type, at, workspaceId, data }: WebhookEvent): string {
  return JSON.stringify({ type, timestamp: at.toISOString(), workspaceId, data });
}

const ENABLED = statement({
  name: 'webhooks.enabledOf',
  text: `
    select w.id, w.workspace_id as "workspaceId", w.event_types as "eventTypes"
    from webhook w where w.workspace_id = any($workspaceIds::uuid[]) and w.disabled_at is null`,
  parameters: { workspaceIds: arrayOf(uuid) },
  columns: { id: uuid, workspaceId: uuid, eventTypes: arrayOf(text) },
});

/**
 * Queues events that are in no log, for every enabled webhook that subscribes to them.
 * @param sql the transaction in which they happen
 */
export async function queueEvents(sql: Sql, events: readonly WebhookEvent[], now: Date): Promise<void> {
  if (events.length === 0) return;
  const workspaceIds = [...new Set(events.map(({ workspaceId }) => workspaceId))];
  const webhooks = await ENABLED.rows(sql, { workspaceIds });
  const deliveries = webhooks.flatMap(({ id, workspaceId, eventTypes }) =>
    events
      .filter((event) => event.workspaceId === workspaceId && subscribes(eventTypes, event.type))
      .map((event) => ({ webhookId: id, event })),
  );
  await insertDeliveries(sql, deliveries, now);
}

/** Of one webhook, the delivery whose turn is next is the oldest, unless one has been tried before. */
const OLDEST = statement({
  name: 'webhooks.oldestWaiting',
  text: `
    select coalesce(max(extract(epoch from clock_timestamp() - next.created_at)), 0)::integer as seconds
    from webhook w cross join lateral (
      select d.created_at from webhook_delivery d where d.webhook_id = w.id and d.next_attempt_at is not null
      order by d.next_attempt_at, d.id limit 1) next
    where w.disabled_at is null and w.failing_since is null`,
  parameters: {},
  columns: { seconds: integer },
});

/** For how many seconds the oldest delivery has been waiting, of all webhooks that do not fail. */
export async function oldestDelivery(sql: Sql): Promise<number> {
  return (await OLDEST.row(sql, {}))?.seconds ?? 0;
}
