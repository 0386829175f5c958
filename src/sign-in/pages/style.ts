import { hash } from 'node:crypto';

/** Light and dark follow the system. The contrast is at least 4.5 to 1 for text and 3 to 1 for borders of fields. */
export const STYLE = `
:root {
  color-scheme: light dark;
  --page: #f4f5f7;
  --card: #ffffff;
  --text: #16191f;
  --soft: #525a68;
  --line: #d5d9e0;
  --field: #7a8290;
  --accent: #2450c8;
  --on-accent: #ffffff;
  --accent-strong: #1b3f9f;
  --bad: #a51d1d;
}
@media (prefers-color-scheme: dark) {
  :root {
    --page: #12151a;
    --card: #1b1f27;
    --text: #eef0f4;
    --soft: #b0b7c3;
    --line: #343b47;
    --field: #8891a0;
    --accent: #9db7ff;
    --on-accent: #0c1530;
    --accent-strong: #c2d2ff;
    --bad: #ff9d96;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0;
  min-height: 100vh;
  background: var(--page);
  color: var(--text);
  font: 1rem/1.5 system-ui, -apple-system, "Segoe UI", Roboto, sans-serif;
}
header, main { width: min(28rem, 100% - 2rem); margin-inline: auto; }
header { padding-block: 2rem 0.75rem; }
main {
  margin-block-end: 3rem;
  padding: clamp(1.25rem, 5vw, 2rem);
  background: var(--card);
  border: 1px solid var(--line);
  border-radius: 0.75rem;
  overflow-wrap: anywhere;
}
.brand { margin: 0; font-weight: 650; letter-spacing: 0.01em; }
h1 { margin: 0 0 1rem; font-size: 1.375rem; line-height: 1.25; }
h2 { margin: 2rem 0 0.75rem; font-size: 1rem; }
h3 { margin: 1rem 0 0.5rem; font-size: 0.875rem; color: var(--soft); font-weight: 600; }
p { margin: 0 0 1rem; }
form { margin: 0 0 1rem; }
label { display: block; margin-block-end: 0.25rem; font-weight: 600; }
input {
  display: block;
  width: 100%;
  margin-block-end: 1rem;
  padding: 0.6rem 0.75rem;
  font: inherit;
  color: inherit;
  background: var(--card);
  border: 1px solid var(--field);
  border-radius: 0.5rem;
}
input[aria-invalid="true"] { border-color: var(--bad); }
button, .button {
  display: block;
  width: 100%;
  padding: 0.6rem 0.75rem;
  font: inherit;
  font-weight: 600;
  text-align: center;
  text-decoration: none;
  color: var(--on-accent);
  background: var(--accent);
  border: 1px solid transparent;
  border-radius: 0.5rem;
  cursor: pointer;
}
button:hover, .button:hover { background: var(--accent-strong); }
button.plain {
  color: var(--text);
  background: transparent;
  border-color: var(--field);
  font-weight: 400;
}
button.plain:hover { background: var(--page); }
a { color: var(--accent); }
a.button { color: var(--on-accent); }
:focus-visible { outline: 3px solid var(--accent); outline-offset: 2px; }
.soft { color: var(--soft); font-size: 0.9375rem; }
.complaint { color: var(--bad); font-weight: 600; }
.code { font: 600 1.75rem/1.4 ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; letter-spacing: 0.1em; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
code { font-family: ui-monospace, SFMono-Regular, Menlo, Consolas, monospace; font-size: 0.9375rem; }
.people { list-style: none; margin: 0; padding: 0; display: grid; gap: 0.5rem; }
.people form { margin: 0; }
.people button { text-align: start; }
.people button span { display: block; }
.foot { margin: 1.5rem 0 0; padding-block-start: 1rem; border-block-start: 1px solid var(--line); }
dl { margin: 0 0 1rem; display: grid; grid-template-columns: auto 1fr; gap: 0.25rem 1rem; }
dt { color: var(--soft); }
dd { margin: 0; }
@media (prefers-reduced-motion: no-preference) { button, .button { transition: background-color 120ms; } }
@media (forced-colors: active) { button, .button { border-color: ButtonText; } }
`;

/** The name changes with the content, so browsers may cache it forever. */
const NAME = hash('sha256', STYLE).slice(0, 16);

export const STYLE_URL = `/sign-in/assets/${NAME}.css`;

export const ICON = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32"><rect width="32" height="32" rx="7" fill="#2450c8"/><path d="M9 17l5 5 9-12" fill="none" stroke="#fff" stroke-width="3.5" stroke-linecap="round" stroke-linejoin="round"/></svg>`;
