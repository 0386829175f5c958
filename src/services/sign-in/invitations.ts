import { boolean, nullable, text, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { canonicalUserName } from '../../domain/canonical.js';
import { DomainError } from '../../domain/errors.js';
import { newId } from '../../domain/ids.js';
import { invitationClosed } from '../../domain/invitation.js';
import type { ServiceContext } from '../context/service-context.js';
import { acceptAs } from '../invitations/accept.js';
import { findOrCreateAccount } from '../rows/accounts.js';
import { findByToken, findInvitation, type InvitationRow, isMailed } from '../rows/invitations.js';
import { hasConnection, ssoRequiredFor } from '../rows/sso.js';
import { openSession } from '../sessions/open.js';
import type { Browser, SignedIn } from './mail-links.js';

/** The contents of an invitation's page. */
export interface ShownInvitation {
  readonly invitation: InvitationRow;
  readonly workspaceName: string;
  /** Whether the token came by mail, which proves that the person has the mailbox. */
  readonly isMailed: boolean;
  /** Whether the person must sign in through the workspace's provider (rule 43). */
  readonly ssoRequired: boolean;
  readonly hasConnection: boolean;
}

/**
 * The invitation with this token.
 * @throws DomainError NOT_FOUND; RATE_LIMITED for too many unknown tokens; INVITATION_CLOSED, saying why
 */
export async function showInvitation(
  context: ServiceContext,
  { token }: { readonly token: string },
): Promise<ShownInvitation> {
  const found = await findByToken(context.database, token, '');
  const invitation = found && (await findInvitation(context.database, found.workspaceId, found.id));
  if (invitation === undefined) {
    await context.rateLimits.takeWrongCredential(token, context.caller);
    throw new DomainError('NOT_FOUND', 'There is no such invitation.', {
      hint: 'Copy the whole link. Where the invitation was sent more than once, the last mail counts.',
    });
  }
  if (invitation.status !== 'PENDING') throw invitationClosed(invitation.status);
  const workspace = await WORKSPACE.row(context.database, {
    workspaceId: invitation.workspaceId,
    canonicalEmail: invitation.email === null ? null : canonicalUserName(invitation.email),
  });
  return {
    invitation,
    workspaceName: workspace?.name ?? '',
    isMailed: isMailed(token),
    ssoRequired: workspace?.required === true,
    hasConnection: workspace?.connected === true,
  };
}

/**
 * Accepts an invitation whose mail the person has received, and signs them in: the mail proves the mailbox. Because an
 * invitation is valid for so long, the session opens this workspace alone.
 * @throws DomainError FORBIDDEN for a token that did not come by mail; as `accept` does
 */
export async function acceptMailed(
  context: ServiceContext,
  { token, browser }: { readonly token: string; readonly browser: Browser },
): Promise<Pick<SignedIn, 'session' | 'returnTo'>> {
  const { invitation, isMailed } = await showInvitation(context, { token });
  const { workspaceId, email } = invitation;
  if (!isMailed || email === null)
    throw new DomainError(
      'FORBIDDEN',
      'Only the link in the mail accepts this invitation without signing in.',
    );
  return context.database.transaction(async (tx) => {
    const found = await findByToken(tx, token, email);
    if (found === undefined) throw new DomainError('NOT_FOUND', 'There is no such invitation.');
    const accountId = await findOrCreateAccount(tx, email);
    const proven = { sessionId: newId(), accountId, email, method: 'MAIL_LINK' as const, workspaceId };
    const { changed } = await acceptAs(context, tx, found.lookup, proven);
    // A member may have more access than the invitation gives, which needs a sign-in of its own.
    if (!changed) throw invitationClosed('SUPERSEDED');
    const session = await openSession(context, tx, { ...proven, provider: null, ...browser });
    return { session, returnTo: `/workspace/${workspaceId}` };
  });
}

const WORKSPACE = statement({
  name: 'invitations.workspaceOfPage',
  text: `
    select w.name, ${hasConnection('w.id')} as connected,
      invited.id is not null and ${ssoRequiredFor('w.id', 'invited.id')} as required
    from workspace w left join account invited on invited.canonical_email = $canonicalEmail
    where w.id = $workspaceId`,
  parameters: { workspaceId: uuid, canonicalEmail: nullable(text) },
  columns: { name: text, connected: boolean, required: boolean },
});
