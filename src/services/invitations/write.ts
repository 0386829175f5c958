import { actorLabel } from '../../auth/actor.js';
import { type MintedInvitationToken, mintInvitationToken } from '../../auth/secret.js';
import { arrayOf, boolean, integer, nullable, oneOf, text, uuid } from '../../database/column-types.js';
import type { Sql, Transaction } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';
import {
  type AssignableRole,
  ROLES,
  SEAT_TYPES,
  type SeatType,
  type V1AssignableRole,
  WORKSPACE_VERSIONS,
} from '../../domain/access.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { INVITATION_DAYS, MAIL_DELIVERIES } from '../../domain/invitation.js';
import type { Workspace } from '../../model/workspace.js';
import { type AuditFact, changesBetween, record, recordMany } from '../audit/record.js';
import { authenticated } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { INVITATION_COLUMNS, INVITATION_TYPES, type InvitationRow, SUPERSEDED } from '../rows/invitations.js';
import type { MemberRow } from '../rows/members.js';

/** The access that an invitation gives; a null role means the workspace's default at the time of acceptance. */
export interface InvitedAccess {
  readonly role: AssignableRole | V1AssignableRole | null;
  readonly seatType: SeatType | null;
  readonly creditLimit: number | null;
}

export const DEFAULT_ACCESS: InvitedAccess = { role: null, seatType: null, creditLimit: null };

export interface NewInvitation {
  /** Null: a link. */
  readonly email: string | null;
  readonly access: InvitedAccess;
  /** How often it can be accepted; null: without limit. */
  readonly maxUses: number | null;
}

/** An invitation with its token, which is shown only once. */
export interface MintedInvitation {
  readonly invitation: InvitationRow;
  readonly token: string;
  /** The page where it is accepted; null when none is configured. */
  readonly url: string | null;
}

const EXPIRES = `make_interval(hours => ${INVITATION_DAYS * 24})`;

/**
 * One pending invitation for each workspace and address: one that has expired or is superseded is replaced. Rows are locked
 * in the order of addresses, so that two transactions that invite the same people do not deadlock.
 */
const INSERT = statement({
  name: 'invitations.insert',
  text: `
    with clock as materialized (select clock_timestamp() as at)
    insert into invitation as i
      (id, workspace_id, workspace_version, email, canonical_email, role, seat_type, credit_limit, max_uses, lookup, hash, invited_by,
       delivery, created_at, sent_at, expires_at, use_count)
    select n.id, $workspaceId, $workspaceVersion, n.email, n.canonical_email, n.role, n.seat_type, n.credit_limit, n.max_uses, n.lookup,
      n.hash, $invitedBy, case when n.email is null then null else $delivery end, clock.at, clock.at,
      clock.at + ${EXPIRES}, 0
    from (
      select distinct on (canonical_email) * from unnest(
        $ids::uuid[], $emails::text[], $canonicalEmails::text[], $roles::text[], $seatTypes::text[], $creditLimits::integer[],
        $maxUses::integer[], $lookups::text[], $hashes::text[])
        n(id, email, canonical_email, role, seat_type, credit_limit, max_uses, lookup, hash)
      order by canonical_email) n, clock
    on conflict (workspace_id, canonical_email) where accepted_at is null and revoked_at is null do update set
      role = excluded.role, seat_type = excluded.seat_type, credit_limit = excluded.credit_limit,
      lookup = excluded.lookup, hash = excluded.hash, invited_by = excluded.invited_by, delivery = excluded.delivery,
      delivery_error = null, created_at = excluded.created_at, sent_at = excluded.sent_at,
      expires_at = excluded.expires_at
    where i.expires_at <= clock_timestamp() or (${SUPERSEDED})
    returning ${INVITATION_COLUMNS}, i.lookup`,
  parameters: {
    workspaceId: uuid,
    workspaceVersion: oneOf(WORKSPACE_VERSIONS),
    ids: arrayOf(uuid),
    emails: arrayOf(nullable(text)),
    canonicalEmails: arrayOf(nullable(text)),
    roles: arrayOf(nullable(oneOf(ROLES))),
    seatTypes: arrayOf(nullable(oneOf(SEAT_TYPES))),
    creditLimits: arrayOf(nullable(integer)),
    maxUses: arrayOf(nullable(integer)),
    lookups: arrayOf(text),
    hashes: arrayOf(text),
    invitedBy: text,
    delivery: oneOf(MAIL_DELIVERIES),
  },
  columns: { ...INVITATION_TYPES, lookup: text },
});

