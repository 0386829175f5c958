import type { Mail } from './transport.js';

/** The contents of an invitation mail. */
export interface InvitationLetter {
  readonly to: string;
  readonly workspaceName: string;
  readonly invitedBy: string;
  readonly token: string;
  readonly expiresAt: Date;
}

/** @param url where the invitation is accepted; null when it is not configured: the mail has the token only */
export function invitationMail(letter: InvitationLetter, url: string | null): Mail {
  const { to, token } = letter;
  // A line break in a name must not begin a new header or paragraph.
  const workspaceName = oneLine(letter.workspaceName);
  const invitedBy = oneLine(letter.invitedBy);
  const until = letter.expiresAt.toISOString().slice(0, 10);
  const subject = `Invitation to ${workspaceName}`;
  const greeting = `${invitedBy} invites you to the workspace ${workspaceName}.`;
  const terms = `The invitation is good until ${until}, and only for ${to}. If you did not expect it, ignore this mail.`;
  const text = [
    greeting,
    url === null ? `Your invitation: ${token}` : `Accept the invitation: ${url}`,
    ...(url === null ? [] : [`If you are asked for it, the invitation itself is ${token}`]),
    terms,
  ].join('\n\n');
  const html = [
    `<p>${escaped(greeting)}</p>`,
    ...(url === null ? [] : [`<p><a href="${escaped(url)}">Accept the invitation</a></p>`]),
    `<p>${url === null ? 'Your invitation:' : 'If you are asked for it, the invitation itself is'} <code>${escaped(token)}</code></p>`,
    `<p>${escaped(terms)}</p>`,
  ].join('\n');
  return {
    to,
    subject,
    text: `${text}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${html}\n</body></html>\n`,
  };
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ');
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (sign) => ENTITIES[sign] ?? sign);
}
