import { hashSecret, invitationTokenOf, readSecret, sameHash } from '../../auth/secret.js';
import type { Sql } from '../../database/database.js';
import { isId } from '../../domain/ids.js';
import type { Invitation } from '../../model/invitation.js';

/** An invitation as the queries below give it: the shape of the model's class, without what finds its token. */
export type InvitationRow = Omit<Invitation, 'lookup' | 'hash'>;

/**
 * Whether the person of the address has been a member, in whatever way, since the invitation was sent. Then it is worth
 * nothing any more, also after the person has left: who was removed does not come back with an old mail. Asked when
 * somebody looks, so that adding members costs nothing.
 */
export const SUPERSEDED = `
  i.email is not null and exists (
    select 1 from member m join membership s on s.member_id = m.id
    where m.workspace_id = i.workspace_id
      and (m.user_name = i.email or m.account_id = (select a.id from account a where a.email = i.email))
      and (s.ended_at is null or s.ended_at > i.sent_at))`;

/** An invitation's status: nothing that is stored, since time alone changes it (rule 22). */
export const STATUS = `
  case when i.revoked_at is not null then 'REVOKED'
    when i.use_count >= i.max_uses then 'ACCEPTED'
    when ${SUPERSEDED} then 'SUPERSEDED'
    when i.expires_at <= clock_timestamp() then 'EXPIRED'
    else 'PENDING' end`;

export const KIND = `case when i.email is null then 'LINK' else 'EMAIL' end`;

/** The columns of an `InvitationRow`, of a table called `i`. */
export const INVITATION_COLUMNS = `
  i.id, i.workspace_id as "workspaceId", i.workspace_version as "workspaceVersion", i.email, i.role,
  i.seat_type as "seatType", i.credit_limit as "creditLimit", i.invited_by as "invitedBy", i.created_at as "createdAt",
  i.sent_at as "sentAt", i.expires_at as "expiresAt", i.max_uses as "maxUses", i.use_count as "useCount",
  i.accepted_at as "acceptedAt", i.accepted_by as "acceptedBy", i.revoked_at as "revokedAt", i.delivery,
  i.delivery_error as "deliveryError", ${KIND} as kind, ${STATUS} as status`;

/** The invitation of that workspace with that id, if there is one. */
export async function findInvitation(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<InvitationRow | undefined> {
  if (!isId(id)) return undefined;
  const [row] = await sql.rows<InvitationRow>(
    `select ${INVITATION_COLUMNS} from invitation i where i.id = $1 and i.workspace_id = $2`,
    [id, workspaceId],
  );
  return row;
}

/** The same, kept from everybody else until the transaction ends. */
export async function lockInvitation(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<InvitationRow | undefined> {
  if (!isId(id)) return undefined;
  await sql.rows('select 1 from invitation where id = $1 and workspace_id = $2 for no key update', [
    id,
    workspaceId,
  ]);
  return findInvitation(sql, workspaceId, id);
}

/** What a token leads to. */
export interface InvitationOfToken {
  readonly id: string;
  readonly workspaceId: string;
  readonly lookup: string;
  readonly email: string | null;
  /** Whether it is for the person with that address, who comes with it. */
  readonly isForBearer: boolean;
}

/**
 * @param token the token as the inviter has it, or the secret that its mail holds
 * @returns undefined for a text that is no token, for one that never was, and for one that a newer has replaced
 */
export async function findByToken(
  sql: Sql,
  token: string,
  bearer: string,
): Promise<InvitationOfToken | undefined> {
  const plain = plainToken(token);
  const secret = readSecret(plain);
  if (secret?.kind !== 'invitation') return undefined;
  const row = await findByLookup(sql, secret.lookup, bearer);
  return row !== undefined && sameHash(row.hash, hashSecret(plain)) ? row : undefined;
}

/** Like `findByToken`, for somebody who has shown the token before. */
export async function findByLookup(
  sql: Sql,
  lookup: string,
  bearer: string,
): Promise<(InvitationOfToken & { readonly hash: string }) | undefined> {
  const [row] = await sql.rows<InvitationOfToken & { hash: string }>(
    `select i.id, i.workspace_id as "workspaceId", i.lookup, i.email, i.hash,
       i.email is null or i.email = $2::citext as "isForBearer"
     from invitation i where i.lookup = $1`,
    [lookup, bearer],
  );
  return row;
}

/** Whether the token is the secret that only the invitation's mail holds. */
export function isMailed(token: string): boolean {
  return readSecret(token.trim())?.kind === 'mailed';
}

function plainToken(token: string): string {
  return isMailed(token) ? invitationTokenOf(token.trim()) : token.trim();
}
