import { type Html, html } from './html.js';
import { document } from './layout.js';

/**
 * A page from which the browser goes on by itself, or by a click: to an identity provider. A redirect would not do after
 * a form: `form-action 'self'` forbids it to leave this server.
 */
export function continuePage({
  title,
  url,
  text,
  also = null,
}: {
  readonly title: string;
  readonly url: string;
  readonly text: string;
  readonly also?: Html | null;
}): string {
  return document({
    title,
    next: url,
    body: html`<p><a class="button" href="${url}">${text}</a></p>
${also}`,
  });
}
