import { actorLabel } from '../../auth/actor.js';
import type { Transaction } from '../../database/database.js';
import { query, rowOf, rowsOf } from '../../database/query.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { DomainError } from '../../domain/errors.js';
import { isId, newId } from '../../domain/ids.js';
import { readDescription } from '../../domain/text.js';
import { parseEventTypes, parseWebhookUrl } from '../../domain/webhooks.js';
import type { Webhook } from '../../model/webhook.js';
import { changesBetween, record } from '../audit/record.js';
import { authenticated, authorize } from '../context/authorization.js';
import { runCommand } from '../context/command.js';
import type { ServiceContext } from '../context/service-context.js';
import { failPending } from './outcome.js';
import { noSuchWebhook, WEBHOOK, type WebhookTarget } from './queries.js';
import { readFromNow } from './read-log.js';
import {
  type EarlierSecret,
  encryptEarlier,
  encryptSecret,
  newSecret,
  secretsAfterRotation,
} from './secret.js';

/** The most webhooks of a workspace. */
export const MOST_WEBHOOKS = 10;
const LONGEST_OVERLAP_HOURS = 7 * 24;
/** The most secrets that sign requests besides the current one. */
const MOST_EARLIER_SECRETS = 4;
const HOUR_MS = 3_600_000;

/** A webhook with its secret, which is shown only once. */
export interface WebhookWithSecret {
  readonly webhook: Webhook;
  readonly secret: string;
}

export interface NewWebhook {
  readonly workspaceId: string;
  readonly url: string;
  readonly description?: string | null;
  readonly eventTypes: readonly string[];
}

/**
 * Creates a webhook, which gets the events from then on.
 * @throws DomainError as `authorize` does; INVALID_INPUT: a URL or event type that is not allowed, or ten webhooks already;
 *   FORBIDDEN in production without SECRETS_KEY
 */
export async function create(context: ServiceContext, input: NewWebhook): Promise<WebhookWithSecret> {
  const { workspaceId } = input;
  await authorize(context, 'webhook.manage', workspaceId);
  const id = newId();
  const secret = newSecret();
  const webhook: Webhook = {
    id,
    workspaceId,
    url: parseWebhookUrl(input.url, context.webhookTargets),
    description: readDescription(input.description ?? null),
    eventTypes: parseEventTypes(input.eventTypes),
    secret: encryptSecret(context, id, secret),
    previousSecret: null,
    previousSecretUntil: null,
    createdBy: actorLabel(authenticated(context)),
    createdAt: context.clock(),
    disabledAt: null,
    disabledReason: null,
    failingSince: null,
    pausedUntil: null,
  };
  return runCommand(context, 'webhook.manage', workspaceId, async (tx) => {
    await requireRoom(tx, workspaceId);
    await rowsOf(tx, query.insertInto('webhook').values(webhook));
    await readFromNow(tx, id);
    await recordWebhook(context, tx, 'webhook.create', webhook, {}, audited(webhook));
    return { webhook, secret };
  });
}

/** Locks the workspace, so that no other transaction adds a webhook, and counts them. @throws DomainError INVALID_INPUT */
async function requireRoom(tx: Transaction, workspaceId: string): Promise<void> {
  await rowsOf(tx, query.selectFrom('workspace').select('id').where('id', '=', workspaceId).forNoKeyUpdate());
  const webhooks = await rowsOf(
    tx,
    query.selectFrom('webhook').select('id').where('workspaceId', '=', workspaceId).limit(MOST_WEBHOOKS),
  );
  if (webhooks.length < MOST_WEBHOOKS) return;
  throw new DomainError('INVALID_INPUT', `A workspace has at most ${MOST_WEBHOOKS} webhooks.`, {
    hint: 'Delete one that is no longer used, or subscribe one of them to more event types.',
  });
}

export interface WebhookUpdate extends WebhookTarget {
  readonly url?: string | null;
  readonly description?: string | null;
  readonly eventTypes?: readonly string[] | null;
  readonly enabled?: boolean | null;
}

/**
 * Changes, disables or enables a webhook. Absent fields do not change; a null description is cleared. What a disabled
 * webhook has missed is not sent when it is enabled again, until somebody replays it.
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT
 */
export async function update(context: ServiceContext, input: WebhookUpdate): Promise<Webhook> {
  const { url, description, eventTypes, enabled } = input;
  return onWebhook(context, input, async (tx, before) => {
    const wasEnabled = before.disabledAt === null;
    const isEnabled = enabled ?? wasEnabled;
    const webhook: Webhook = {
      ...before,
      // What the server at the old URL has answered says nothing about the new one.
      ...(url == null || url === before.url
        ? {}
        : { url: parseWebhookUrl(url, context.webhookTargets), failingSince: null, pausedUntil: null }),
      ...(description === undefined ? {} : { description: readDescription(description) }),
      ...(eventTypes == null ? {} : { eventTypes: parseEventTypes(eventTypes) }),
      ...(isEnabled === wasEnabled
        ? {}
        : {
            disabledAt: isEnabled ? null : context.clock(),
            disabledReason: null,
            failingSince: null,
            pausedUntil: null,
          }),
    };
    await rowsOf(tx, query.updateTable('webhook').set(webhook).where('id', '=', webhook.id));
    if (isEnabled && !wasEnabled) await readFromNow(tx, webhook.id);
    if (!isEnabled && wasEnabled) await failPending(tx, webhook.id);
    await recordWebhook(context, tx, 'webhook.update', webhook, audited(before), audited(webhook));
    return webhook;
  });
}

