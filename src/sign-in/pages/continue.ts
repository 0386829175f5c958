import { html } from './html.js';
import { document } from './layout.js';

/**
 * A page from which the browser continues to an identity provider, automatically or by a click. After a form, a
 * redirect does not work: `form-action 'self'` forbids redirects to other servers.
 */
export function continuePage({
  title,
  url,
  text,
}: {
  readonly title: string;
  readonly url: string;
  readonly text: string;
}): string {
  return document({
    title,
    next: url,
    body: html`<p><a class="button" href="${url}">${text}</a></p>`,
  });
}
