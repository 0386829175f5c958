import { escaped, oneLine } from './text.js';
import type { Mail } from './transport.js';

/** The contents of an invitation mail. */
export interface InvitationLetter {
  readonly to: string;
  readonly workspaceName: string;
  readonly invitedBy: string;
  readonly token: string;
  /** The secret whose hash is the token, for the server's own invitation page. */
  readonly mailed: string;
  readonly expiresAt: Date;
}

/**
 * @param url the page that accepts the invitation; null when none is configured, so that the mail has only the token
 */
export function invitationMail(letter: InvitationLetter, url: string | null): Mail {
  const { to, token } = letter;
  const workspaceName = oneLine(letter.workspaceName);
  const invitedBy = oneLine(letter.invitedBy);
  const until = letter.expiresAt.toISOString().slice(0, 10);
  const subject = `Invitation to ${workspaceName}`;
  const greeting = `${invitedBy} invites you to the workspace ${workspaceName}.`;
  const terms = `The invitation is valid until ${until}, and only for ${to}. If you did not expect it, ignore this mail.`;
  const text = [
    greeting,
    url === null ? `Your invitation: ${token}` : `Accept the invitation: ${url}`,
    ...(url === null ? [] : [`If the page asks for the token of the invitation: ${token}`]),
    terms,
  ].join('\n\n');
  const html = [
    `<p>${escaped(greeting)}</p>`,
    ...(url === null ? [] : [`<p><a href="${escaped(url)}">Accept the invitation</a></p>`]),
    `<p>${url === null ? 'Your invitation:' : 'If the page asks for the token of the invitation:'} <code>${escaped(token)}</code></p>`,
    `<p>${escaped(terms)}</p>`,
  ].join('\n');
  return {
    to,
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${html}\n</body></html>\n`,
  };
}
