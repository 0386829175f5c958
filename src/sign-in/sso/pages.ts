import {
  SIGN_IN_REFUSALS,
  type SignInRefusal,
  type SignInRefusalReason,
} from '../../domain/sign-in-refusal.js';
import { type Html, html } from '../pages/html.js';
import { document } from '../pages/layout.js';
import { NOT_SIGNED_IN, type Refusal } from '../pages/refused.js';
import { mailPath } from '../pages/sign-in.js';
import type { Rehearsal } from './rehearsal.js';
import { startPath } from './ways.js';

/** Reasons that may not apply to the next attempt. */
const RETRYABLE: ReadonlySet<SignInRefusalReason> = new Set([
  'PROVIDER_UNREACHABLE',
  'STATE_LOST',
  'STATE_REPLAYED',
  'ACCESS_DENIED',
  'CODE_REJECTED',
  'OUTSIDE_ORGANIZATION',
]);

/** Reasons for which owners need no link by mail: another attempt helps, or the sign-in page mails the link itself. */
const WITHOUT_LINK: ReadonlySet<SignInRefusalReason> = new Set([
  'NOT_CONFIGURED',
  'NOT_ENTERPRISE',
  'STATE_LOST',
  'STATE_REPLAYED',
  'OUTSIDE_ORGANIZATION',
  'SEAT_UNAVAILABLE',
]);

/** The refusal that the person sees: a sentence, what to do, and the reference. */
export function shownRefusal({ reason, address, detail }: SignInRefusal, reference: string): Refusal {
  const { person, wayOn } = SIGN_IN_REFUSALS[reason];
  // The person sees only details about the seat; other details are for administrators.
  const seat = reason === 'SEAT_UNAVAILABLE' && detail !== null ? ` ${detail}` : '';
  // The provider sent this address for this person, so showing it reveals nothing.
  const signedInAs = address === null ? '' : ` Your identity provider has signed you in as ${address}.`;
  return { title: NOT_SIGNED_IN, message: `${person}${seat}${signedInAs}`, hint: wayOn, reference };
}

/** The links of the page of a refusal: to the provider again, and to the owners' way back in by mail (rule 43). */
export function waysOn(
  reason: SignInRefusalReason,
  { workspaceId, returnTo, sendsMail }: Retry,
): Pick<Refusal, 'next' | 'mailUrl'> {
  const start = `${startPath(workspaceId)}?${new URLSearchParams({ returnTo })}`;
  return {
    next: RETRYABLE.has(reason) ? { url: start, text: 'Sign in again' } : undefined,
    mailUrl: sendsMail && !WITHOUT_LINK.has(reason) ? mailPath(returnTo) : undefined,
  };
}

interface Retry {
  readonly workspaceId: string;
  /** The path to open after signing in. */
  readonly returnTo: string;
  readonly sendsMail: boolean;
}

/**
 * The page that asks before the session of another person is replaced. Nothing has the focus, so that a key that is
 * pressed by chance does not agree.
 * @param present the address of the browser's session; null for an operator
 * @param sealed the confirmation, which the form sends
 */
export function anotherPersonPage({
  present,
  email,
  action,
  sealed,
}: {
  readonly present: string | null;
  readonly email: string;
  readonly action: string;
  readonly sealed: string;
}): string {
  const name = present ?? 'an operator';
  return document({
    title: 'Sign in as somebody else?',
    body: html`<p>You are signed in as <strong>${name}</strong>. The identity provider has signed you in as <strong>${email}</strong>.</p>
<p>If you continue, you are signed out as ${name}. If you did not ask to sign in, do not continue.</p>
<form method="post" action="${action}">
<input type="hidden" name="confirmation" value="${sealed}">
<button>Continue as ${email}</button>
</form>
<p><a href="/">Stay signed in as ${name}</a></p>`,
  });
}

/**
 * The page of a rehearsal: the claims received, those missing, and the result that a real sign-in would have had.
 * @param workspaceId the workspace whose connection was rehearsed
 */
export function rehearsalPage({ claims, outcome, advice }: Rehearsal, workspaceId: string): string {
  return document({
    title: 'Rehearsed sign-in',
    body: html`<p>${outcome}</p>
${advice === null ? null : html`<p><strong>What to change:</strong> ${advice}</p>`}
<p><a class="button" href="/workspace/${workspaceId}/settings/auth-and-security">Back to Auth and security</a></p>
${claims.length === 0 ? null : claimList(claims)}
<p class="soft foot">Nothing was changed, and you are not signed in by this.</p>`,
  });
}

function claimList(claims: Rehearsal['claims']): Html {
  return html`<h2>Claims</h2>
<dl>
${claims.map(
  ({ name, value }) => html`<dt><code>${name}</code></dt>
<dd>${value ?? html`<strong>missing</strong>`}</dd>
`,
)}
</dl>`;
}
