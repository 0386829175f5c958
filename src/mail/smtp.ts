import { createTransport } from 'nodemailer';
import type { Mail, MailTransport } from './transport.js';

/** A mail server that does not answer is a failed mail, and not one that waits for ever. */
const PATIENCE_MS = 15_000;
const MOST_CONNECTIONS = 5;

/**
 * Sends through a mail server, over a few connections that are kept.
 * @param url `smtp://user:password@host:port`, or `smtps://`; options of nodemailer may stand in its query
 * @param from the sender: an address, or `Name <address>`
 */
export function smtpTransport(url: string, from: string): MailTransport {
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: MOST_CONNECTIONS,
      connectionTimeout: PATIENCE_MS,
      greetingTimeout: PATIENCE_MS,
      socketTimeout: PATIENCE_MS,
      // Mails are made of text of ours; nothing in them may name a file or a URL to be read.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    async send({ to, ...mail }: Mail) {
      // As an object it is one address, whatever signs of a list are in it.
      await transport.sendMail({ ...mail, to: { name: '', address: to } });
    },
    close: () => transport.close(),
  };
}
