import type { Person } from '../../auth/actor.js';
import { boolean, text, uuid } from '../../database/column-types.js';
import type { Sql, Transaction } from '../../database/database.js';
import { query, rowsOf } from '../../database/query.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { invitationClosed } from '../../domain/invitation.js';
import type { Workspace } from '../../model/workspace.js';
import { record } from '../audit/record.js';
import { authenticated, invitedNow, signInUrl } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { createMemberWithin } from '../members/change.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import {
  findByLookup,
  findByToken,
  findInvitation,
  INVITATION_COLUMNS,
  INVITATION_TYPES,
  type InvitationOfToken,
  type InvitationRow,
  lockInvitation,
} from '../rows/invitations.js';
import { lockNamesakes, type MemberRow } from '../rows/members.js';
import { wasRemovedSince } from '../rows/removals.js';
import { hasConnection, ssoRequiredFor } from '../rows/sso.js';
import { factOf } from './write.js';

/** The result of an acceptance. */
export interface Acceptance {
  readonly workspace: Workspace;
  readonly member: MemberRow;
  /** The invitation as it is now; null when it was not used. */
  readonly invitation: InvitationRow | null;
  /** False for a person who is an active member already: the invitation was not used. */
  readonly changed: boolean;
}

/**
 * Adds the caller to a workspace by the token of an invitation (rule 22): adds the member as `memberAdd` does, takes a seat
 * and counts the use, all or nothing. An active member who accepts again is left unchanged, and so is the invitation.
 * @throws DomainError UNAUTHENTICATED; FORBIDDEN for an API key or operator, for a person who was not invited, for a person
 *   who was removed since it was sent, and for a session that would not open the workspace; NOT_FOUND; RATE_LIMITED for
 *   too many unknown tokens; INVITATION_CLOSED; SEAT_UNAVAILABLE
 */
export async function accept(context: ServiceContext, { token }: { token: string }): Promise<Acceptance> {
  const person = inPerson(context);
  const found = await findByToken(context.database, token, person.email);
  if (found === undefined) {
    await context.rateLimits.takeWrongCredential(token, context.caller);
    throw unknownInvitation();
  }
  const acceptance = await context.database.transaction((tx) => acceptFound(context, tx, found, person));
  // This request cached the caller's grant before the change.
  context.grants.delete(found.workspaceId);
  return acceptance;
}

/** The identity that the sign-in of a person with an invitation proved. */
export type Proven = Omit<Person, 'type' | 'expiresAt'>;

/**
 * Accepts an invitation for a person who is signing in, whose session is opened later in the same transaction.
 * @param lookup the public part of the invitation's token, which the person has proved to have
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
  // Locks in the order of every command: account, member, workspace, invitation, seats.
  const accountId = await findOrCreateAccount(tx, person.email);
  const namesakes = await lockNamesakes(tx, {
    workspaceId,
    userName: person.email,
    accountId,
    externalId: null,
  });
  const { workspace } = await invitedNow(tx, workspaceId);
  await requireOpening(tx, person, workspace);
  const member = namesakes.find((row) => row.accountId === accountId && row.active);
  if (member !== undefined) return { workspace, member, invitation: null, changed: false };
  const invitation = await use(tx, found, accountId);
  const added = await createMemberWithin(context, tx, {
    workspaceId,
    address: person.email,
    userName: person.email,
    externalId: null,
    grantNow: () => invitedNow(tx, workspaceId),
    requestFor: () => ({ mode: 'CREATE', userName: person.email, ...accessRequest(invitation) }),
  });
  await settle(context, tx, invitation, added.member);
  await admitSession(tx, person, workspaceId);
  const accepted = await findInvitation(tx, workspaceId, invitation.id);
  return { workspace, invitation: accepted ?? invitation, ...added };
}

/**
 * Refuses a session that could not open the workspace afterwards: it proves too little to join it (rules 32, 43).
 * @throws DomainError FORBIDDEN, with where to sign in
 */
async function requireOpening(sql: Sql, person: Person, { id, name }: Workspace): Promise<void> {
  const row = await SSO_OF.row(sql, { workspaceId: id, accountId: person.accountId });
  const elsewhere = person.workspaceId !== null && person.workspaceId !== id;
  if (!elsewhere && (person.method === 'PROVIDER' || row?.required !== true)) return;
  throw new DomainError('FORBIDDEN', `Your session does not open the workspace ${name}.`, {
    hint: 'Have the person sign in at the path in extensions.signInUrl, and accept the invitation then.',
    signInUrl: signInUrl(id, row?.required === true && row.connected),
  });
}

