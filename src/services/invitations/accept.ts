import type { Person } from '../../auth/actor.js';
import type { Sql, Transaction } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';
import { invitationClosed } from '../../domain/invitation.js';
import type { Workspace } from '../../model/workspace.js';
import { record } from '../audit/record.js';
import { authenticated, invitedNow, signInUrl } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { addWithin } from '../members/transaction.js';
import { findOrCreate } from '../rows/accounts.js';
import {
  findByLookup,
  findByToken,
  findInvitation,
  INVITATION_COLUMNS,
  type InvitationOfToken,
  type InvitationRow,
} from '../rows/invitations.js';
import { lockNamesakes, type MemberRow } from '../rows/members.js';
import { hasConnection, ssoRequiredFor } from '../rows/sso.js';
import { factOf } from './write.js';

/** What an acceptance did. */
export interface Acceptance {
  readonly workspace: Workspace;
  readonly member: MemberRow;
  /** False for somebody who is an active member already: nothing has been used up. */
  readonly changed: boolean;
}

/**
 * Makes a member of the caller, by the token of an invitation (rule 22): adds them as `memberAdd` does, takes
 * their seat, and counts the use, or does nothing at all. Whoever is an active member already is told so, and the
 * invitation stays what it is: a second click is no mistake.
 * @throws DomainError UNAUTHENTICATED; FORBIDDEN for who is no person in person, for another than the one invited, by
 *   a link for who was removed since it was made, and for a session that would not open the workspace; NOT_FOUND;
 *   INVITATION_CLOSED; SEAT_UNAVAILABLE
 */
export async function accept(context: ServiceContext, { token }: { token: string }): Promise<Acceptance> {
  const person = inPerson(context);
  const found = await findByToken(context.database, token, person.email);
  if (found === undefined) throw unknownInvitation();
  const acceptance = await context.database.transaction((tx) => acceptFound(context, tx, found, person));
  // What this request knows of the caller's standing there is from before.
  context.grants.delete(found.workspaceId);
  return acceptance;
}

/** What a sign-in has proved about the person who comes with an invitation. */
export type Proven = Omit<Person, 'type' | 'expiresAt'>;

/**
 * Accepts an invitation for somebody who is just signing in, before their session is opened in the same transaction.
 * @param lookup the public part of the invitation's token, which the person has shown to have
 * @throws DomainError as `accept` does
 */
export async function acceptAs(
  context: ServiceContext,
  tx: Transaction,
  lookup: string,
  proven: Proven,
): Promise<Acceptance> {
  const found = await findByLookup(tx, lookup, proven.email);
  if (found === undefined) throw unknownInvitation();
  const person: Person = { type: 'PERSON', ...proven, expiresAt: context.clock() };
  const asPerson = { ...context, caller: { ...context.caller, actor: person }, grants: new Map() };
  return acceptFound(asPerson, tx, found, person);
}

async function acceptFound(
  context: ServiceContext,
  tx: Transaction,
  found: InvitationOfToken,
  person: Person,
): Promise<Acceptance> {
  const { workspaceId } = found;
  if (!found.isForBearer) {
    throw new DomainError('FORBIDDEN', 'This invitation is for another e-mail address than yours.', {
      hint: 'Sign in with the address to which it was sent, or ask for an invitation to yours.',
    });
  }
  // In the order in which everybody locks: account, member, workspace, invitation, seats.
  const accountId = await findOrCreate(tx, person.email);
  const namesakes = await lockNamesakes(tx, workspaceId, person.email, accountId);
  const { workspace } = await invitedNow(tx, workspaceId);
  await requireOpening(tx, person, workspace);
  const member = namesakes.find((row) => row.accountId === accountId && row.active);
  if (member !== undefined) return { workspace, member, changed: false };
  const invitation = await use(tx, found);
  if (invitation.email === null) await refuseRemoved(tx, invitation, accountId);
  const added = await addWithin(context, tx, {
    workspaceId,
    newcomer: { userName: person.email, profile: {} },
    grantNow: () => invitedNow(tx, workspaceId),
    wishFor: () => ({ mode: 'CREATE', userName: person.email, ...accessOf(invitation) }),
  });
  await settle(context, tx, invitation, added.member);
  await admitSession(tx, person, workspaceId);
  return { workspace, ...added };
}

/**
 * A session that could not open the workspace afterwards proves too little to join it (rules 32, 43).
 * @throws DomainError FORBIDDEN, with where to sign in
 */
