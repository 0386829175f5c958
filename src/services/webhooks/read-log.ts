import { arrayOf, boolean, integer, text, uuid } from '../../database/column-types.js';
import type { Transaction } from '../../database/database.js';
import { type RowOf, statement } from '../../database/statement.js';
import { selectList } from '../../database/tables.js';
import { subscribes } from '../../domain/webhooks.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import { AUDIT_ENTRY } from '../audit/record.js';
import { settledTimes } from '../audit/settled.js';
import type { ServiceContext } from '../context/service-context.js';
import { insertDeliveries, type WebhookEvent } from './queue.js';

/** One process at a time makes deliveries of audit entries, in the order of the log. */
const READER_LOCK = 4_917_233;
const MOST_WEBHOOKS = 50;
const MOST_ENTRIES = 500;

const TRY_LOCK = statement({
  name: 'webhooks.tryReaderLock',
  text: 'select pg_try_advisory_xact_lock($lock::integer::bigint) as locked',
  parameters: { lock: integer },
  columns: { locked: boolean },
});

const BEHIND_COLUMNS = {
  id: uuid,
  workspaceId: uuid,
  eventTypes: arrayOf(text),
  readTo: text,
  readToId: uuid,
};
type Behind = RowOf<typeof BEHIND_COLUMNS>;

/** The lock keeps the webhook enabled, and its place unchanged, until the commit. */
const BEHIND = statement({
  name: 'webhooks.behind',
  text: `
    select w.id, w.workspace_id as "workspaceId", w.event_types as "eventTypes", w.read_to::text as "readTo",
      w.read_to_id as "readToId"
    from webhook w
    where w.disabled_at is null and exists (
      select from audit_entry e
      where e.workspace_id = w.workspace_id and (e.logged_at, e.id) > (w.read_to, w.read_to_id)
        and e.logged_at < $settled::text::timestamptz)
    order by random() limit ${MOST_WEBHOOKS} for no key update of w skip locked`,
  parameters: { settled: text },
  columns: BEHIND_COLUMNS,
});

const ENTRIES = statement({
  name: 'webhooks.entries',
  text: `
    select ${selectList(AUDIT_ENTRY, 'e')}, e.logged_at::text as "loggedText"
    from audit_entry e
    where e.workspace_id = $workspaceId and (e.logged_at, e.id) > ($readTo::text::timestamptz, $readToId)
      and e.logged_at < $settled::text::timestamptz
    order by e.logged_at, e.id limit ${MOST_ENTRIES}`,
  parameters: { workspaceId: uuid, readTo: text, readToId: uuid, settled: text },
  columns: { ...AUDIT_ENTRY.columns, loggedText: text },
});

const ADVANCE = statement({
  name: 'webhooks.advance',
  text: 'update webhook set read_to = $readTo::text::timestamptz, read_to_id = $readToId where id = $id',
  parameters: { readTo: text, readToId: uuid, id: uuid },
});

/**
 * The settled time may be unknown, or that of a transaction which somebody has left open: a webhook gets nothing that is
 * older than an hour.
 */
const START = statement({
  name: 'webhooks.start',
  text: `
    update webhook set read_to = greatest($settled::text::timestamptz, clock_timestamp() - interval '1 hour'),
      read_to_id = '00000000-0000-0000-0000-000000000000'
    where id = $id`,
  parameters: { settled: text, id: uuid },
});

/**
 * Has a webhook read the log from now on. Entries of transactions under way have earlier times and are committed later, so
 * its place is before all of them; an entry that was committed since then is read too.
 * @param tx a transaction that has written no entry yet
 */
export async function readFromNow(tx: Transaction, id: string): Promise<void> {
  const { settled } = await settledTimes(tx);
  await START.rows(tx, { settled, id });
}

/**
 * Makes deliveries of the audit entries that were committed since the last time. The audit log is the outbox: an entry is
 * written in the transaction of its change, and each webhook keeps its place in the log, so that changes cost no more
 * where there are webhooks.
 * @returns whether there may be more
 */
export async function readLog(context: ServiceContext): Promise<boolean> {
  return context.database.transaction(async (tx) => {
    const lock = await TRY_LOCK.row(tx, { lock: READER_LOCK });
    if (lock?.locked !== true) return false;
    const { settled } = await settledTimes(tx);
    const webhooks = await BEHIND.rows(tx, { settled });
    let isMore = webhooks.length === MOST_WEBHOOKS;
    for (const webhook of webhooks) isMore = (await readFor(context, tx, webhook, settled)) || isMore;
    return isMore;
  });
}

async function readFor(
  { clock }: ServiceContext,
  tx: Transaction,
  { id, workspaceId, eventTypes, readTo, readToId }: Behind,
  settled: string,
): Promise<boolean> {
  const entries = await ENTRIES.rows(tx, { workspaceId, readTo, readToId, settled });
  const last = entries.at(-1);
  if (last === undefined) return false;
  const deliveries = entries
    .filter(({ action }) => subscribes(eventTypes, action))
    .map((entry) => ({ webhookId: id, event: eventOf(entry, workspaceId) }));
  await insertDeliveries(tx, deliveries, clock());
  await ADVANCE.rows(tx, { id, readTo: last.loggedText, readToId: last.id });
  return entries.length === MOST_ENTRIES;
}

/** An audit entry as an event, with the id of the entry. */
function eventOf(entry: AuditEntry, workspaceId: string): WebhookEvent {
  const { id, at, action, actorType, actorId, actorLabel, channel, changes, requestId } = entry;
  return {
    id,
    workspaceId,
    type: action,
    at,
    data: {
      id,
      actor: { type: actorType, id: actorId, label: actorLabel },
      channel,
      target: { type: entry.targetType, id: entry.targetId, label: entry.targetLabel },
      changes,
      requestId,
    },
  };
}
