import { isDeepStrictEqual } from 'node:util';
import { type Sql, violatedConstraint } from '../../database/database.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { newId } from '../../domain/ids.js';
import { AUDIT_ENTRY_COLUMNS, auditEntryValues } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { heldAccess, memberRow } from '../rows/members.js';
import { auditFactOf, isSameAddress, type MemberChange, managedByAfter, type Transition } from './write.js';

/** What becomes of the stay. */
type Stay = 'UNTOUCHED' | 'CHANGED' | 'BEGUN' | 'ENDED';

/** The values that a statement binds first, whatever becomes of the stay; what follows is the stay's own. */
const SHARED = 22;
const own = (number: number) => `$${SHARED + number}`;

const STAYS: Readonly<Record<Stay, string>> = {
  UNTOUCHED: '',
  CHANGED: `
    stay as (
      update membership set role = ${own(2)}, credit_limit = ${own(3)}, credit_limit_set_by = ${own(4)},
        access_set_by = ${own(5)}
      from changed where membership.id = ${own(1)}),`,
  BEGUN: `
    stay as (
      insert into membership
        (id, workspace_id, workspace_version, member_id, started_at, role, credit_limit, credit_limit_set_by,
         access_set_by)
      select ${own(1)}, workspace_id, workspace_version, id, clock_timestamp(), ${own(2)}, ${own(3)}, ${own(4)}, ${own(5)}
      from changed returning id, started_at),`,
  ENDED: `
    stay as (
      update membership set ended_at = greatest(clock_timestamp(), started_at)
      from changed where membership.id = ${own(1)} returning account_id, changed.workspace_id),
    signed_out as (
      insert into session_end (session_id, workspace_id)
      select s.id, stay.workspace_id from stay join session s on s.account_id = stay.account_id
      where s.ended_at is null and s.expires_at > now()
      on conflict do nothing),
    remembered as (
      insert into removal (account_id, workspace_id, removed_at)
      select account_id, workspace_id, clock_timestamp() from stay
      on conflict (account_id, workspace_id) do update set removed_at = greatest(removal.removed_at, excluded.removed_at)),`,
};

const BEGINNING = ', (select id from stay) as "membershipId", (select started_at from stay) as "startedAt"';

/**
 * A change of one member in one statement instead of a transaction of eight: what identity providers send at every
 * change of a person is one of these. It rests on the member's version and the workspace's revision as they were read;
 * `facts` is empty when either is another by now, also when it changes at this moment: it waits for that to end, and
 * for the member first, as everybody does. Of what may become of the stay it has only what does: PostgreSQL prepares
 * for all that a statement could write, each time.
 */
const change = (stay: Stay) => `
  with facts as (
    select m.id as member_id, w.version from member m join workspace w on w.id = m.workspace_id
    where m.id = $1 and m.workspace_id = $2 and m.version = $3 and w.revision = $4
    for no key update of m for key share of w),
  changed as (
    update member set user_name = $5,
      canonical_user_name = case when member.user_name = $5 then canonical_user_name else $22 end, external_id = $6, profile = coalesce($7, profile), managed_by = $8, version = member.version + 1,
      updated_at = greatest(clock_timestamp(), updated_at)
    from facts where member.id = facts.member_id
    returning member.id, account_id, workspace_id, member.version, updated_at, facts.version as workspace_version),
  ${STAYS[stay]}
  entry as (
    insert into audit_entry (${AUDIT_ENTRY_COLUMNS})
    select $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21 from changed)
  select version, updated_at as "updatedAt"${stay === 'BEGUN' ? BEGINNING : ''} from changed`;

const CHANGES: Readonly<Record<Stay, string>> = {
  UNTOUCHED: change('UNTOUCHED'),
  CHANGED: change('CHANGED'),
  BEGUN: change('BEGUN'),
  ENDED: change('ENDED'),
};

interface Written {
  readonly version: number;
  readonly updatedAt: Date;
  /** Of the stay that this has begun. */
  readonly membershipId?: string;
  readonly startedAt?: Date;
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
  const { stay, values } = stayAfter(transition);
  const managedBy = managedByAfter(context, row, next);
  const written = await orNothing(context.database, CHANGES[stay], [
    row.id,
    workspace.id,
    row.version,
    workspace.revision,
    next.userName,
    next.externalId,
    // To read it anew takes PostgreSQL a tenth of the statement's time.
    next.profile === row.attributes ? null : JSON.stringify(next.profile),
    managedBy,
    ...auditEntryValues(context, auditFactOf(transition), new Date()),
    canonicalUserName(next.userName),
    ...values,
  ]);
  if (written === undefined) return undefined;
  const member = memberRow({
    ...row,
    userName: next.userName,
    externalId: next.externalId,
    attributes: next.profile,
    managedBy,
    version: written.version,
    updatedAt: written.updatedAt,
    workspaceVersion: access === null ? null : workspace.version,
    membershipId: access === null ? null : (written.membershipId ?? row.membershipId),
    role: access?.role ?? null,
    creditLimit: access?.creditLimit ?? null,
    creditLimitSetBy: access?.creditLimitSetBy ?? null,
    accessSetBy: access === null ? null : accessSetBy,
    startedAt: access === null ? null : (written.startedAt ?? row.startedAt),
  });
  return { member, changed: true };
}

/** What becomes of the stay, and the values that its part of the statement binds. */
function stayAfter({ row, next, accessSetBy }: Transition): {
  readonly stay: Stay;
  readonly values: readonly (string | number | null)[];
} {
  const { access } = next;
  const { membershipId } = row;
  if (access === null) {
    return membershipId === null
      ? { stay: 'UNTOUCHED', values: [] }
      : { stay: 'ENDED', values: [membershipId] };
  }
  const held = [access.role, access.creditLimit, access.creditLimitSetBy, accessSetBy];
  if (membershipId === null) return { stay: 'BEGUN', values: [newId(), ...held] };
  const isSame = isDeepStrictEqual(heldAccess(row), { access, accessSetBy });
  return isSame ? { stay: 'UNTOUCHED', values: [] } : { stay: 'CHANGED', values: [membershipId, ...held] };
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

async function orNothing(
  sql: Sql,
  statement: string,
  values: readonly unknown[],
): Promise<Written | undefined> {
  try {
    const [written] = await sql.rows<Written>(statement, values);
    return written;
  } catch (error) {
    const isNamesake = violatedConstraint(error)?.startsWith('member_') === true;
    const isDeadlock = error instanceof Error && 'code' in error && error.code === DEADLOCK;
    if (isNamesake || isDeadlock) return undefined;
    throw error;
  }
}
