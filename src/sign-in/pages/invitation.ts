import { canonicalUserName } from '../../domain/canonical.js';
import type { ShownInvitation } from '../../services/sign-in/invitations.js';
import { type Html, html } from './html.js';
import { complaint, document } from './layout.js';

export interface InvitationForm {
  readonly token: string;
  readonly shown: ShownInvitation;
  /** The address of the person who is signed in. */
  readonly signedInAs: string | null;
  readonly sendsMail: boolean;
  readonly email: string;
  readonly error: string | null;
}

const DAY = new Intl.DateTimeFormat('en', { dateStyle: 'long', timeZone: 'UTC' });

export function invitationPage(form: InvitationForm): string {
  const { invitation, workspaceName } = form.shown;
  return document({
    title: `Join ${workspaceName}`,
    body: html`<p>${invitation.invitedBy} invites you to the workspace <strong>${workspaceName}</strong>${accessOf(invitation)}.</p>
${acceptOptions(form)}
<p class="soft foot">The invitation ends on ${DAY.format(invitation.expiresAt)}${
      invitation.email === null ? '' : `, and is for ${invitation.email} only`
    }.</p>`,
  });
}

function accessOf({ role, seatType }: ShownInvitation['invitation']): string {
  if (seatType !== null) return `, with a ${seatType.toLowerCase()} seat`;
  return role === null ? '' : ` as ${role.toLowerCase()}`;
}

function acceptOptions(form: InvitationForm): Html {
  const { token, shown, signedInAs, sendsMail } = form;
  const { invitation, isMailed, ssoRequired } = shown;
  const isForVisitor =
    signedInAs !== null && (invitation.email === null || isSameAddress(invitation.email, signedInAs));
  if (isForVisitor) {
    return html`<form method="post" action="/invitation/${token}">
<button autofocus>Join as ${signedInAs}</button>
</form>`;
  }
  const other =
    signedInAs === null ? null : html`<p>You are signed in as ${signedInAs}. Joining signs you in anew.</p>`;
  if (ssoRequired) {
    const start = `/api/workspaces/${invitation.workspaceId}/auth/sso/start?returnTo=/invitation/${token}`;
    return html`${other}<p><a class="button" href="${start}">Continue with your company’s sign-in</a></p>`;
  }
  if (isMailed) {
    return html`${other}<form method="post" action="/invitation/${token}">
<button autofocus>Join as ${invitation.email ?? ''}</button>
</form>`;
  }
  if (!sendsMail) {
    return html`${other}<p><a class="button" href="/sign-in?returnTo=/invitation/${token}">Sign in to join</a></p>`;
  }
  return html`${other}${linkForm(form)}`;
}

function linkForm({ token, shown: { invitation }, email, error }: InvitationForm): Html {
  return html`<form method="post" action="/invitation/${token}/link">
${
  invitation.email === null
    ? html`<label for="email">E-mail address</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" required
${error === null ? null : html`aria-invalid="true" aria-describedby="email-error"`}>`
    : html`<input type="hidden" name="email" value="${invitation.email}">`
}
${complaint('email-error', error)}
<button>${invitation.email === null ? 'Mail me a link to join' : `Mail a link to ${invitation.email}`}</button>
</form>`;
}

/** Decides only what the page offers; the service compares the addresses again. */
export function isSameAddress(one: string, other: string): boolean {
  return canonicalUserName(one) === canonicalUserName(other);
}
