import { type InvitationLetter, invitationMail } from './invitation-mail.js';
import type { MailTransport } from './transport.js';

/** Receives the result of a mail: null when it was sent, or the reason why not. */
export type DeliveryReport = (error: string | null) => Promise<void>;

export interface MailerOptions {
  /** Undefined: no mail can be sent. */
  readonly transport: MailTransport | undefined;
  /** Where invitations are accepted, with `{token}` in it; undefined when not configured. */
  readonly invitationUrl: string | undefined;
  /** Called with the reason why a mail was not sent, without its content. */
  onFailure(reason: string): void;
  /** Called when the result of a mail could not be reported. */
  onFault(error: unknown): void;
}

const MOST_AT_ONCE = 5;
/** How long a stopping server waits for queued mails. */
const DRAIN_MS = 10_000;
const LONGEST_ERROR = 500;

/** Sends invitations in the background, so that a request does not wait for the mail server. */
export class Mailer {
  readonly #transport: MailTransport | undefined;
  readonly #invitationUrl: string | undefined;
  readonly #onFailure: MailerOptions['onFailure'];
  readonly #onFault: MailerOptions['onFault'];
  readonly #waiting: (() => Promise<void>)[] = [];
  #sending = 0;
  #idle = Promise.withResolvers<void>();

  constructor({ transport, invitationUrl, onFailure, onFault }: MailerOptions) {
    this.#transport = transport;
    this.#invitationUrl = invitationUrl;
    this.#onFailure = onFailure;
    this.#onFault = onFault;
    this.#idle.resolve();
  }

  /** Whether mails are sent. */
  get sends(): boolean {
    return this.#transport !== undefined;
  }

  /** The URL at which an invitation is accepted; null when not configured. */
  urlOf(token: string): string | null {
    return this.#invitationUrl?.replaceAll('{token}', encodeURIComponent(token)) ?? null;
  }

  /** Queues an invitation. @param report receives the result */
  invite(letter: InvitationLetter, report: DeliveryReport): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    if (this.#isIdle()) this.#idle = Promise.withResolvers();
    this.#waiting.push(async () => {
      const mail = invitationMail(letter, this.urlOf(letter.token));
      const error = await transport.send(mail).then(
        () => null,
        (fault: unknown) => {
          const reason = reasonOf(fault, letter.token);
          this.#onFailure(reason);
          return reason;
        },
      );
      await report(error);
    });
    this.#next();
  }

  /** Waits for queued mails, up to a limit, and closes the transport. */
  async stop(): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, DRAIN_MS);
    await Promise.race([this.idle(), timeout.promise]);
    clearTimeout(timer);
    this.#waiting.length = 0;
    this.#transport?.close();
  }

  /** Resolves once no mail is queued or being sent. */
  idle(): Promise<void> {
    return this.#idle.promise;
  }

  #isIdle(): boolean {
    return this.#sending === 0 && this.#waiting.length === 0;
  }

  #next(): void {
    while (this.#sending < MOST_AT_ONCE) {
      const send = this.#waiting.shift();
      if (send === undefined) break;
      this.#sending += 1;
      send()
        .catch(this.#onFault)
        .finally(() => {
          this.#sending -= 1;
          this.#next();
        });
    }
    if (this.#isIdle()) this.#idle.resolve();
  }
}

/** The mail server's message in one line, without the token, which a server may quote. */
function reasonOf(fault: unknown, token: string): string {
  const text = fault instanceof Error ? fault.message : String(fault);
  return text
    .replaceAll(token, '…')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, LONGEST_ERROR)
    .toWellFormed();
}