/**
 * Gives a webhook a new secret. Requests are signed with both secrets for the overlap, so that receivers can switch
 * without an interruption, and with the secrets of earlier rotations until their ends.
 * @param overlapHours whole hours, 0 to 168; 0 stops all old secrets at once
 * @throws DomainError as `authorize` does; NOT_FOUND; INVALID_INPUT; FORBIDDEN in production without SECRETS_KEY
 */
export async function rotate(
  context: ServiceContext,
  input: WebhookTarget & { readonly overlapHours: number },
): Promise<WebhookWithSecret> {
  const { overlapHours } = input;
  if (overlapHours < 0 || overlapHours > LONGEST_OVERLAP_HOURS) {
    throw new DomainError('INVALID_INPUT', `overlapHours must be from 0 to ${LONGEST_OVERLAP_HOURS}.`, {
      attribute: 'overlapHours',
    });
  }
  return onWebhook(context, input, async (tx, before) => {
    const secret = newSecret();
    const until = new Date(context.clock().getTime() + overlapHours * HOUR_MS);
    const secrets = { ...before, webhookId: before.id };
    const earlier = overlapHours > 0 ? secretsAfterRotation(context, secrets, until) : [];
    requireFewSecrets(earlier);
    const webhook: Webhook = {
      ...before,
      secret: encryptSecret(context, before.id, secret),
      ...encryptEarlier(context, before.id, earlier),
    };
    await rowsOf(tx, query.updateTable('webhook').set(webhook).where('id', '=', webhook.id));
    const changes = {
      previousSecretUntil: { before: before.previousSecretUntil, after: webhook.previousSecretUntil },
    };
    await record(context, tx, { ...factOf(webhook), action: 'webhook.rotate', changes });
    return { webhook, secret };
  });
}

/** Each signature makes the header of every request longer. @throws DomainError INVALID_INPUT */
function requireFewSecrets(earlier: readonly EarlierSecret[]): void {
  if (earlier.length <= MOST_EARLIER_SECRETS) return;
  const first = Math.min(...earlier.slice(1).map(({ until }) => until.getTime()));
  throw new DomainError(
    'INVALID_INPUT',
    `Requests are signed with ${MOST_EARLIER_SECRETS} old secrets already, with one of them until ${new Date(first).toISOString()}.`,
    {
      attribute: 'overlapHours',
      hint: 'Rotate after that time, or send 0, which stops all old secrets at once.',
    },
  );
}

/**
 * Deletes a webhook with its deliveries.
 * @throws DomainError as `authorize` does; NOT_FOUND
 */
export async function remove(context: ServiceContext, target: WebhookTarget): Promise<void> {
  await onWebhook(context, target, async (tx, webhook) => {
    await recordWebhook(context, tx, 'webhook.delete', webhook, audited(webhook), {});
    await rowsOf(tx, query.deleteFrom('webhook').where('id', '=', webhook.id));
  });
}

/**
 * Works on a locked webhook of the workspace.
 * @throws DomainError as `authorize` does; NOT_FOUND, for a webhook of another workspace too
 */
export async function onWebhook<Result>(
  context: ServiceContext,
  { workspaceId, webhookId }: WebhookTarget,
  work: (tx: Transaction, webhook: Webhook) => Promise<Result>,
): Promise<Result> {
  return runCommand(context, 'webhook.manage', workspaceId, async (tx) => {
    const webhook = isId(webhookId) ? await lockWebhook(tx, workspaceId, webhookId) : undefined;
    if (webhook === undefined) throw noSuchWebhook();
    return work(tx, webhook);
  });
}

function lockWebhook(tx: Transaction, workspaceId: string, webhookId: string): Promise<Webhook | undefined> {
  return rowOf(
    tx,
    query
      .selectFrom('webhook')
      .select(WEBHOOK.properties)
      .where('id', '=', webhookId)
      .where('workspaceId', '=', workspaceId)
      .forNoKeyUpdate(),
  );
}

/** The values of a webhook for audit entries: everything but its secrets. */
function audited({ url, description, eventTypes, disabledAt }: Webhook): object {
  return { url, description, eventTypes: [...eventTypes], enabled: disabledAt === null };
}

function factOf({ id, url, workspaceId }: Webhook) {
  return { workspaceId, target: { type: 'webhook', id, label: url } };
}

async function recordWebhook(
  context: ServiceContext,
  tx: Transaction,
  action: AuditAction,
  webhook: Webhook,
  before: object,
  after: object,
): Promise<void> {
  const changes = changesBetween(before, after);
  if (Object.keys(changes).length === 0) return;
  await record(context, tx, { ...factOf(webhook), action, changes });
}
