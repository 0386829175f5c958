import { escaped, oneLine } from './text.js';
import type { Mail } from './transport.js';

/** Tells an owner or admin that removals by the identity provider are paused (rule 64). */
export interface BrakeLetter {
  readonly to: string;
  readonly workspaceName: string;
  readonly removed: number;
  readonly minutes: number;
}

export function brakeMail({ to, workspaceName, removed, minutes }: BrakeLetter): Mail {
  const name = oneLine(workspaceName);
  const sentences = [
    `The identity provider has removed ${removed} members of the workspace ${name} within ${minutes} minutes, and continues.`,
    'Further removals are paused. Everything else works, and the identity provider tries again by itself.',
    'If the removals are intended, release the brake in Rollcall under Provisioning. If not, correct the identity provider, ' +
      'and undo the removals there.',
  ];
  const html = sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n');
  return {
    to,
    subject: `Removals paused in ${name}`,
    text: `${sentences.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${html}\n</body></html>\n`,
  };
}
