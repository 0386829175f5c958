import type { SeededPerson } from '../../services/sign-in/development.js';
import { type Html, html } from './html.js';
import { complaint, document } from './layout.js';

export interface SignInForm {
  readonly email: string;
  readonly returnTo: string;
  /** Whether a link is mailed even if the address's domain has a provider. */
  readonly byMail: boolean;
  /** Why the input was refused. */
  readonly error: string | null;
  /** Whether the server can send links by mail. */
  readonly sendsMail: boolean;
  /** The address of the person who is already signed in. */
  readonly signedInAs: string | null;
  /** In development: the people who sign in with a click. */
  readonly people: readonly SeededPerson[] | null;
}

export function signInPage(form: SignInForm): string {
  const { email, returnTo, byMail, error, signedInAs, people } = form;
  return document({
    title: 'Sign in',
    body: html`${signedInAs === null ? null : html`<p>You are signed in as ${signedInAs}. <a href="${returnTo}">Continue</a></p>`}
<form method="post" action="/sign-in">
<input type="hidden" name="returnTo" value="${returnTo}">
${byMail && html`<input type="hidden" name="way" value="mail">`}
<label for="email">E-mail address</label>
<input id="email" name="email" type="email" value="${email}" autocomplete="username" required autofocus
${error === null ? null : html`aria-invalid="true" aria-describedby="email-error"`}>
${complaint('email-error', error)}
<button>${byMail ? 'Mail me a link' : 'Continue'}</button>
</form>
<p class="soft">${hintOf(form)}</p>
${people === null ? null : development(people, returnTo)}`,
  });
}

function hintOf({ sendsMail, byMail, returnTo }: SignInForm): Html | string {
  if (!sendsMail) return 'This server sends no mail: only your company’s single sign-on works here.';
  if (byMail) return 'Workspaces that require single sign-on open for their owners only.';
  return html`You are sent to your company’s sign-in, or get a link by mail. Owners can always <a href="${mailPath(returnTo)}">get a link by mail</a>.`;
}

/** The path at which owners ask for a link by mail, even if the address's domain has a provider (rule 43). */
export function mailPath(returnTo: string): string {
  return `/sign-in?${new URLSearchParams({ way: 'mail', returnTo })}`;
}

function development(people: readonly SeededPerson[], returnTo: string): Html {
  const workspaces = [...new Set(people.map(({ workspaceName }) => workspaceName))];
  return html`<section aria-labelledby="seeded">
<h2 id="seeded">Development: sign in with a click</h2>
${workspaces.map(
  (name) => html`<h3>${name}</h3>
<ul class="people">
${people
  .filter(({ workspaceName }) => workspaceName === name)
  .map(
    (person) => html`<li><form method="post" action="/sign-in/development">
<input type="hidden" name="returnTo" value="${returnTo}">
<input type="hidden" name="email" value="${person.email}">
<button class="plain"><span>${person.name}</span> <span class="soft">${person.email} · ${accessText(person)}</span></button>
</form></li>`,
  )}
</ul>`,
)}
<p class="foot"><a href="/sign-in/operator">Sign in as an operator</a></p>
</section>`;
}

function accessText({ role, seatType }: SeededPerson): string {
  return seatType === null ? role.toLowerCase() : `${role.toLowerCase()}, ${seatType.toLowerCase()} seat`;
}
