import { type InvitationLetter, invitationMail } from './invitation-mail.js';
import type { MailTransport } from './transport.js';

/** What became of a mail: null, or why it was not sent. */
export type DeliveryReport = (error: string | null) => Promise<void>;

export interface MailerOptions {
  /** Undefined: nothing can be sent. */
  readonly transport: MailTransport | undefined;
  /** Where invitations are accepted, with `{token}` in it; undefined: nobody has said. */
  readonly invitationUrl: string | undefined;
  /** Told why a mail was not sent, without anything of its content. */
  onFailure(reason: string): void;
  /** Told when what became of a mail could not be reported. */
  onFault(error: unknown): void;
}

const MOST_AT_ONCE = 5;
/** How long mails that wait may take once the server stops. */
const DRAIN_MS = 10_000;
const LONGEST_ERROR = 500;

/** Sends invitations in the background: whoever invites does not wait for a mail server. */
export class Mailer {
  readonly #transport: MailTransport | undefined;
  readonly #invitationUrl: string | undefined;
  readonly #onFailure: MailerOptions['onFailure'];
  readonly #onFault: MailerOptions['onFault'];
  readonly #waiting: (() => Promise<void>)[] = [];
  #underWay = 0;
  #idle = Promise.withResolvers<void>();

  constructor({ transport, invitationUrl, onFailure, onFault }: MailerOptions) {
    this.#transport = transport;
    this.#invitationUrl = invitationUrl;
    this.#onFailure = onFailure;
    this.#onFault = onFault;
    this.#idle.resolve();
  }

  /** Whether mails go anywhere. */
  get sends(): boolean {
    return this.#transport !== undefined;
  }

  /** Where an invitation is accepted; null where the configuration does not say. */
  urlOf(token: string): string | null {
    return this.#invitationUrl?.replaceAll('{token}', encodeURIComponent(token)) ?? null;
  }

  /** Puts an invitation into the queue. @param report told what became of it */
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

  /** Sends what waits, for as long as that may take, and closes the transport. */
  async stop(): Promise<void> {
    const patience = Promise.withResolvers<void>();
    const timer = setTimeout(patience.resolve, DRAIN_MS);
    await Promise.race([this.idle(), patience.promise]);
    clearTimeout(timer);
    this.#waiting.length = 0;
    this.#transport?.close();
  }

  /** Resolves once nothing waits and nothing is under way. */
  idle(): Promise<void> {
    return this.#idle.promise;
  }

  #isIdle(): boolean {
    return this.#underWay === 0 && this.#waiting.length === 0;
  }

  #next(): void {
    while (this.#underWay < MOST_AT_ONCE) {
      const send = this.#waiting.shift();
      if (send === undefined) break;
      this.#underWay += 1;
      send()
        .catch(this.#onFault)
        .finally(() => {
          this.#underWay -= 1;
          this.#next();
        });
    }
    if (this.#isIdle()) this.#idle.resolve();
  }
}

/** The mail server's words, in one line; a server that quotes the mail does not get the token into the database. */
function reasonOf(fault: unknown, token: string): string {
  const text = fault instanceof Error ? fault.message : String(fault);
  return text
    .replaceAll(token, '…')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, LONGEST_ERROR)
    .toWellFormed();
}
