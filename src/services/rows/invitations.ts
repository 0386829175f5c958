import { hashSecret, invitationTokenOf, readSecret, sameHash } from '../../auth/secret.js';
import { arrayOf, boolean, integer, oneOf, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, typesOf, without } from '../../database/tables.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { isId } from '../../domain/ids.js';
import { INVITATION_KINDS, INVITATION_STATUSES, LONGEST_QUEUED_HOURS } from '../../domain/invitation.js';
import type { Invitation } from '../../model/invitation.js';

/** An invitation as the statements below return it: the model's class without the columns of its token. */
export type InvitationRow = Omit<Invitation, 'lookup' | 'hash' | 'canonicalEmail'>;

/** PostgreSQL finds a member by either condition in an index of its own. */
function hasBeenMember(condition: string): string {
  return `exists (
    select 1 from member m join membership s on s.member_id = m.id
    where m.workspace_id = i.workspace_id and ${condition} and (s.ended_at is null or s.ended_at > i.sent_at))`;
}

/**
 * Whether the invited person has been a member since the invitation was sent. The invitation is then void, also after
 * the person has left: a removed member must not come back with an old mail. It is computed when an invitation is read,
 * so that adding a member needs no update of invitations.
 */
export const SUPERSEDED = `
  i.email is not null and (
    exists (
      select 1 from account a where a.canonical_email = i.canonical_email and (
        exists (
          select 1 from removal r
          where r.account_id = a.id and r.workspace_id = i.workspace_id and r.removed_at >= i.sent_at)
        or ${hasBeenMember('m.account_id = a.id')}))
    or ${hasBeenMember('m.canonical_user_name = i.canonical_email')})`;

/** An invitation's status, which is not stored, because time alone can change it (rule 22). */
export const STATUS = `
  case when i.revoked_at is not null then 'REVOKED'
    when i.use_count >= i.max_uses then 'ACCEPTED'
    when ${SUPERSEDED} then 'SUPERSEDED'
    when i.expires_at <= clock_timestamp() then 'EXPIRED'
    else 'PENDING' end`;

export const KIND = `case when i.email is null then 'LINK' else 'EMAIL' end`;

const IS_LOST = `(i.delivery = 'QUEUED' and i.sent_at < clock_timestamp() - make_interval(hours => ${LONGEST_QUEUED_HOURS}))`;

/** The delivery of the last mail. A server that crashed reports nothing about the mails that it had queued. */
export const DELIVERY = `case when ${IS_LOST} then 'FAILED' else i.delivery end`;
const DELIVERY_ERROR = `
  case when ${IS_LOST} then 'The server has stopped before it sent this mail, or the mail server does not answer.'
    else i.delivery_error end`;

const SHOWN = without(TABLES.invitation, 'lookup', 'hash', 'canonicalEmail');
const STORED = without(SHOWN, 'delivery', 'deliveryError');

/** The columns of an `InvitationRow`, of a table called `i`, with the types that statements declare. */
export const INVITATION_COLUMNS = `
  ${selectList(STORED, 'i')}, ${DELIVERY} as delivery, ${DELIVERY_ERROR} as "deliveryError", ${KIND} as kind, ${STATUS} as status`;
export const INVITATION_TYPES = {
  ...SHOWN.columns,
  kind: oneOf(INVITATION_KINDS),
  status: oneOf(INVITATION_STATUSES),
};

const FIND = statement({
  name: 'invitations.find',
  text: `select ${INVITATION_COLUMNS} from invitation i where i.id = $id and i.workspace_id = $workspaceId`,
  parameters: { id: uuid, workspaceId: uuid },
  columns: INVITATION_TYPES,
});