async function requireOpening(sql: Sql, person: Person, { id, name }: Workspace): Promise<void> {
  const [row] = await sql.rows<{ required: boolean; connected: boolean }>(
    `select ${ssoRequiredFor('w.id', '$2::uuid')} as required, ${hasConnection('w.id')} as connected
     from workspace w where w.id = $1 and $2::uuid is not null`,
    [id, person.accountId],
  );
  const elsewhere = person.workspaceId !== null && person.workspaceId !== id;
  if (!elsewhere && (person.method === 'PROVIDER' || row?.required !== true)) return;
  throw new DomainError('FORBIDDEN', `Your session does not open the workspace ${name}.`, {
    hint: 'Sign in at signInUrl, and accept the invitation then.',
    signInUrl: signInUrl(id, row?.required === true && row.connected),
  });
}

/** @throws DomainError UNAUTHENTICATED; FORBIDDEN for keys and operators, who are nobody to be let in */
function inPerson(context: ServiceContext): Person {
  const actor = authenticated(context);
  if (actor.type === 'PERSON') return actor;
  throw new DomainError('FORBIDDEN', 'An invitation is accepted by a person, with a session of their own.', {
    hint: 'Send the session token of the person in the Authorization header. An operator mints one with sessionCreate.',
  });
}

/** One answer for every token that does not open anything: nobody learns from it what there is. */
function unknownInvitation(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such invitation.', {
    attribute: 'token',
    hint: 'Copy the whole token. Where the invitation was sent more than once, the last mail counts.',
  });
}

/** Counting and using is one statement: of a hundred who come by a link for one, one is let in. */
async function use(tx: Transaction, { id, workspaceId, lookup }: InvitationOfToken): Promise<InvitationRow> {
  await tx.rows('select 1 from invitation where id = $1 for no key update', [id]);
  // Read after the lock: a statement that waits for it does not see what joined tables have become.
  const invitation = await findInvitation(tx, workspaceId, id);
  if (invitation !== undefined && invitation.status !== 'PENDING') throw invitationClosed(invitation.status);
  const [used] = await tx.rows<InvitationRow>(
    `update invitation i set use_count = use_count + 1,
       accepted_at = case when i.email is null then null else clock_timestamp() end
     where i.id = $1 and i.lookup = $2 and (i.max_uses is null or i.use_count < i.max_uses)
     returning ${INVITATION_COLUMNS}`,
    [id, lookup],
  );
  // Sent again, or deleted with its workspace, since the token was looked up.
  if (used === undefined) throw unknownInvitation();
  return used;
}

/** A link is for people who are new: who was removed since it was made was removed by somebody's decision. */
async function refuseRemoved(
  sql: Sql,
  { workspaceId, sentAt }: InvitationRow,
  accountId: string,
): Promise<void> {
  const [removed] = await sql.rows(
    `select 1 from member m join membership s on s.member_id = m.id
     where m.workspace_id = $1 and m.account_id = $2 and s.ended_at > $3 limit 1`,
    [workspaceId, accountId, sentAt],
  );
  if (removed === undefined) return;
  throw new DomainError('FORBIDDEN', 'You have been removed from this workspace since the link was made.', {
    hint: 'Ask an owner or admin of the workspace to add you, or to invite you by e-mail.',
  });
}

/** What an invitation says about access; what it does not say is the workspace's default, as for everybody who is added. */
function accessOf({ workspaceVersion, role, seatType, creditLimit }: InvitationRow): object {
  if (role === null) return {};
  if (workspaceVersion === 'V1') return { role, seatType };
  return { role, ...(creditLimit === null ? {} : { creditLimit }) };
}

async function settle(
  context: ServiceContext,
  tx: Transaction,
  invitation: InvitationRow,
  member: MemberRow,
): Promise<void> {
  if (invitation.email !== null)
    await tx.rows('update invitation set accepted_by = $2 where id = $1', [invitation.id, member.id]);
  const changes = {
    acceptedBy: { before: null, after: { id: member.id, userName: member.userName } },
    useCount: { before: invitation.useCount - 1, after: invitation.useCount },
  };
  await record(context, tx, factOf('invitation.accept', invitation, changes));
}

/**
 * A session that an earlier removal has ended for the workspace (rule 16) is the one with which the person now comes
 * in: it shows them what they have joined. Their other sessions stay ended there.
 */
async function admitSession(sql: Sql, { sessionId }: Person, workspaceId: string): Promise<void> {
  await sql.rows('delete from session_end where session_id = $1 and workspace_id = $2', [
    sessionId,
    workspaceId,
  ]);
}
