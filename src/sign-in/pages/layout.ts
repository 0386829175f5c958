import { type Html, html } from './html.js';
import { STYLE_URL } from './style.js';

export interface Page {
  /** The title of the document and its heading. */
  readonly title: string;
  readonly body: Html;
  /** The URL that the browser opens automatically. */
  readonly next?: string;
}

/** Returns a complete document, without scripts or inline styles. */
export function document({ title, body, next }: Page): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
${next === undefined ? null : html`<meta http-equiv="refresh" content="0; url=${next}">`}
<title>${title} · Rollcall</title>
<link rel="icon" href="/sign-in/assets/icon.svg" type="image/svg+xml">
<link rel="stylesheet" href="${STYLE_URL}">
</head>
<body>
<header><p class="brand">Rollcall</p></header>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text;
}

/** A message about invalid input; the field refers to it by `aria-describedby`. */
export function complaint(id: string, message: string | null): Html | null {
  return message === null ? null : html`<p class="complaint" id="${id}" role="alert">${message}</p>`;
}
