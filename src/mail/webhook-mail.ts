import { escaped, oneLine } from './text.js';
import type { Mail } from './transport.js';

/** Tells an owner or admin that a webhook was disabled. */
export interface WebhookLetter {
  readonly to: string;
  readonly workspaceName: string;
  readonly url: string;
  /** Whether the receiver has answered that it takes no events any more. */
  readonly isGone: boolean;
}

export function webhookMail({ to, workspaceName, url, isGone }: WebhookLetter): Mail {
  const name = oneLine(workspaceName);
  const sentences = [
    `Rollcall has disabled a webhook of the workspace ${name}: ${oneLine(url)}`,
    isGone
      ? 'Its receiver has answered 410 Gone, which means that it takes no events any more.'
      : 'Every attempt to send an event to it has failed for five days.',
    'In Rollcall, under Webhooks, see why the attempts failed. When the receiver works again, enable the webhook there ' +
      'and replay what it has missed.',
  ];
  const html = sentences.map((sentence) => `<p>${escaped(sentence)}</p>`).join('\n');
  return {
    to,
    subject: `Webhook disabled in ${name}`,
    text: `${sentences.join('\n\n')}\n`,
    html: `<!doctype html>\n<html lang="en"><body>\n${html}\n</body></html>\n`,
  };
}
