import { isAuditAction } from '../../domain/audit-actions.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { ActorType, Channel } from '../../model/enums.js';
import { likeEscaped } from '../lists/comparison.js';

/** All conditions must hold. */
export interface AuditFilter {
  readonly actions?: readonly string[] | null;
  readonly actorTypes?: readonly ActorType[] | null;
  readonly actorId?: string | null;
  readonly targetTypes?: readonly string[] | null;
  readonly targetId?: string | null;
  readonly channels?: readonly Channel[] | null;
  readonly requestId?: string | null;
  /** A part of the actor's or target's name, or of the action, in any case. */
  readonly search?: string | null;
  /** The earliest time. */
  readonly since?: Date | null;
  /** The time before which the entries lie. */
  readonly until?: Date | null;
}

/**
 * Compiles the filter to SQL over the table `e` (audit_entry), with only the conditions that are set: PostgreSQL cannot
 * use an index for `$1 is null or …`.
 * @param values the statement's values so far; the filter's are appended
 * @throws DomainError INVALID_INPUT for an unknown action
 */
export function auditFilterSql(workspaceId: string, filter: AuditFilter, values: unknown[]): string {
  const { targetId, actorId, requestId, since, until } = filter;
  if ([targetId, actorId].some((id) => id != null && !isId(id))) return 'false';
  const place = (value: unknown, type = '') => `$${values.push(value)}${type}`;
  const conditions: string[] = [];
  // The target is `$1`, so that the histories of many members are read in one statement (`lists/batch.ts`).
  if (targetId != null) conditions.push(`e.target_id = ${place(targetId)}`);
  conditions.push(`e.workspace_id = ${place(workspaceId)}`);
  const actions = actionsOf(filter);
  if (actions !== undefined) conditions.push(`e.action = any(${place(actions, '::text[]')})`);
  if (actorId != null) conditions.push(`e.actor_id = ${place(actorId)}`);
  if (requestId != null) conditions.push(`e.request_id = ${place(requestId)}`);
  if (filter.search != null && filter.search.trim() !== '') {
    const pattern = place(`%${likeEscaped(filter.search.trim())}%`);
    const texts = ['e.actor_label', 'e.target_label', 'e.action'];
    conditions.push(`(${texts.map((text) => `${text} ilike ${pattern}`).join(' or ')})`);
  }
  const among = { actor_type: filter.actorTypes, target_type: filter.targetTypes, channel: filter.channels };
  for (const [column, list] of Object.entries(among)) {
    if (list != null) conditions.push(`e.${column} = any(${place(list, '::text[]')})`);
  }
  if (since != null)
    conditions.push(`e.at >= ${place(since)}`, `e.id >= ${place(idAt(since, -MARGIN_MS), '::uuid')}`);
  if (until != null)
    conditions.push(`e.at < ${place(until)}`, `e.id < ${place(idAt(until, MARGIN_MS), '::uuid')}`);
  return conditions.join(' and ');
}

/** The actions to find. An unknown action is refused, since it would match nothing without an error. */
function actionsOf({ actions }: AuditFilter): readonly string[] | undefined {
  const unknown = actions?.find((one) => !isAuditAction(one));
  if (unknown !== undefined) {
    throw new DomainError('INVALID_INPUT', `There is no action ${JSON.stringify(unknown.slice(0, 40))}.`, {
      attribute: 'filter.actions',
      hint: 'The query auditActions lists them all.',
    });
  }
  return actions ?? undefined;
}

/** Ids start with the time when they were made (RFC 9562 §5.7), which may differ from the entry's time by this much. */
const MARGIN_MS = 3_600_000;
const LAST_TIME = 2 ** 48 - 1;

/** The smallest id of a time, so that a range of time can use the index of ids. */
function idAt(moment: Date, shift: number): string {
  const time = Math.min(Math.max(moment.getTime() + shift, 0), LAST_TIME);
  const hex = time.toString(16).padStart(12, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8)}-0000-0000-000000000000`;
}
