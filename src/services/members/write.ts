import type { Sql } from '../../database/database.js';
import type { ServiceContext } from '../context/service-context.js';
import { completeMember, findMember, type MemberRow } from '../rows/members.js';
import { EFFECTS, type Effect, effectsOf, type MemberWrite, memberWrite } from './effects.js';
import {
  changed,
  isUnchanged,
  type MemberChange,
  requireRow,
  type Transition,
  unchanged,
} from './transition.js';

/**
 * Writes a transition with all its effects, in a transaction that holds the member's lock; it writes nothing when
 * nothing would change (rule 21).
 * @returns the member afterwards; for a deleted record, the member before
 * @throws DomainError ALREADY_A_MEMBER (rule 19), SEAT_UNAVAILABLE (rule 8), LAST_OWNER (rule 13)
 */
export async function writeInTransaction(
  context: ServiceContext,
  sql: Sql,
  transition: Transition,
): Promise<MemberChange> {
  if (isUnchanged(transition)) return unchanged(requireRow(transition.row));
  let write = memberWrite(context, transition);
  for (const name of effectsOf(write)) {
    const written = await EFFECTS[name].run(context, sql, write);
    write = { ...write, after: { ...write.after, ...written } };
  }
  // This request may have cached the caller's access, and the caller may be this member.
  context.grants.delete(transition.workspace.id);
  return changed(await currentRow(sql, write), transition.row);
}

/**
 * Refuses in advance what `writeInTransaction` would refuse, under the same locks.
 * @throws DomainError LAST_OWNER (rule 13), SEAT_UNAVAILABLE (rule 8)
 */
export async function checkInTransaction(
  context: ServiceContext,
  sql: Sql,
  transition: Transition,
): Promise<void> {
  if (isUnchanged(transition)) return;
  const write = memberWrite(context, transition);
  for (const name of effectsOf(write)) {
    const effect: Effect = EFFECTS[name];
    await effect.check?.(sql, write);
  }
}

/** Reads again whether an owner is the last one, which depends on other members. */
async function currentRow(sql: Sql, { workspace, row, next, after }: MemberWrite): Promise<MemberRow> {
  const isOwners = row?.role === 'OWNER' || after.role === 'OWNER';
  const found = isOwners && next !== null ? await findMember(sql, workspace.id, after.id) : undefined;
  return found ?? completeMember(after);
}
