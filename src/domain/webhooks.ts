import { AUDIT_ACTIONS } from './audit-actions.js';
import { DomainError } from './errors.js';
import { isRefusedHost, type RequestTargets } from './network-address.js';

/** The entries of sessions belong to no workspace. */
const { 'session.create': _create, 'session.end': _end, ...ACTIONS_IN_WORKSPACES } = AUDIT_ACTIONS;

/** Every type of event that a webhook can subscribe to, with its description. */
export const WEBHOOK_EVENTS = {
  ...ACTIONS_IN_WORKSPACES,
  'scim.problemOpen': 'A member, group or key got a problem of provisioning, or another one than before.',
  'scim.problemSolve': 'A problem of provisioning was solved: the identity provider succeeded.',
} as const;

export type WebhookEventType = keyof typeof WEBHOOK_EVENTS;

/** The type of the events of `webhookTest`, which need no subscription. */
export const TEST_EVENT = 'webhook.test';

/** Subscribes to all types, those of later versions included. */
const ALL = '*';

/** What may be subscribed to besides single types: all types of a group, such as `member.*`, and all types at all. */
const GROUPS: ReadonlySet<string> = new Set([ALL, ...Object.keys(WEBHOOK_EVENTS).map(groupOf)]);

function groupOf(type: string): string {
  return `${type.slice(0, type.indexOf('.'))}.*`;
}

/** Whether a webhook with these subscriptions gets events of a type. */
export function subscribes(eventTypes: readonly string[], type: string): boolean {
  return eventTypes.some((wanted) => wanted === ALL || wanted === type || wanted === groupOf(type));
}

/**
 * Reads subscriptions.
 * @returns each once
 * @throws DomainError INVALID_INPUT for none, or one that is no type, group or `*`
 */
export function parseEventTypes(eventTypes: readonly string[]): string[] {
  const unknown = eventTypes.find((type) => !Object.hasOwn(WEBHOOK_EVENTS, type) && !GROUPS.has(type));
  if (eventTypes.length > 0 && unknown === undefined) return [...new Set(eventTypes)];
  const message =
    unknown === undefined
      ? 'A webhook needs an event type.'
      : `There is no event type ${JSON.stringify(unknown.slice(0, 40))}.`;
  throw new DomainError('INVALID_INPUT', message, {
    attribute: 'eventTypes',
    hint: 'The query webhookEventTypes lists them all. A group is written as member.*, and * stands for all types.',
  });
}

export const PUBLIC_TARGETS: RequestTargets = { allowsHttp: false, allowsPrivate: false };

const LONGEST_URL = 2_048;

/**
 * Reads the URL of a webhook. The addresses of its host are checked at every connection, since they may change.
 * @returns the URL in its normal form
 * @throws DomainError INVALID_INPUT for a URL that is malformed, has credentials or a fragment, is not HTTPS where that
 *   is required, or whose host is the address of a private network where those are not allowed
 */
export function parseWebhookUrl(text: string, { allowsHttp, allowsPrivate }: RequestTargets): string {
  const refuse = (message: string, hint: string) =>
    new DomainError('INVALID_INPUT', message, { attribute: 'url', hint });
  const url = URL.parse(text.trim());
  if (url === null || !['https:', 'http:'].includes(url.protocol) || url.href.length > LONGEST_URL) {
    throw refuse(
      `url must be a URL of at most ${LONGEST_URL} characters that begins with https://.`,
      'Send the address that takes the events, such as https://example.com/webhooks.',
    );
  }
  if (url.protocol === 'http:' && !allowsHttp)
    throw refuse('url must begin with https://.', 'Events contain names and addresses of people.');
  if (url.username !== '' || url.password !== '')
    throw refuse(
      'url must not contain a user or a password.',
      'Verify the signature of each request instead: it proves who has sent it.',
    );
  if (url.hash !== '') throw refuse('url must not contain a #fragment.', 'Leave out the # and what follows.');
  if (!allowsPrivate && isRefusedHost(url.hostname))
    throw refuse(
      'url leads into a private network.',
      'Events are sent to public addresses only. Use the public name of the server.',
    );
  return url.href;
}

const SECOND_MS = 1_000;
const MINUTE_MS = 60 * SECOND_MS;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** The pauses after failed attempts: nine attempts over two days. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND_MS,
  5 * MINUTE_MS,
  30 * MINUTE_MS,
  2 * HOUR_MS,
  5 * HOUR_MS,
  10 * HOUR_MS,
  14 * HOUR_MS,
  16 * HOUR_MS,
];

/** The share by which a pause is longer or shorter, so that retries of one outage do not come all at once. */
const JITTER = 0.1;
export const LONGEST_RETRY_AFTER_MS = DAY_MS;

/**
 * The time of the next attempt.
 * @param failures the number of attempts so far, all failed, at least 1
 * @param random from 0 to 1
 * @param retryAfterMs the pause that the receiver has asked for; it is honoured up to a day
 * @returns null when there is none
 */
export function nextAttempt(
  failures: number,
  now: Date,
  random: number,
  retryAfterMs: number | null,
): Date | null {
  const delay = RETRY_DELAYS_MS[failures - 1];
  if (delay === undefined) return null;
  const jittered = delay * (1 + JITTER * (2 * random - 1));
  const asked = Math.min(retryAfterMs ?? 0, LONGEST_RETRY_AFTER_MS);
  return new Date(now.getTime() + Math.max(jittered, asked));
}

/** A webhook is disabled when all attempts have failed for so long. */
export const DISABLED_AFTER_MS = 5 * DAY_MS;

export const DELIVERY_STATUSES = ['PENDING', 'DELIVERED', 'FAILED'] as const;
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number];

/** Why the platform has disabled a webhook. */
export const DISABLED_REASONS = ['FAILING', 'GONE'] as const;
export type DisabledReason = (typeof DISABLED_REASONS)[number];
