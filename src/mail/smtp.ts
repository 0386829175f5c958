import { createTransport } from 'nodemailer';
import type { Mail, MailTransport } from './transport.js';

/** The timeout for the mail server's responses. */
const TIMEOUT_MS = 15_000;
const MOST_CONNECTIONS = 5;

/**
 * Sends mails through a mail server, with a small pool of connections.
 * @param url `smtp://user:password@host:port`, or `smtps://`; its query may contain options of nodemailer
 * @param from the sender: an address, or `Name <address>`
 */
export function smtpTransport(url: string, from: string): MailTransport {
  const transport = createTransport(
    {
      url,
      pool: true,
      maxConnections: MOST_CONNECTIONS,
      connectionTimeout: TIMEOUT_MS,
      greetingTimeout: TIMEOUT_MS,
      socketTimeout: TIMEOUT_MS,
      // A mail never attaches a file or URL by reference.
      disableFileAccess: true,
      disableUrlAccess: true,
    },
    { from },
  );
  return {
    async send({ to, ...mail }: Mail) {
      // As an object, the address is a single one even if it contains a comma.
      const message = { ...mail, to: { name: '', address: to } };
      // In base64, the mailer could not find the credentials of a mail that the server quotes.
      await transport.sendMail({ ...message, textEncoding: 'quoted-printable' }).catch(withoutLogin);
    },
    close: () => transport.close(),
  };
}

/** A server may quote the login that it refuses. @throws always */
function withoutLogin(error: unknown): never {
  if (error instanceof Error && 'code' in error && error.code === 'EAUTH')
    throw new Error('The mail server refused the login of SMTP_URL.');
  throw error;
}
