import { type Sql, violatedConstraint } from '../database/database.js';
import { newId } from '../domain/ids.js';
import { AUDIT_ENTRY_COLUMNS, auditEntryValues } from './audit.js';
import type { ServiceContext } from './context.js';
import {
  auditFactOf,
  isSameAddress,
  type MemberChange,
  managedByAfter,
  type Transition,
} from './member-changes.js';
import { memberRow } from './member-rows.js';

/**
 * A change of one member in one statement instead of a transaction of eight: what identity providers send at every
 * change of a person is one of these. It rests on the member's version and the workspace's revision as they were read;
 * `facts` is empty when either is another by now, also when it changes at this moment: it waits for that to end, and
 * for the member first, as everybody does.
 */
const CHANGE = `
  with locked as (
    select id from member where id = $1 and workspace_id = $2 and version = $3 for no key update),
  facts as (
    select w.id, w.version, locked.id as member_id from workspace w, locked
    where w.id = $2 and w.revision = $4 for key share of w),
  changed as (
    update member set user_name = $5, external_id = $6, profile = $7, managed_by = $8, version = member.version + 1,
      updated_at = greatest(clock_timestamp(), updated_at)
    from facts where member.id = facts.member_id
    returning member.id, account_id, workspace_id, member.version, updated_at, facts.version as workspace_version),
  kept as (
    update membership set role = $9, credit_limit = $10, credit_limit_set_by = $11, access_set_by = $12
    from changed where membership.id = $13 and $9::text is not null),
  ended as (
    update membership set ended_at = greatest(clock_timestamp(), started_at)
    from changed where membership.id = $13 and $9::text is null
    returning account_id, changed.workspace_id),
  begun as (
    insert into membership
      (id, workspace_id, workspace_version, member_id, started_at, role, credit_limit, credit_limit_set_by,
       access_set_by)
    select $14, workspace_id, workspace_version, id, clock_timestamp(), $9, $10, $11, $12
    from changed where $13::uuid is null and $9::text is not null
    returning started_at),
  signed_out as (
    insert into session_end (session_id, workspace_id)
    select s.id, ended.workspace_id from ended join session s on s.account_id = ended.account_id
    where s.ended_at is null and s.expires_at > now()
    on conflict do nothing),
  entry as (
    insert into audit_entry (${AUDIT_ENTRY_COLUMNS})
    select $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26, $27 from changed)
  select version, updated_at as "updatedAt", (select started_at from begun) as "startedAt" from changed`;

interface Written {
  readonly version: number;
  readonly updatedAt: Date;
  /** When the stay began that this has begun. */
  readonly startedAt: Date | null;
}

/**
 * Writes what a member becomes in one statement, if that is possible.
 * @param transition of a member that is not locked, with something that changes
 * @returns undefined (and nothing written) when it takes a transaction to find out what is the matter: a seat, an
 *   owner, groups, another address, a namesake, a member or settings that have changed
 */
export async function changeInOneStatement(
  context: ServiceContext,
  transition: Transition,
): Promise<MemberChange | undefined> {
  if (!isSimple(transition)) return undefined;
  const { row, next, workspace, accessSetBy } = transition;
  const { access } = next;
  const membershipId = access === null ? null : (row.membershipId ?? newId());
  const managedBy = managedByAfter(context, row, next);
  const written = await orNothing(context.database, [
    row.id,
    workspace.id,
    row.version,
    workspace.revision,
    next.userName,
    next.externalId,
    JSON.stringify(next.profile),
    managedBy,
    access?.role ?? null,
    access?.creditLimit ?? null,
    access?.creditLimitSetBy ?? null,
    accessSetBy,
    row.membershipId,
    membershipId,
    ...auditEntryValues(context, auditFactOf(transition), new Date()),
  ]);
  if (written === undefined) return undefined;
  const member = memberRow({
    ...row,
    userName: next.userName,
    externalId: next.externalId,
    profile: next.profile,
    managedBy,
    version: written.version,
    updatedAt: written.updatedAt,
    workspaceVersion: access === null ? null : workspace.version,
    membershipId,
    role: access?.role ?? null,
    creditLimit: access?.creditLimit ?? null,
    creditLimitSetBy: access?.creditLimitSetBy ?? null,
    accessSetBy: access === null ? null : accessSetBy,
    startedAt: access === null ? null : (written.startedAt ?? row.startedAt),
  });
  return { member, changed: true };
}

/** Whether nothing has to be counted, and nobody else's row changes with it. */
function isSimple(transition: Transition): boolean {
  const { row, next } = transition;
  return (
    row.seatType === null &&
    (next.access?.seatType ?? null) === null &&
    row.role !== 'OWNER' &&
    next.access?.role !== 'OWNER' &&
    row.groups.length === 0 &&
    isSameAddress(transition)
  );
}

const DEADLOCK = '40P01';

async function orNothing(sql: Sql, values: readonly unknown[]): Promise<Written | undefined> {
  try {
    const [written] = await sql.rows<Written>(CHANGE, values);
    return written;
  } catch (error) {
    const isNamesake = violatedConstraint(error)?.startsWith('member_') === true;
    const isDeadlock = error instanceof Error && 'code' in error && error.code === DEADLOCK;
    if (isNamesake || isDeadlock) return undefined;
    throw error;
  }
}
