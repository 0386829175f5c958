import { actorLabel } from '../../auth/actor.js';
import { type MintedInvitationToken, mintInvitationToken } from '../../auth/secret.js';
import type { Sql, Transaction } from '../../database/database.js';
import type { AssignableRole, SeatType, V1AssignableRole } from '../../domain/access.js';
import type { AuditAction } from '../../domain/audit-actions.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { INVITATION_DAYS } from '../../domain/invitation.js';
import type { Workspace } from '../../model/workspace.js';
import { type AuditFact, changesBetween, record, recordMany } from '../audit/record.js';
import { authenticated } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { INVITATION_COLUMNS, type InvitationRow, SUPERSEDED } from '../rows/invitations.js';
import type { MemberRow } from '../rows/members.js';

/** What an invitation gives; a null role leaves it to the workspace's default, when it is accepted. */
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
  /** How many people it may let in; null: any number. */
  readonly maxUses: number | null;
}

/** An invitation with its token, which is shown once. */
export interface MintedInvitation {
  readonly invitation: InvitationRow;
  readonly token: string;
  /** Where it is accepted; null where the configuration does not say. */
  readonly url: string | null;
}

const EXPIRES = `make_interval(hours => ${INVITATION_DAYS * 24})`;

/**
 * One pending invitation a workspace and address; one that has expired, or whose person has left, is renewed. Addresses
 * are visited in one order, so that two who invite the same people do not wait for each other.
 */
const INSERT = `
  with clock as materialized (select clock_timestamp() as at)
  insert into invitation as i
    (id, workspace_id, workspace_version, email, role, seat_type, credit_limit, max_uses, lookup, hash, invited_by,
     delivery, created_at, sent_at, expires_at, use_count)
  select n.id, $1, $2, n.email, n.role, n.seat_type, n.credit_limit, n.max_uses, n.lookup, n.hash, $11,
    case when n.email is null then null else $12 end, clock.at, clock.at, clock.at + ${EXPIRES}, 0
  from (
    select distinct on (email) * from unnest(
      $3::uuid[], $4::citext[], $5::text[], $6::text[], $7::integer[], $8::integer[], $9::text[], $10::text[])
      n(id, email, role, seat_type, credit_limit, max_uses, lookup, hash)
    order by email) n, clock
  on conflict (workspace_id, email) where accepted_at is null and revoked_at is null do update set
    role = excluded.role, seat_type = excluded.seat_type, credit_limit = excluded.credit_limit,
    lookup = excluded.lookup, hash = excluded.hash, invited_by = excluded.invited_by, delivery = excluded.delivery,
    delivery_error = null, created_at = excluded.created_at, sent_at = excluded.sent_at,
    expires_at = excluded.expires_at
  where i.expires_at <= clock_timestamp() or (${SUPERSEDED})
  returning ${INVITATION_COLUMNS}, i.lookup`;

/**
 * Writes new invitations with their audit entries, in a few statements however many, and sends them after the commit.
 * @returns one entry an invitation, in their order; undefined where one to the same address is pending
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
  const rows = await tx.rows<InvitationRow & { lookup: string }>(INSERT, [
    workspace.id,
    workspace.version,
    invitations.map(() => newId()),
    invitations.map(({ email }) => email),
    accesses.map(({ role }) => role),
    accesses.map(({ seatType }) => seatType),
    accesses.map(({ creditLimit }) => creditLimit),
    invitations.map(({ email, maxUses }) => (email === null ? maxUses : 1)),
    minted.map(({ lookup }) => lookup),
    minted.map(({ hash }) => hash),
    actorLabel(authenticated(context)),
    deliveryOf(context),
  ]);
  const facts = rows.map((row) => factOf('invitation.create', row, changesBetween({}, described(row))));
  await recordMany(context, tx, facts, new Date());
  const byLookup = new Map(rows.map(({ lookup, ...row }) => [lookup, row]));
  return minted.map((secret) => {
    const row = byLookup.get(secret.lookup);
    return row && issue(context, tx, workspace, row, secret);
  });
}

/** Another token, another 60 days: from now on the former token opens nothing. */
export async function renewInvitation(
  context: ServiceContext,
  tx: Transaction,
  workspace: Workspace,
  before: InvitationRow,
): Promise<MintedInvitation> {
  const minted = mintInvitationToken();
  const [row] = await tx.rows<InvitationRow>(
    `with clock as materialized (select clock_timestamp() as at)
     update invitation i set lookup = $2, hash = $3, sent_at = clock.at, expires_at = clock.at + ${EXPIRES},
       delivery = case when i.email is null then null else $4 end, delivery_error = null
     from clock where i.id = $1 returning ${INVITATION_COLUMNS}`,
    [before.id, minted.lookup, minted.hash, deliveryOf(context)],
  );
  if (row === undefined) throw new Error('an invitation that is locked is not there');
  const changes = changesBetween({ expiresAt: before.expiresAt }, { expiresAt: row.expiresAt });
  await record(context, tx, factOf('invitation.resend', row, changes));
  return issue(context, tx, workspace, row, minted);
}