/**
 * Returns the caller, who must be a person. @throws DomainError UNAUTHENTICATED; FORBIDDEN for keys and operators,
 * which cannot become members
 */
function inPerson(context: ServiceContext): Person {
  const actor = authenticated(context);
  if (actor.type === 'PERSON') return actor;
  throw new DomainError('FORBIDDEN', 'An invitation is accepted by a person, with a session of their own.', {
    hint: 'Send the session token of the person in the Authorization header. An operator mints one with sessionCreate.',
  });
}

/** One error for every invalid token, which does not reveal whether the invitation exists. */
function unknownInvitation(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such invitation.', {
    attribute: 'token',
    hint: 'Copy the whole token. Where the invitation was sent more than once, the last mail counts.',
  });
}

const USE = statement({
  name: 'invitations.use',
  text: `
    update invitation i set use_count = use_count + 1,
      accepted_at = case when i.email is null then null else clock_timestamp() end
    where i.id = $id and i.lookup = $lookup and (i.max_uses is null or i.use_count < i.max_uses)
    returning ${INVITATION_COLUMNS}`,
  parameters: { id: uuid, lookup: text },
  columns: INVITATION_TYPES,
});

/** Checks and counts in one statement: of a hundred concurrent uses of a link for one person, one succeeds. */
async function use(
  tx: Transaction,
  { id, workspaceId, lookup }: InvitationOfToken,
  accountId: string,
): Promise<InvitationRow> {
  const invitation = await lockInvitation(tx, workspaceId, id);
  if (invitation?.status === 'ACCEPTED') throw invitationClosed('ACCEPTED');
  if (invitation !== undefined) await refuseRemoved(tx, invitation, accountId);
  if (invitation !== undefined && invitation.status !== 'PENDING') throw invitationClosed(invitation.status);
  const used = await USE.row(tx, { id, lookup });
  // The invitation was sent again, or deleted with its workspace, since the token was read.
  if (used === undefined) throw unknownInvitation();
  return used;
}

/**
 * Rule 16a: an invitation or link does not let a person back in who was removed since it was sent.
 * @throws DomainError FORBIDDEN
 */
async function refuseRemoved(
  sql: Sql,
  { workspaceId, sentAt, email }: InvitationRow,
  accountId: string,
): Promise<void> {
  if (!(await wasRemovedSince(sql, workspaceId, accountId, sentAt))) return;
  const event = email === null ? 'the link was made' : 'the invitation was sent';
  throw new DomainError('FORBIDDEN', `You have been removed from this workspace since ${event}.`, {
    hint: 'Ask an owner or admin of the workspace to add you, or to invite you by e-mail.',
  });
}

/** The access that an invitation names; `memberAfter` completes it with the workspace's defaults. */
function accessRequest({ workspaceVersion, role, seatType, creditLimit }: InvitationRow): object {
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
  if (invitation.email !== null) {
    await rowsOf(
      tx,
      query.updateTable('invitation').set({ acceptedBy: member.id }).where('id', '=', invitation.id),
    );
  }
  const changes = {
    acceptedBy: { before: null, after: { id: member.id, userName: member.userName } },
    useCount: { before: invitation.useCount - 1, after: invitation.useCount },
  };
  await record(context, tx, factOf('invitation.accept', invitation, changes));
}

/**
 * Lets the accepting session open the workspace again, if an earlier removal ended it for the workspace (rule 16). The
 * person's other sessions stay ended for it.
 */
async function admitSession(sql: Sql, { sessionId }: Person, workspaceId: string): Promise<void> {
  await rowsOf(
    sql,
    query.deleteFrom('sessionEnd').where('sessionId', '=', sessionId).where('workspaceId', '=', workspaceId),
  );
}

const SSO_OF = statement({
  name: 'invitations.ssoOfAccepting',
  text: `
    select ${ssoRequiredFor('w.id', 'a.id')} as required, ${hasConnection('w.id')} as connected
    from workspace w, account a where w.id = $workspaceId and a.id = $accountId`,
  parameters: { workspaceId: uuid, accountId: uuid },
  columns: { required: boolean, connected: boolean },
});
