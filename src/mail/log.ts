import type { Logger } from 'pino';
import type { Mail, MailTransport } from './transport.js';

/** For development: shows mails in the log, with their links, and sends none. The only place where a link is logged. */
export function logTransport(logger: Pick<Logger, 'info'>): MailTransport {
  return {
    async send({ to, subject, text }: Mail) {
      logger.info({ to, subject, text }, 'a mail that is not sent: this is development');
    },
    close: () => undefined,
  };
}
