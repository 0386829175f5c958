import { html } from './html.js';
import { complaint, document } from './layout.js';

/**
 * The page after requesting a link, the same for every address (rule 46). It also accepts the code that another browser
 * shows.
 */
export function linkSentPage({
  error,
  inLog,
}: {
  readonly error: string | null;
  /** Whether the server logs the link instead of sending a mail. */
  readonly inLog: boolean;
}): string {
  return document({
    title: 'Check your mailbox',
    body: html`<p>If somebody here has the address that you typed, a mail with a link is on its way. The link works once, for 15 minutes.</p>
${inLog ? html`<p>Development: the link is in the server’s log.</p>` : null}
<h2>The link opens in another browser?</h2>
<p>Then its page shows a code. Type it here.</p>
<form method="post" action="/sign-in/link/code">
<label for="code">Code</label>
<input id="code" name="code" autocomplete="one-time-code" autocapitalize="characters" spellcheck="false" required
${error === null ? null : html`aria-invalid="true" aria-describedby="code-error" autofocus`}>
${complaint('code-error', error)}
<button>Sign in with the code</button>
</form>
<p class="soft foot">No mail after a few minutes? <a href="/sign-in">Try again</a>, and check the address.</p>`,
  });
}

/**
 * The page of the link in the browser that requested it. It needs a click, because programs that fetch links must not
 * use it up.
 */
export function linkHerePage({ token, email }: { readonly token: string; readonly email: string }): string {
  return document({
    title: 'Sign in',
    body: html`<p>You are about to sign in as <strong>${email}</strong>.</p>
<form method="post" action="/sign-in/link/${token}">
<button autofocus>Sign in</button>
</form>`,
  });
}

/** The page of the link in a browser that did not request it. */
export function linkElsewherePage({
  code,
  requestedFrom,
  browser,
}: {
  readonly code: string;
  readonly requestedFrom: string;
  readonly browser: string | null;
}): string {
  return document({
    title: 'Confirm that it is you',
    body: html`<p>The link was requested in another browser: ${browser ?? 'an unknown one'}, from ${requestedFrom}. To sign in there, type this code on its page.</p>
<p class="code"><span aria-hidden="true">${code.slice(0, 4)}-${code.slice(4)}</span><span class="spoken">${[...code].join(' ')}</span></p>
<p><strong>Did you not ask to sign in?</strong> Then close this page, and tell nobody the code: with it, anybody can sign in as you.</p>
<p class="soft foot">To sign in here instead, <a href="/sign-in">ask for a link</a> in this browser.</p>`,
  });
}
