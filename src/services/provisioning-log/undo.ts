import { arrayOf, nullable, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { authorize } from '../context/authorization.js';
import { dryRunContext } from '../context/dry-run.js';
import type { ServiceContext } from '../context/service-context.js';
import { get as getBrake } from '../removal-brake/brake.js';
import type { MemberRow } from '../rows/members.js';
import { REMOVAL, type Removal, restoreMember } from './restore.js';

const DAY_MS = 24 * 3_600_000;
/** The most removals of one call: a dry run locks the people's accounts until its end. */
const MOST_AT_ONCE = 200;

/** The removals that have engaged the brake. */
export interface BrakedRemovals {
  readonly workspaceId: string;
  /** `next` of the call before. */
  readonly after?: string | null;
  /** Return the results, and write nothing. */
  readonly dryRun?: boolean | null;
}

/** Conditions on the removals to undo; all of them must hold. */
export interface RemovalFilter extends BrakedRemovals {
  /** The earliest time of the removals; at the earliest a day ago, which is also the default. */
  readonly since?: Date | null;
  readonly memberIds?: readonly string[] | null;
}

/** The results of a call. */
export interface Undone {
  readonly results: readonly UndoneRemoval[];
  /** Continues with further removals, as `after`; null when there are none. */
  readonly next: string | null;
}

export const UNDO_OUTCOMES = ['RESTORED', 'ALREADY_BACK', 'REFUSED'] as const;
export type UndoOutcome = (typeof UNDO_OUTCOMES)[number];

/** The result of undoing one removal (rule 64). */
export interface UndoneRemoval {
  /** The id of the removed member; a deleted one gets another id. */
  readonly removedId: string;
  readonly userName: string;
  readonly removedAt: Date;
  readonly outcome: UndoOutcome;
  /** The member afterwards; null when it was refused. */
  readonly member: MemberRow | null;
  readonly error: DomainError | null;
  /** The names of groups that the member cannot rejoin: they were deleted, or grant a seat that is taken. */
  readonly groupsLost: readonly string[];
}

/** The last removal of each member, with the later deletion of its record by a key. */
const REMOVALS = statement({
  name: 'removalsUndo.find',
  text: `
    select distinct on (r.member_id) r.member_id as "memberId", r.at, e.action, e.target_label as label, e.changes,
      d.changes as deletion, d.logged_at as "deletedAt"
    from scim_removal r join audit_entry e on e.id = r.audit_entry_id
    left join audit_entry d on d.target_id = r.member_id and d.workspace_id = r.workspace_id
      and d.action = 'member.delete' and d.actor_type = 'API_KEY' and e.action = 'member.remove'
    where r.workspace_id = $workspaceId and r.at >= $since
      and ($memberIds::uuid[] is null or r.member_id = any($memberIds::uuid[]))
      and ($after::uuid is null or r.member_id > $after)
    order by r.member_id, r.number desc limit ${MOST_AT_ONCE + 1}`,
  parameters: {
    workspaceId: uuid,
    since: timestamptz,
    memberIds: nullable(arrayOf(uuid)),
    after: nullable(uuid),
  },
  columns: REMOVAL,
});

/**
 * Restores members that the identity provider has removed, with the access, limit, seat and groups that they had (rule 64).
 * Each is restored and audited in its own transaction, so that a refusal does not affect the others.
 * @throws DomainError as `authorize` does
 */
export async function undoRemovals(context: ServiceContext, filter: RemovalFilter): Promise<Undone> {
  const { workspaceId, since } = filter;
  await authorize(context, 'scim.manage', workspaceId);
  const dayAgo = new Date(Date.now() - DAY_MS);
  return undo(context, { ...filter, since: since != null && since > dayAgo ? since : dayAgo });
}

/**
 * Undoes the removals that have engaged the brake. The brake stays engaged, because the provider keeps trying until it
 * is corrected.
 * @throws DomainError as `authorize` does; INVALID_INPUT when the brake is not engaged
 */
export async function undoBraked(context: ServiceContext, removals: BrakedRemovals): Promise<Undone> {
  const { workspaceId } = removals;
  await authorize(context, 'scim.manage', workspaceId);
  const { engagedAt, windowMinutes } = await getBrake({ ...context, reads: context.database }, workspaceId);
  if (engagedAt === null) {
    throw new DomainError('INVALID_INPUT', 'The brake is not engaged.', {
      hint: 'Undo removals of the last 24 hours with scimRemovalsUndo.',
    });
  }
  return undo(context, { ...removals, since: new Date(engagedAt.getTime() - windowMinutes * 60_000) });
}

type Selection = RemovalFilter & { readonly since: Date };

/** The caller has authorized it. */
async function undo(context: ServiceContext, selection: Selection): Promise<Undone> {
  if (selection.dryRun !== true) return undoSelected(context, selection);
  return context.database.dryRun((database) => undoSelected(dryRunContext(context, database), selection));
}

async function undoSelected(
  context: ServiceContext,
  { workspaceId, since, memberIds, after }: Selection,
): Promise<Undone> {
  const found = await REMOVALS.rows(context.database, {
    workspaceId,
    since,
    memberIds: memberIds ?? null,
    after: after ?? null,
  });
  const removals = found.slice(0, MOST_AT_ONCE);
  const results: UndoneRemoval[] = [];
  for (const removal of removals) results.push(await undoOne(context, workspaceId, removal));
  return { results, next: found.length > MOST_AT_ONCE ? (removals.at(-1)?.memberId ?? null) : null };
}

async function undoOne(
  context: ServiceContext,
  workspaceId: string,
  removal: Removal,
): Promise<UndoneRemoval> {
  const { memberId: removedId, at: removedAt, label: userName } = removal;
  const facts = { removedId, removedAt, userName };
  try {
    const { member, changed, groupsLost } = await restoreMember(context, workspaceId, removal);
    return { ...facts, member, outcome: changed ? 'RESTORED' : 'ALREADY_BACK', error: null, groupsLost };
  } catch (error) {
    if (!(error instanceof DomainError)) throw error;
    return { ...facts, member: null, outcome: 'REFUSED', error, groupsLost: [] };
  }
}
