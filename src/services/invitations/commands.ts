import type { Transaction } from '../../database/database.js';
import { readAddress } from '../../domain/address.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { resendingRefused, revokingRefused } from '../../domain/invitation.js';
import { memberAfter } from '../../domain/member-state.js';
import type { MemberChangeRequest } from '../../domain/provisioning.js';
import { authorize } from '../context/authorization.js';
import { runCommand } from '../context/command.js';
import type { Grant } from '../context/grant.js';
import type { ServiceContext } from '../context/service-context.js';
import { type AccessRequest, authorizeAccess, requestedAccess } from '../members/requested-access.js';
import { ruleContext } from '../members/transition.js';
import { findUndelivered, type InvitationRow, lockInvitation, lockUndelivered } from '../rows/invitations.js';
import {
  alreadyInvited,
  DEFAULT_ACCESS,
  type InvitedAccess,
  insertInvitations,
  invitingRefused,
  type MintedInvitation,
  type NewInvitation,
  readInvitees,
  renewInvitations,
  revokeInvitation,
} from './write.js';

/** Identifies the invitation of a command. */
export interface InvitationTarget {
  readonly workspaceId: string;
  readonly invitationId: string;
}

/**
 * Invites the person with an address (rule 22). An expired invitation is replaced.
 * @throws DomainError as `authorize` does; INVALID_INPUT; RATE_LIMITED; ALREADY_A_MEMBER; ALREADY_INVITED; as `memberAfter`
 *   does for the access
 */
export async function create(
  context: ServiceContext,
  input: {
    readonly workspaceId: string;
    readonly email: string;
    readonly access?: AccessRequest | null;
  },
): Promise<MintedInvitation> {
  const { workspaceId, access = null } = input;
  await authorize(context, 'invitation.manage', workspaceId);
  await authorizeAccess(context, workspaceId, access);
  const email = readAddress(input.email, 'email');
  await takeMail(context, workspaceId, canonicalUserName(email));
  return runCommand(context, 'invitation.manage', workspaceId, async (tx, now) => {
    const invited = invitedAccess(context, now, email, access);
    const [invitee] = await readInvitees(tx, workspaceId, [email]);
    const refusal = invitee && invitingRefused(email, invitee);
    if (refusal !== undefined) throw refusal;
    return insertOne(context, tx, now, { email, access: invited, maxUses: 1 });
  });
}

/**
 * Makes a link by which anybody who has it can join for 60 days (rule 22).
 * @throws DomainError as `authorize` does; INVALID_INPUT; as `memberAfter` does for the access
 */
export async function createLink(
  context: ServiceContext,
  input: {
    readonly workspaceId: string;
    readonly access?: AccessRequest | null;
    readonly maxUses?: number | null;
  },
): Promise<MintedInvitation> {
  const { workspaceId, access = null, maxUses = null } = input;
  await authorize(context, 'invitation.manage', workspaceId);
  await authorizeAccess(context, workspaceId, access);
  return runCommand(context, 'invitation.manage', workspaceId, (tx, now) => {
    const invited = invitedAccess(context, now, 'somebody', access);
    return insertOne(context, tx, now, { email: null, access: invited, maxUses });
  });
}

async function insertOne(
  context: ServiceContext,
  tx: Transaction,
  { workspace }: Grant,
  invitation: NewInvitation,
): Promise<MintedInvitation> {
  const [minted] = await insertInvitations(context, tx, workspace, [invitation]);
  if (minted === undefined) throw alreadyInvited(invitation.email ?? 'somebody');
  return minted;
}

/** The access that an invitation gives, validated by the rules for a member who is added (rules 3–6). */
function invitedAccess(
  context: ServiceContext,
  grant: Grant,
  userName: string,
  access: AccessRequest | null,
): InvitedAccess {
  if (access === null) return DEFAULT_ACCESS;
  return validatedAccess(context, grant, {
    mode: 'CREATE',
    userName,
    ...requestedAccess(grant.workspace, access),
  });
}

/**
 * The access in a request to add a member, or the default when it has none.
 * @throws DomainError as `memberAfter` does
 */
export function validatedAccess(
  context: ServiceContext,
  grant: Grant,
  request: MemberChangeRequest,
): InvitedAccess {
  const { access } = memberAfter(null, request, ruleContext(context, grant));
  if (access === null || (request.role === undefined && request.seatType === undefined))
    return DEFAULT_ACCESS;
  const { seatType, creditLimit } = access;
  const role = INVITED_ROLES.find((known) => known === access.role) ?? null;
  return { role, seatType, creditLimit };
}

