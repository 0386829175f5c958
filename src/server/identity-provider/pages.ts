import { type Html, html } from '../../sign-in/pages/html.js';
import type { ProviderPerson } from './person.js';

/** The page on which a person chooses who to sign in as. */
export function peoplePage(uid: string, people: readonly ProviderPerson[]): string {
  return frame(
    'Who are you?',
    html`<p>This is the development identity provider. Everybody can be anybody here.</p>
<form method="post" action="/interaction/${uid}">
${people.map(
  ({
    subject,
    name,
    email,
  }) => html`<p><button name="subject" value="${subject}">${name} (${email})</button></p>
`,
)}
<p><button name="subject" value="">Decline</button></p>
</form>`,
  );
}

/** @param form the form that signs out, as oidc-provider makes it */
export function signOutPage(form: string): string {
  const withButton = form.replace(
    '</form>',
    '<button name="logout" value="yes" autofocus>Sign out</button></form>',
  );
  return frame('Sign out of the development identity provider?', html``).replace(
    '</main>',
    `${withButton}</main>`,
  );
}

/** The page after signing out, when the request names no other page. */
export function signedOutPage(): string {
  return frame('Signed out', html`<p>You are signed out of the development identity provider.</p>`);
}

/** The page of a request that the provider cannot answer. */
export function errorPage(error: string, description: string): string {
  return frame('The sign-in cannot go on', html`<p>${error}: ${description}</p>`);
}

function frame(title: string, body: Html): string {
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${title}</title>
</head>
<body>
<main>
<h1>${title}</h1>
${body}
</main>
</body>
</html>
`.text;
}
