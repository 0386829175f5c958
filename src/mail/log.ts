import type { Logger } from 'pino';
import type { Mail, MailTransport } from './transport.js';

/** Logs mails, with their links, instead of sending them, for development. No other code logs a link. */
export function logTransport(logger: Pick<Logger, 'info'>): MailTransport {
  return {
    async send({ to, subject, text }: Mail) {
      logger.info({ to, subject, text }, 'mail not sent: development mode');
    },
    close: () => undefined,
  };
}