/** The invitation of the workspace with the id, if there is one. */
export async function findInvitation(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<InvitationRow | undefined> {
  return isId(id) ? FIND.row(sql, { id, workspaceId }) : undefined;
}

/**
 * The invitation, locked until the transaction ends. It is read after the lock: a statement that waits for a lock does
 * not see changes of joined tables.
 */
export async function lockInvitation(
  sql: Sql,
  workspaceId: string,
  id: string,
): Promise<InvitationRow | undefined> {
  if (!isId(id)) return undefined;
  await rowsOf(
    sql,
    query
      .selectFrom('invitation')
      .select('id')
      .where('id', '=', id)
      .where('workspaceId', '=', workspaceId)
      .forNoKeyUpdate(),
  );
  return findInvitation(sql, workspaceId, id);
}

const UNDELIVERED = statement({
  name: 'invitations.undelivered',
  text: `
    select i.id from invitation i
    where i.workspace_id = $workspaceId and i.accepted_at is null and i.revoked_at is null
      and (${DELIVERY}) = 'FAILED' and (${STATUS}) = 'PENDING'
    order by i.sent_at, i.id limit $most::integer`,
  parameters: { workspaceId: uuid, most: integer },
  columns: { id: uuid },
});

const LOCK_UNDELIVERED = statement({
  name: 'invitations.lockUndelivered',
  text: `
    select i.id from invitation i
    where i.id = any($ids) and (${DELIVERY}) = 'FAILED' order by i.canonical_email for no key update`,
  parameters: { ids: arrayOf(uuid) },
  columns: { id: uuid },
});

const FIND_PENDING = statement({
  name: 'invitations.findPending',
  text: `select ${INVITATION_COLUMNS} from invitation i where i.id = any($ids) and (${STATUS}) = 'PENDING'`,
  parameters: { ids: arrayOf(uuid) },
  columns: INVITATION_TYPES,
});

/** The ids of pending invitations whose last mail was not sent, those that were sent first before the others. */
export async function findUndelivered(sql: Sql, workspaceId: string, most: number): Promise<string[]> {
  return (await UNDELIVERED.rows(sql, { workspaceId, most })).map(({ id }) => id);
}

/**
 * Those of the invitations that are still pending and undelivered, locked until the transaction ends, in the order in
 * which invitations are inserted.
 */
export async function lockUndelivered(sql: Sql, ids: readonly string[]): Promise<InvitationRow[]> {
  const locked = await LOCK_UNDELIVERED.rows(sql, { ids });
  return FIND_PENDING.rows(sql, { ids: locked.map(({ id }) => id) });
}

/** The invitation of a token. */
export interface InvitationOfToken {
  readonly id: string;
  readonly workspaceId: string;
  readonly lookup: string;
  readonly email: string | null;
  /** Whether the caller may use it: it is a link, or was sent to the caller's address. */
  readonly isForBearer: boolean;
}

const FIND_BY_LOOKUP = statement({
  name: 'invitations.findByLookup',
  text: `
    select i.id, i.workspace_id as "workspaceId", i.lookup, i.email, i.hash,
      i.email is null or i.canonical_email = $bearer as "isForBearer"
    from invitation i where i.lookup = $lookup`,
  parameters: { lookup: text, bearer: text },
  columns: {
    ...typesOf(TABLES.invitation, 'id', 'workspaceId', 'lookup', 'email', 'hash'),
    isForBearer: boolean,
  },
});

/**
 * The invitation of a token.
 * @param token the inviter's token, or the secret in its mail
 * @param bearer the caller's address
 * @returns undefined for text that is not a token, for an unknown token, and for one that `resend` has replaced
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

/** Like `findByToken`, for a person who has proved to have the token before. */
export async function findByLookup(
  sql: Sql,
  lookup: string,
  bearer: string,
): Promise<(InvitationOfToken & { readonly hash: string }) | undefined> {
  return FIND_BY_LOOKUP.row(sql, { lookup, bearer: canonicalUserName(bearer) });
}

/** Whether the token is the secret that only the invitation's mail contains. */
export function isMailed(token: string): boolean {
  return readSecret(token.trim())?.kind === 'mailed';
}

function plainToken(token: string): string {
  return isMailed(token) ? invitationTokenOf(token.trim()) : token.trim();
}
