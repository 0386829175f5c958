import { arrayOf, integer, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import { type RowOf, statement } from '../../database/statement.js';
import type { ServiceContext } from '../context/service-context.js';

/** The most events that all processes together send to a webhook at the same time. */
const MOST_OF_WEBHOOK = 5;
/** While a webhook fails, each attempt may take until the time-out, and would keep others from theirs. */
const MOST_OF_FAILING = 1;
const MOST_WEBHOOKS = 100;
/** A claim of a process that has died ends after this time. It is longer than an attempt can take. */
const CLAIM_MS = 60_000;

/** Webhooks with something to send that no other process is looking at. */
const LOCK_DUE = statement({
  name: 'webhooks.lockDue',
  text: `
    select w.id from webhook w
    where w.disabled_at is null and (w.paused_until is null or w.paused_until <= $now) and exists (
      select from webhook_delivery d
      where d.webhook_id = w.id and d.next_attempt_at <= $now and (d.claimed_until is null or d.claimed_until <= $now))
    order by random() limit ${MOST_WEBHOOKS} for no key update of w skip locked`,
  parameters: { now: timestamptz },
  columns: { id: uuid },
});

const CLAIM_COLUMNS = {
  id: uuid,
  webhookId: uuid,
  workspaceId: uuid,
  eventId: uuid,
  body: text,
  tries: integer,
  url: text,
  secret: text,
  previousSecret: nullable(text),
  previousSecretUntil: nullable(timestamptz),
};

/**
 * A statement after the locks, so that it sees the claims of the process that had them before. It takes up what was replayed
 * during an attempt (`tries` of -1), also when the process of that attempt is lost.
 */
const CLAIM = statement({
  name: 'webhooks.claim',
  text: `
    update webhook_delivery d set claimed_until = $until, tries = greatest(d.tries, 0)
    from (
      select next.id, w.url, w.secret, w.previous_secret, w.previous_secret_until
      from webhook w cross join lateral (
        select o.id from webhook_delivery o
        where o.webhook_id = w.id and o.next_attempt_at <= $now and (o.claimed_until is null or o.claimed_until <= $now)
        order by o.next_attempt_at, o.id
        limit greatest(0, case when w.failing_since is null then ${MOST_OF_WEBHOOK} else ${MOST_OF_FAILING} end - (
          select count(*) from webhook_delivery c where c.webhook_id = w.id and c.claimed_until > $now))
      ) next
      where w.id = any($webhookIds::uuid[]) limit $most::integer
    ) due
    where d.id = due.id
    returning d.id, d.webhook_id as "webhookId", d.workspace_id as "workspaceId", d.event_id as "eventId", d.body, d.tries,
      due.url, due.secret, due.previous_secret as "previousSecret", due.previous_secret_until as "previousSecretUntil"`,
  parameters: { until: timestamptz, now: timestamptz, webhookIds: arrayOf(uuid), most: integer },
  columns: CLAIM_COLUMNS,
});

/** A delivery that this process sends, with its webhook. */
export type Claim = RowOf<typeof CLAIM_COLUMNS>;

/**
 * Claims deliveries that are due, so that no other process sends them.
 * @param most how many at most
 */
export async function claimDue({ database, clock }: ServiceContext, most: number): Promise<Claim[]> {
  const now = clock();
  return database.transaction(async (tx) => {
    const webhooks = await LOCK_DUE.rows(tx, { now });
    if (webhooks.length === 0) return [];
    return CLAIM.rows(tx, {
      until: new Date(now.getTime() + CLAIM_MS),
      now,
      webhookIds: webhooks.map(({ id }) => id),
      most,
    });
  });
}

const RELEASE = statement({
  name: 'webhooks.release',
  text: `update webhook_delivery set claimed_until = null where id = any($ids::uuid[])`,
  parameters: { ids: arrayOf(uuid) },
});

/** Gives claims back, so that another process may send the deliveries at once. */
export async function release({ database }: ServiceContext, claims: readonly Claim[]): Promise<void> {
  if (claims.length > 0) await RELEASE.rows(database, { ids: claims.map(({ id }) => id) });
}