const INVITED_ROLES = ['ADMIN', 'EDITOR', 'VIEWER', 'MEMBER'] as const;

/**
 * Revokes an invitation: its token stops working. Members who joined by a link remain members.
 * @throws DomainError as `authorize` does; NOT_FOUND; INVITATION_CLOSED when it has been accepted
 */
export async function revoke(
  context: ServiceContext,
  target: InvitationTarget,
): Promise<{ invitation: InvitationRow; changed: boolean }> {
  return onInvitation(context, target, async (tx, invitation) => {
    const refusal = revokingRefused(invitation.status);
    if (refusal !== undefined) throw refusal;
    if (invitation.status === 'REVOKED') return { invitation, changed: false };
    return { invitation: await revokeInvitation(context, tx, invitation), changed: true };
  });
}

/**
 * Sends an invitation again, with a new token and for another 60 days; the old token stops working. A link only gets a new
 * token.
 * @throws DomainError as `authorize` does; RATE_LIMITED; NOT_FOUND; ALREADY_A_MEMBER; INVITATION_CLOSED when accepted or
 *   revoked
 */
export async function resend(context: ServiceContext, target: InvitationTarget): Promise<MintedInvitation> {
  await authorize(context, 'invitation.manage', target.workspaceId);
  await takeMail(context, target.workspaceId, target.invitationId);
  return onInvitation(context, target, async (tx, invitation, { workspace }) => {
    const refusal = resendingRefused(invitation.status);
    if (refusal !== undefined) throw refusal;
    const { email } = invitation;
    const [invitee] = email === null ? [] : await readInvitees(tx, workspace.id, [email]);
    if (email !== null && invitee?.isMember === true)
      throw invitingRefused(email, invitee) ?? alreadyInvited(email);
    const [renewed] = await renewInvitations(context, tx, workspace, [invitation]);
    if (renewed === undefined) throw new Error('a renewed invitation has no token');
    return renewed;
  });
}

const MOST_RESENT = 500;

/**
 * Sends pending invitations whose last mail was not sent again, as `resend` does, at most 500 at once: those that were sent
 * first, so that mails that always fail keep no others waiting.
 * @returns how many were sent
 * @throws DomainError as `authorize` does; FORBIDDEN when no mail can be sent; RATE_LIMITED
 */
export async function resendUndelivered(
  context: ServiceContext,
  { workspaceId }: { readonly workspaceId: string },
): Promise<{ resentCount: number }> {
  await authorize(context, 'invitation.manage', workspaceId);
  const ids = await findUndelivered(context.database, workspaceId, MOST_RESENT);
  if (ids.length > 0 && context.mailer?.sends !== true) {
    throw new DomainError('FORBIDDEN', 'This server sends no mail.', {
      hint: 'Send each invitation again, and pass on the link that is shown.',
    });
  }
  await context.rateLimits.takeMany('invitationsOf', workspaceId, ids.length);
  const resent = await runCommand(context, 'invitation.manage', workspaceId, async (tx, { workspace }) =>
    renewInvitations(context, tx, workspace, await lockUndelivered(tx, ids)),
  );
  return { resentCount: resent.length };
}

/** Counts a mail, before a transaction holds a connection. @throws DomainError RATE_LIMITED */
async function takeMail({ rateLimits }: ServiceContext, workspaceId: string, to: string): Promise<void> {
  // Of the workspace, so that no other one can use it up, or learn from it.
  await rateLimits.take('invitationsTo', `${workspaceId} ${to}`);
  await rateLimits.take('invitationsOf', workspaceId);
}

/** Runs `work` on one invitation, locked. @throws DomainError as `authorize` does; NOT_FOUND */
async function onInvitation<Result>(
  context: ServiceContext,
  { workspaceId, invitationId }: InvitationTarget,
  work: (tx: Transaction, invitation: InvitationRow, now: Grant) => Promise<Result>,
): Promise<Result> {
  return runCommand(context, 'invitation.manage', workspaceId, async (tx, now) => {
    const invitation = await lockInvitation(tx, workspaceId, invitationId);
    if (invitation === undefined)
      throw new DomainError('NOT_FOUND', 'There is no such invitation in this workspace.');
    return work(tx, invitation, now);
  });
}
