import { isDeepStrictEqual } from 'node:util';
import { actorLabel } from '../../auth/actor.js';
import type { Sql } from '../../database/database.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { newId } from '../../domain/ids.js';
import type { AuditChanges, AuditEntry } from '../../model/audit-entry.js';
import { authenticated, authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import { type AuditFilter, auditFilterSql } from './filter.js';

/** What was done to what. */
export interface AuditFact {
  readonly workspaceId: string | null;
  readonly action: AuditAction;
  readonly target: { readonly type: string; readonly id: string; readonly label: string };
  readonly changes: AuditChanges;
}

/** The values of an entry, in the order of `AUDIT_ENTRY_COLUMNS`. */
export function auditEntryValues(context: ServiceContext, fact: AuditFact, at: Date): unknown[] {
  const actor = authenticated(context);
  const { channel, requestId } = context.caller;
  const actorId =
    actor.type === 'PERSON' ? actor.accountId : actor.type === 'API_KEY' ? actor.apiKeyId : null;
  return [
    newId(),
    fact.workspaceId,
    at,
    actor.type,
    actorId,
    actorLabel(actor),
    channel,
    fact.action,
    fact.target.type,
    fact.target.id,
    fact.target.label,
    JSON.stringify(fact.changes),
    requestId,
  ];
}

export const AUDIT_ENTRY_COLUMNS =
  'id, workspace_id, at, actor_type, actor_id, actor_label, channel, action, target_type, target_id, target_label, changes, request_id';

/**
 * Writes down a change, in the transaction that makes it (rule 28).
 * @param sql the transaction
 */
export async function record(context: ServiceContext, sql: Sql, fact: AuditFact): Promise<void> {
  await sql.rows(
    `insert into audit_entry (${AUDIT_ENTRY_COLUMNS}) values ($1,$2,$3,$4,$5,$6,$7,$8,$9,$10,$11,$12,$13)`,
    auditEntryValues(context, fact, new Date()),
  );
}

/**
 * Writes down what the same command did to many things, in one statement and at one moment.
 * @param sql the transaction
 * @param at the moment, which a command that writes several kinds of entries gives to all of them
 */
export async function recordMany(
  context: ServiceContext,
  sql: Sql,
  facts: readonly AuditFact[],
  at: Date,
): Promise<void> {
  const [first] = facts;
  if (first === undefined) return;
  const { target } = first;
  const [, workspaceId, , actorType, actorId, actor, channel, action, , , , , requestId] = auditEntryValues(
    context,
    first,
    at,
  );
  await sql.rows(
    `insert into audit_entry (${AUDIT_ENTRY_COLUMNS})
     select f.id, $5, $6, $7, $8, $9, $10, $11, $12, f.target, f.label, f.changes, $13
     from unnest($1::uuid[], $2::uuid[], $3::text[], $4::jsonb[]) f(id, target, label, changes)`,
    [
      facts.map(() => newId()),
      facts.map((fact) => fact.target.id),
      facts.map((fact) => fact.target.label),
      facts.map((fact) => JSON.stringify(fact.changes)),
      workspaceId,
      at,
      actorType,
      actorId,
      actor,
      channel,
      action,
      target.type,
      requestId,
    ],
  );
}

/** The attributes that differ, with both values. */
export function changesBetween(before: object, after: object): AuditChanges {
  const was = new Map<string, unknown>(Object.entries(before));
  const is = new Map<string, unknown>(Object.entries(after));
  const names = [...new Set([...was.keys(), ...is.keys()])];
  return Object.fromEntries(
    names
      .map((name) => [name, { before: was.get(name) ?? null, after: is.get(name) ?? null }] as const)
      // Not by their JSON: jsonb gives keys back in an order of its own.
      .filter(([, { before, after }]) => !isDeepStrictEqual(before, after)),
  );
}

export const ENTRY_COLUMNS = `
  e.id, e.workspace_id as "workspaceId", e.at, e.actor_type as "actorType", e.actor_id as "actorId",
  e.actor_label as "actorLabel", e.channel, e.action, e.target_type as "targetType", e.target_id as "targetId",
  e.target_label as "targetLabel", e.changes, e.request_id as "requestId"`;

/**
 * The changes in a workspace, newest first.
 * @throws DomainError as `authorize` does
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  filter: AuditFilter,
  page: PageArguments,
): Promise<Page<AuditEntry>> {
  await authorize(context, 'audit.read', workspaceId);
  const values: unknown[] = [];
  return new Page<AuditEntry>(
    context.batched,
    {
      name: `auditEntries ${filter.targetId ?? workspaceId}`,
      columns: ENTRY_COLUMNS,
      from: 'audit_entry e',
      where: auditFilterSql(workspaceId, filter, values),
      values,
      id: 'e.id',
      descending: true,
      ofRow: filter.targetId != null,
    },
    page,
    asIs,
  );
}

/**
 * One entry of the workspace's audit log.
 * @returns null when there is none with that id
 * @throws DomainError as `authorize` does
 */
export async function get(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<AuditEntry | null> {
  await authorize(context, 'audit.read', workspaceId);
  const [entry] = await context.reads.rows<AuditEntry>(
    `select ${ENTRY_COLUMNS} from audit_entry e where e.workspace_id = $1 and e.id = $2`,
    [workspaceId, id],
  );
  return entry ?? null;
}
