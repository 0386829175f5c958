import { isDeepStrictEqual } from 'node:util';
import { actorLabel } from '../../auth/actor.js';
import { arrayOf, jsonb, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { TABLES, typesOf, without } from '../../database/tables.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { newId } from '../../domain/ids.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import { authenticated } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';

/** The content of an audit entry: action, target and changes. */
export interface AuditFact {
  readonly workspaceId: string | null;
  readonly action: AuditAction;
  readonly target: { readonly type: string; readonly id: string; readonly label: string };
  readonly changes: AuditChanges;
}

/** The table without `logged_at`, which the database sets, and which only orders the log. */
export const AUDIT_ENTRY = without(TABLES.auditEntry, 'loggedAt');

const COLUMNS = Object.values(AUDIT_ENTRY.fields).join(', ');

const INSERT = statement({
  name: 'audit.insert',
  text: `insert into audit_entry (${COLUMNS}) values (${AUDIT_ENTRY.properties.map((name) => `$${name}`).join(', ')})`,
  parameters: AUDIT_ENTRY.columns,
});

const INSERT_MANY = statement({
  name: 'audit.insertMany',
  text: `
    insert into audit_entry (${COLUMNS})
    select f.id, $workspaceId, $at, $actorType, $actorId, $actorLabel, $channel, $action, $targetType, f.target, f.label,
      f.changes, $requestId
    from unnest($ids::uuid[], $targetIds::uuid[], $targetLabels::text[], $changes::jsonb[]) f(id, target, label, changes)`,
  parameters: {
    ids: arrayOf(uuid),
    targetIds: arrayOf(uuid),
    targetLabels: arrayOf(text),
    changes: arrayOf(jsonb<AuditChanges>()),
    ...typesOf(
      TABLES.auditEntry,
      'workspaceId',
      'at',
      'actorType',
      'actorId',
      'actorLabel',
      'channel',
      'action',
      'targetType',
      'requestId',
    ),
  },
});

/** The entry of a fact, for an insert into `AUDIT_ENTRY`. */
export function entryOf(
  context: ServiceContext,
  { workspaceId, action, target, changes }: AuditFact,
  at: Date,
) {
  const actor = authenticated(context);
  const { channel, requestId } = context.caller;
  const actorId =
    actor.type === 'PERSON' ? actor.accountId : actor.type === 'API_KEY' ? actor.apiKeyId : null;
  return {
    id: newId(),
    workspaceId,
    at,
    actorType: actor.type,
    actorId,
    actorLabel: actorLabel(actor),
    channel,
    action,
    targetType: target.type,
    targetId: target.id,
    targetLabel: target.label,
    changes: JSON.stringify(changes),
    requestId,
  };
}

/**
 * Writes the audit entry of a change, in the transaction that makes the change (rule 28).
 * @param sql the transaction
 */
export async function record(context: ServiceContext, sql: Sql, fact: AuditFact): Promise<void> {
  await INSERT.rows(sql, entryOf(context, fact, new Date()));
  hint(context, fact);
}

/**
 * Writes the audit entries of a command that changed many targets in the same way, in one statement and with one time.
 * @param sql the transaction
 * @param facts all with the same workspace, action and type of target
 * @param at the time of all entries; a command that writes several kinds of entries passes the same time
 */
export async function recordMany(
  context: ServiceContext,
  sql: Sql,
  facts: readonly AuditFact[],
  at: Date,
): Promise<void> {
  const [first] = facts;
  if (first === undefined) return;
  await INSERT_MANY.rows(sql, {
    ...entryOf(context, first, at),
    ids: facts.map(() => newId()),
    targetIds: facts.map(({ target }) => target.id),
    targetLabels: facts.map(({ target }) => target.label),
    changes: facts.map(({ changes }) => JSON.stringify(changes)),
  });
  hint(context, first);
}

/** Tells those who follow the log that there is an entry, once it is written. */
export function hint({ hints }: ServiceContext, { workspaceId }: Pick<AuditFact, 'workspaceId'>): void {
  if (workspaceId !== null) hints.happened('AUDIT', workspaceId);
}

/** The attributes that differ, with both values. */
export function changesBetween(before: object, after: object): AuditChanges {
  const changes: Record<string, AuditChanges[string]> = {};
  const note = (name: string) => {
    const was = valueIn(before, name);
    const is = valueIn(after, name);
    // Not compared as JSON: jsonb changes the order of keys.
    if (was !== is && !isDeepStrictEqual(was, is)) changes[name] = { before: was, after: is };
  };
  for (const name of Object.keys(before)) note(name);
  for (const name of Object.keys(after)) if (!Object.hasOwn(before, name)) note(name);
  return changes;
}

function valueIn(object: object, name: string): unknown {
  return Object.hasOwn(object, name) ? (Reflect.get(object, name) ?? null) : null;
}