const RENEW = statement({
  name: 'invitations.renew',
  text: `
    with clock as materialized (select clock_timestamp() as at)
    update invitation i set lookup = n.lookup, hash = n.hash, sent_at = clock.at, expires_at = clock.at + ${EXPIRES},
      delivery = case when i.email is null then null else $delivery end, delivery_error = null
    from clock, unnest($ids::uuid[], $lookups::text[], $hashes::text[]) n(id, lookup, hash)
    where i.id = n.id returning ${INVITATION_COLUMNS}`,
  parameters: {
    ids: arrayOf(uuid),
    lookups: arrayOf(text),
    hashes: arrayOf(text),
    delivery: oneOf(MAIL_DELIVERIES),
  },
  columns: INVITATION_TYPES,
});

const REVOKE = statement({
  name: 'invitations.revoke',
  text: `update invitation i set revoked_at = clock_timestamp() where i.id = $id returning ${INVITATION_COLUMNS}`,
  parameters: { id: uuid },
  columns: INVITATION_TYPES,
});

const REVOKE_ALL = statement({
  name: 'invitations.revokeAllOfMember',
  text: `
    update invitation i set revoked_at = clock_timestamp()
    where i.workspace_id = $workspaceId and i.accepted_at is null and i.revoked_at is null
      and i.canonical_email in ($canonicalUserName, (select a.canonical_email from account a where a.id = $accountId))
    returning ${INVITATION_COLUMNS}`,
  parameters: { workspaceId: uuid, canonicalUserName: text, accountId: uuid },
  columns: INVITATION_TYPES,
});

const INVITEES = statement({
  name: 'invitations.invitees',
  text: `
    select
      exists (
        select 1 from member m join membership s on s.member_id = m.id and s.ended_at is null
        where m.workspace_id = $workspaceId
          and (m.canonical_user_name = e.email
            or m.account_id = (select a.id from account a where a.canonical_email = e.email))
      ) as "isMember",
      exists (
        select 1 from invitation i
        where i.workspace_id = $workspaceId and i.canonical_email = e.email and i.accepted_at is null and i.revoked_at is null
          and i.expires_at > clock_timestamp() and not (${SUPERSEDED})
      ) as "isInvited"
    from unnest($emails::text[]) with ordinality e(email, place) order by e.place`,
  parameters: { workspaceId: uuid, emails: arrayOf(text) },
  columns: { isMember: boolean, isInvited: boolean },
});

/**
 * Writes new invitations with their audit entries, in two statements, and mails them after the commit.
 * @returns one entry for each invitation, in order; undefined when one to the same address is pending
 */
export async function insertInvitations(
  context: ServiceContext,
  tx: Transaction,
  workspace: Workspace,
  invitations: readonly NewInvitation[],
): Promise<(MintedInvitation | undefined)[]> {
  if (invitations.length === 0) return [];
  const minted = invitations.map(() => mintInvitationToken());
  const accesses = invitations.map(({ access }) => access);
  const rows = await INSERT.rows(tx, {
    workspaceId: workspace.id,
    workspaceVersion: workspace.version,
    ids: invitations.map(() => newId()),
    emails: invitations.map(({ email }) => email),
    canonicalEmails: invitations.map(({ email }) => email && canonicalUserName(email)),
    roles: accesses.map(({ role }) => role),
    seatTypes: accesses.map(({ seatType }) => seatType),
    creditLimits: accesses.map(({ creditLimit }) => creditLimit),
    maxUses: invitations.map(({ email, maxUses }) => (email === null ? maxUses : 1)),
    lookups: minted.map(({ lookup }) => lookup),
    hashes: minted.map(({ hash }) => hash),
    invitedBy: actorLabel(authenticated(context)),
    delivery: deliveryOf(context),
  });
  const facts = rows.map((row) =>
    factOf('invitation.create', row, changesBetween({}, auditedInvitation(row))),
  );
  await recordMany(context, tx, facts, new Date());
  const byLookup = new Map(rows.map(({ lookup, ...row }) => [lookup, row]));
  return minted.map((secret) => {
    const row = byLookup.get(secret.lookup);
    return row && issue(context, tx, workspace, row, secret);
  });
}

/**
 * Gives invitations, which must be locked, new tokens for another 60 days; the old tokens stop working. They are mailed
 * after the commit.
 * @returns one entry for each invitation, in order
 */
export async function renewInvitations(
  context: ServiceContext,
  tx: Transaction,
  workspace: Workspace,
  before: readonly InvitationRow[],
): Promise<MintedInvitation[]> {
  if (before.length === 0) return [];
  const minted = before.map(() => mintInvitationToken());
  const rows = await RENEW.rows(tx, {
    ids: before.map(({ id }) => id),
    lookups: minted.map(({ lookup }) => lookup),
    hashes: minted.map(({ hash }) => hash),
    delivery: deliveryOf(context),
  });
  const byId = new Map(rows.map((row) => [row.id, row]));
  const renewed = before.map(({ id, expiresAt }, index) => {
    const row = byId.get(id);
    const secret = minted[index];
    if (row === undefined || secret === undefined)
      throw new Error('an invitation that is locked is not there');
    return { row, secret, changes: changesBetween({ expiresAt }, { expiresAt: row.expiresAt }) };
  });
  const facts = renewed.map(({ row, changes }) => factOf('invitation.resend', row, changes));
  await recordMany(context, tx, facts, new Date());
  return renewed.map(({ row, secret }) => issue(context, tx, workspace, row, secret));
}

