import { escaped, oneLine } from './text.js';
import type { Mail } from './transport.js';

/** The contents of a mail with a sign-in link. */
export interface SignInLetter {
  readonly to: string;
  readonly url: string;
  /** The network address of the browser that requested the link. */
  readonly requestedFrom: string;
  /** A readable name of the browser that requested it. */
  readonly browser: string;
  readonly minutes: number;
}

export function signInMail({ to, url, requestedFrom, browser, minutes }: SignInLetter): Mail {
  const validity = `The link works once, for ${minutes} minutes.`;
  const origin = `It was requested from ${oneLine(requestedFrom)} with ${oneLine(browser)}. If that was not you, ignore this mail: nobody can sign in without it.`;
  return {
    to,
    subject: 'Sign in to Rollcall',
    text: `${[`Sign in to Rollcall: ${url}`, validity, origin].join('\n\n')}\n`,
    html: `<!doctype html>
<html lang="en"><body>
<p><a href="${escaped(url)}">Sign in to Rollcall</a></p>
<p>${escaped(validity)}</p>
<p>${escaped(origin)}</p>
</body></html>
`,
  };
}
