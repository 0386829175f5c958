import { html } from './html.js';
import { complaint, document } from './layout.js';

export function operatorPage({ error }: { readonly error: string | null }): string {
  return document({
    title: 'Sign in as an operator',
    body: html`<form method="post" action="/sign-in/operator">
<label for="token">Operator token</label>
<input id="token" name="token" type="password" autocomplete="off" required autofocus
${error === null ? null : html`aria-invalid="true" aria-describedby="token-error"`}>
${complaint('token-error', error)}
<button>Sign in</button>
</form>
<p class="soft">The session lasts 8 hours. That you sign in is written into the audit log.</p>
<p class="foot"><a href="/sign-in">Sign in as a person</a></p>`,
  });
}
