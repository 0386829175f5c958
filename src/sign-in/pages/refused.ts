import { type Html, html } from './html.js';
import { document } from './layout.js';

/** The title for a browser without a session. */
export const NOT_SIGNED_IN = 'You are not signed in';

export interface Refusal {
  readonly title: string;
  /** One sentence. */
  readonly message: string;
  /** What the person can do. */
  readonly hint?: string | undefined;
  /** Identifies the entry in the sign-in log, or in the server's log. */
  readonly reference: string;
  /** The link to the next page. */
  readonly next?: { readonly url: string; readonly text: string } | undefined;
  /** Where owners ask for a link by mail, if they can (rule 43). */
  readonly mailUrl?: string | undefined;
}

/** The page of a refused sign-in: the reason, what to do, and the reference to quote. */
export function refusedPage({ title, message, hint, reference, next, mailUrl }: Refusal): string {
  return document({
    title,
    body: html`<p>${message}</p>
${hint === undefined ? null : html`<p>${hint}</p>`}
${wayOn(next ?? { url: '/sign-in', text: 'Back to sign-in' })}
${mailUrl === undefined ? null : html`<p>Owners can <a href="${mailUrl}">get a link by mail</a> instead.</p>`}
<p class="soft foot">If you ask somebody for help, give them this reference: <code>${reference}</code></p>`,
  });
}

function wayOn({ url, text }: { readonly url: string; readonly text: string }): Html {
  return html`<p><a class="button" href="${url}">${text}</a></p>`;
}