/** Returns the token, and mails it after the commit. */
function issue(
  { database, mailer }: ServiceContext,
  tx: Transaction,
  workspace: Workspace,
  invitation: InvitationRow,
  { secret: token, mailed, lookup }: MintedInvitationToken,
): MintedInvitation {
  const { id, email, invitedBy, expiresAt } = invitation;
  if (mailer !== null && email !== null) {
    // The lookup identifies this mail: the delivery of an older one must not be reported for a newer.
    const report = async (error: string | null) => {
      await rowsOf(
        database,
        query
          .updateTable('invitation')
          .set({ delivery: error === null ? 'SENT' : 'FAILED', deliveryError: error })
          .where('id', '=', id)
          .where('lookup', '=', lookup),
      );
    };
    tx.afterCommit(() =>
      mailer.invite(
        { to: email, workspaceName: workspace.name, invitedBy, token, mailed, expiresAt },
        report,
      ),
    );
  }
  return { invitation, token, url: mailer?.urlOf(token) ?? null };
}

function deliveryOf({ mailer }: ServiceContext): 'QUEUED' | 'NOT_SENT' {
  return mailer?.sends === true ? 'QUEUED' : 'NOT_SENT';
}

/** The values of an invitation for audit entries: everything but its token. */
function auditedInvitation({
  email,
  role,
  seatType,
  creditLimit,
  maxUses,
  expiresAt,
}: InvitationRow): object {
  return { email, role, seatType, creditLimit, maxUses, expiresAt };
}

/** The audit entry of a change of an invitation. */
export function factOf(action: AuditAction, row: InvitationRow, changes: AuditFact['changes']): AuditFact {
  const { workspaceId, id, email } = row;
  return { workspaceId, action, target: { type: 'invitation', id, label: email ?? 'link' }, changes };
}

/** Revokes an invitation that the transaction has locked. */
export async function revokeInvitation(
  context: ServiceContext,
  sql: Sql,
  { id }: InvitationRow,
): Promise<InvitationRow> {
  const row = await REVOKE.row(sql, { id });
  if (row === undefined) throw new Error('an invitation that is locked is not there');
  await record(context, sql, factOf('invitation.revoke', row, revocation(row)));
  return row;
}

function revocation({ revokedAt }: InvitationRow): AuditFact['changes'] {
  return changesBetween({ revokedAt: null }, { revokedAt });
}

/**
 * Revokes the open invitations of a deleted member: without memberships, nothing shows that they are superseded. A
 * removed member keeps its memberships.
 */
export async function revokeInvitationsOf(
  context: ServiceContext,
  sql: Sql,
  { workspaceId, userName, accountId }: MemberRow,
): Promise<void> {
  const rows = await REVOKE_ALL.rows(sql, {
    workspaceId,
    canonicalUserName: canonicalUserName(userName),
    accountId,
  });
  const facts = rows.map((row) => factOf('invitation.revoke', row, revocation(row)));
  await recordMany(context, sql, facts, new Date());
}

/** Whether a person is a member of the workspace, or invited. */
export interface Invitee {
  readonly isMember: boolean;
  /** Whether an invitation to the address is pending. */
  readonly isInvited: boolean;
}

/** Whether the people with these addresses are members or invited, in the order of the addresses. */
export function readInvitees(sql: Sql, workspaceId: string, emails: readonly string[]): Promise<Invitee[]> {
  return INVITEES.rows(sql, { workspaceId, emails: emails.map(canonicalUserName) });
}

/** Why the person cannot be invited; undefined when they can. */
export function invitingRefused(email: string, { isMember, isInvited }: Invitee): DomainError | undefined {
  if (isMember) {
    return new DomainError('ALREADY_A_MEMBER', `${email} is already a member of this workspace.`, {
      attribute: 'email',
      hint: 'Nothing is to be done. To give them other access, change the member.',
    });
  }
  return isInvited ? alreadyInvited(email) : undefined;
}

export function alreadyInvited(email: string): DomainError {
  return new DomainError('ALREADY_INVITED', `${email} has been invited already, and has not accepted yet.`, {
    attribute: 'email',
    hint: 'Send that invitation again, or revoke it and invite anew.',
  });
}
