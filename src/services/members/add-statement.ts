import { type Sql, violatedConstraint } from '../../database/database.js';
import type { Origin } from '../../domain/access.js';
import { addressOf } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { newId } from '../../domain/ids.js';
import type { MemberState } from '../../domain/member-state.js';
import type { Workspace } from '../../model/workspace.js';
import { AUDIT_ENTRY_COLUMNS, auditEntryValues } from '../audit/record.js';
import { originOf } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type MemberRow, memberRow } from '../rows/members.js';
import { memberChanges } from './write.js';

/**
 * Somebody new, with no seat to count, in one statement instead of a transaction of eight: imports are made of
 * these. It rests on the workspace's settings as they are known; `facts` is empty when they have changed, also when
 * they change at this moment: it waits for that to end.
 */
const ADD = `
  with facts as (select id, version from workspace where id = $1 and revision = $2 for key share),
  account as (
    insert into account (id, email, canonical_email, created_at) select $3, $4, $28, now() from facts
    on conflict (canonical_email) do update set email = account.email returning id),
  added as (
    insert into member
      (id, workspace_id, account_id, user_name, canonical_user_name, external_id, profile, managed_by, version,
       created_at, updated_at)
    select $5, facts.id, account.id, $6, $29, $7, $8, $9, 1, now(), now() from facts, account returning account_id, created_at),
  stay as (
    insert into membership
      (id, workspace_id, workspace_version, member_id, started_at, role, credit_limit, credit_limit_set_by,
       access_set_by)
    select $10, facts.id, facts.version, $5, now(), $11, $12, $13, $27 from facts, added where $11::text is not null),
  entry as (
    insert into audit_entry (${AUDIT_ENTRY_COLUMNS})
    select $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $25, $26 from added)
  select account_id as "accountId", created_at as "createdAt" from added`;

/**
 * Adds somebody new in one statement, if that is possible.
 * @returns the member; undefined (and nothing written) when it takes a transaction to find out what is the matter:
 *   a seat to take, a former member, a namesake, settings that have changed
 */
export async function addInOneStatement(
  context: ServiceContext,
  workspace: Workspace,
  next: MemberState,
  accessSetBy: Origin | null,
): Promise<MemberRow | undefined> {
  const { access } = next;
  const origin = originOf(context);
  if (access !== null && access.seatType !== null) return undefined;
  const id = newId();
  const membershipId = newId();
  const entry = auditEntryValues(
    context,
    {
      workspaceId: workspace.id,
      action: 'member.add',
      target: { type: 'member', id, label: next.userName },
      changes: memberChanges(null, next),
    },
    new Date(),
  );
  const address = addressOf(next.userName, next.profile);
  const [written] = await orNothing(context.database, [
    workspace.id,
    workspace.revision,
    newId(),
    address,
    id,
    next.userName,
    next.externalId,
    JSON.stringify(next.profile),
    origin,
    membershipId,
    access?.role ?? null,
    access?.creditLimit ?? null,
    access?.creditLimitSetBy ?? null,
    ...entry,
    accessSetBy,
    canonicalUserName(address),
    canonicalUserName(next.userName),
  ]);
  if (written === undefined) return undefined;
  const { userName, externalId, profile: attributes } = next;
  return memberRow({
    id,
    workspaceId: workspace.id,
    accountId: written.accountId,
    userName,
    externalId,
    attributes,
    managedBy: origin,
    version: 1,
    createdAt: written.createdAt,
    updatedAt: written.createdAt,
    workspaceVersion: access === null ? null : workspace.version,
    membershipId: access === null ? null : membershipId,
    role: access?.role ?? null,
    seatType: null,
    creditLimit: access?.creditLimit ?? null,
    creditLimitSetBy: access?.creditLimitSetBy ?? null,
    accessSetBy,
    startedAt: access === null ? null : written.createdAt,
    isLastOwner: false,
    groupsOfMember: null,
  });
}

async function orNothing(
  sql: Sql,
  values: readonly unknown[],
): Promise<{ accountId: string; createdAt: Date }[]> {
  try {
    return await sql.rows(ADD, values);
  } catch (error) {
    if (violatedConstraint(error)?.startsWith('member_')) return [];
    throw error;
  }
}
