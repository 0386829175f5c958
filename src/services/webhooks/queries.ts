import { query, rowOf } from '../../database/query.js';
import { selection, statement } from '../../database/statement.js';
import { selectList, TABLES, without } from '../../database/tables.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { DeliveryStatus } from '../../domain/webhooks.js';
import type { Webhook, WebhookAttempt, WebhookDelivery } from '../../model/webhook.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import type { ListOrder } from '../lists/listing.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';

/** A webhook as it is shown: its place in the log is the worker's. */
export const WEBHOOK = without(TABLES.webhook, 'readTo', 'readToId');

const WEBHOOKS = selection({
  name: 'webhooks.list',
  columns: selectList(WEBHOOK, 'w'),
  types: WEBHOOK.columns,
  from: 'webhook w',
});

/** A webhook of a workspace. */
export interface WebhookTarget {
  readonly workspaceId: string;
  readonly webhookId: string;
}

/**
 * The workspace's webhooks, oldest first.
 * @throws DomainError as `authorize` does
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  page: PageArguments,
): Promise<Page<Webhook>> {
  await authorize(context, 'webhook.manage', workspaceId);
  return new Page<Webhook>(
    context.batched,
    { ...WEBHOOKS, owner: workspaceId, where: 'w.workspace_id = $1', values: [workspaceId], id: 'w.id' },
    page,
    asIs,
  );
}

/** What the cursors of the workspace's webhooks belong to. */
export function webhooksOf(workspaceId: string): ListOrder {
  return { name: WEBHOOKS.name, owner: workspaceId };
}

/**
 * One of the workspace's webhooks.
 * @returns null when there is none with the id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  { workspaceId, webhookId }: WebhookTarget,
): Promise<Webhook | null> {
  await authorize(context, 'webhook.manage', workspaceId);
  if (!isId(webhookId)) return null;
  const webhook = await rowOf(
    context.reads,
    query
      .selectFrom('webhook')
      .select(WEBHOOK.properties)
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', webhookId),
  );
  return webhook ?? null;
}

export function noSuchWebhook(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such webhook in this workspace.', {
    attribute: 'webhookId',
  });
}

const DELIVERIES = selection({
  name: 'webhooks.deliveries',
  columns: selectList(TABLES.webhookDelivery, 'd'),
  types: TABLES.webhookDelivery.columns,
  from: 'webhook_delivery d',
});

/** Conditions on deliveries; all must hold. */
export interface DeliveryFilter {
  readonly statuses?: readonly DeliveryStatus[] | null;
  readonly eventTypes?: readonly string[] | null;
}

/**
 * The deliveries of a webhook, newest first.
 * @throws DomainError as `authorize` does
 */
export async function deliveries(
  context: ServiceContext,
  { id, workspaceId }: Pick<Webhook, 'id' | 'workspaceId'>,
  { statuses, eventTypes }: DeliveryFilter,
  page: PageArguments,
): Promise<Page<WebhookDelivery>> {
  await authorize(context, 'webhook.manage', workspaceId);
  const values: unknown[] = [id, workspaceId];
  const conditions = ['d.webhook_id = $1', 'd.workspace_id = $2'];
  if (statuses != null) conditions.push(`d.status = any($${values.push(statuses)}::text[])`);
  if (eventTypes != null) conditions.push(`d.event_type = any($${values.push(eventTypes)}::text[])`);
  return new Page<WebhookDelivery>(
    context.batched,
    { ...DELIVERIES, owner: id, where: conditions.join(' and '), values, id: 'd.id', descending: true },
    page,
    asIs,
  );
}

/**
 * One delivery of a workspace.
 * @returns null when there is none with the id
 * @throws DomainError as `authorize` does
 */
export async function delivery(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<WebhookDelivery | null> {
  await authorize(context, 'webhook.manage', workspaceId);
  if (!isId(id)) return null;
  const found = await rowOf(
    context.reads,
    query
      .selectFrom('webhookDelivery')
      .select(TABLES.webhookDelivery.properties)
      .where('workspaceId', '=', workspaceId)
      .where('id', '=', id),
  );
  return found ?? null;
}

const ATTEMPT = TABLES.webhookAttempt;

/** The attempts of two rounds. A delivery that is replayed often has more than anybody reads. */
export const MOST_ATTEMPTS = 20;

const ATTEMPTS = statement({
  name: 'webhooks.attempts',
  text: `
    select ${selectList(ATTEMPT, 'a')} from webhook_attempt a where a.delivery_id = $deliveryId
    order by a.id desc limit ${MOST_ATTEMPTS}`,
  parameters: { deliveryId: ATTEMPT.columns.deliveryId },
  columns: ATTEMPT.columns,
});

/** The last 20 attempts of a delivery, newest first. The caller has read the delivery. */
export function attempts(context: ServiceContext, deliveryId: string): Promise<WebhookAttempt[]> {
  return ATTEMPTS.rows(context.batched, { deliveryId });
}
