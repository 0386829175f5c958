import { html } from './html.js';
import { document } from './layout.js';

export function signedOutPage(): string {
  return document({
    title: 'You are signed out',
    body: html`<p>Your session here has ended.</p>
<p><a class="button" href="/sign-in">Sign in again</a></p>`,
  });
}