/** Shows the token this once, and mails it when nothing can be rolled back any more. */
function issue(
  { database, mailer }: ServiceContext,
  tx: Transaction,
  workspace: Workspace,
  invitation: InvitationRow,
  { secret: token, mailed, lookup }: MintedInvitationToken,
): MintedInvitation {
  const { id, email, invitedBy, expiresAt } = invitation;
  if (mailer !== null && email !== null) {
    // The lookup is that of this mail: what became of an older one must not be told of a newer.
    const report = async (error: string | null) => {
      await database.rows(
        'update invitation set delivery = $3, delivery_error = $4 where id = $1 and lookup = $2',
        [id, lookup, error === null ? 'SENT' : 'FAILED', error],
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

/** What an audit entry tells of an invitation: everything but its token. */
function described({ email, role, seatType, creditLimit, maxUses, expiresAt }: InvitationRow): object {
  return { email, role, seatType, creditLimit, maxUses, expiresAt };
}

/** What is written down about an invitation. */
export function factOf(action: AuditAction, row: InvitationRow, changes: AuditFact['changes']): AuditFact {
  const { workspaceId, id, email } = row;
  return { workspaceId, action, target: { type: 'invitation', id, label: email ?? 'link' }, changes };
}

/** Revokes an invitation whose lock the transaction holds. */
export async function revokeInvitation(
  context: ServiceContext,
  sql: Sql,
  { id }: InvitationRow,
): Promise<InvitationRow> {
  const [row] = await sql.rows<InvitationRow>(
    `update invitation i set revoked_at = clock_timestamp() where i.id = $1 returning ${INVITATION_COLUMNS}`,
    [id],
  );
  if (row === undefined) throw new Error('an invitation that is locked is not there');
  await record(context, sql, factOf('invitation.revoke', row, revocation(row)));
  return row;
}

function revocation({ revokedAt }: InvitationRow): AuditFact['changes'] {
  return changesBetween({ revokedAt: null }, { revokedAt });
}

/**
 * Whoever is deleted leaves no stay behind by which an old invitation could be told to be superseded: so those that are
 * still open end here. For removals there is nothing to do.
 */
export async function revokeInvitationsOf(
  context: ServiceContext,
  sql: Sql,
  { workspaceId, userName, accountId }: MemberRow,
): Promise<void> {
  const rows = await sql.rows<InvitationRow>(
    `update invitation i set revoked_at = clock_timestamp()
     where i.workspace_id = $1 and i.accepted_at is null and i.revoked_at is null
       and i.email in ($2::citext, (select a.email from account a where a.id = $3))
     returning ${INVITATION_COLUMNS}`,
    [workspaceId, userName, accountId],
  );
  const facts = rows.map((row) => factOf('invitation.revoke', row, revocation(row)));
  await recordMany(context, sql, facts, new Date());
}

/** How an address stands to the workspace. */
export interface Standing {
  readonly isMember: boolean;
  /** Whether an invitation to it is pending. */
  readonly isInvited: boolean;
}

/** How addresses stand to the workspace, in their order, in one statement. */
export async function standingsOf(
  sql: Sql,
  workspaceId: string,
  emails: readonly string[],
): Promise<Standing[]> {
  return sql.rows<Standing>(
    `select
       exists (
         select 1 from member m join membership s on s.member_id = m.id and s.ended_at is null
         where m.workspace_id = $1
           and (m.user_name = e.email or m.account_id = (select a.id from account a where a.email = e.email))
       ) as "isMember",
       exists (
         select 1 from invitation i
         where i.workspace_id = $1 and i.email = e.email and i.accepted_at is null and i.revoked_at is null
           and i.expires_at > clock_timestamp() and not (${SUPERSEDED})
       ) as "isInvited"
     from unnest($2::citext[]) with ordinality e(email, place) order by e.place`,
    [workspaceId, emails],
  );
}

/** Why somebody cannot be invited; undefined when nothing stands against it. */
export function invitingRefused(email: string, { isMember, isInvited }: Standing): DomainError | undefined {
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
