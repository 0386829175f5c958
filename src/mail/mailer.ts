import { type BrakeLetter, brakeMail } from './brake-mail.js';
import { type InvitationLetter, invitationMail } from './invitation-mail.js';
import { type SignInLetter, signInMail } from './sign-in-mail.js';
import type { Mail, MailTransport } from './transport.js';
import { type WebhookLetter, webhookMail } from './webhook-mail.js';

/** Receives the result of a mail: null when it was sent, else the reason for the failure. */
export type DeliveryReport = (error: string | null) => Promise<void>;

export interface MailerOptions {
  /** Undefined when no mail can be sent. */
  readonly transport: MailTransport | undefined;
  /** The customer's page for accepting invitations, which contains `{token}`; undefined for the server's own page. */
  readonly invitationUrl: string | undefined;
  /** The origin of the server's own pages; undefined when not configured. */
  readonly pagesUrl?: string | undefined;
  /** Called with the reason why a mail was not sent; the reason contains nothing of the mail. */
  onFailure(reason: string): void;
  /** Called when the result of a mail could not be reported. */
  onFault(error: unknown): void;
}

const MOST_AT_ONCE = 5;
/** How long a stopping server waits for queued mails. */
const DRAIN_MS = 10_000;
const STOPPED_BEFORE = 'The server stopped before it sent this mail.';
const STOPPED_DURING = 'The server stopped while it sent this mail, which may have arrived.';
const LONGEST_ERROR = 500;

/** Sends mails in the background, so that a request does not wait for the mail server. */
export class Mailer {
  readonly #transport: MailTransport | undefined;
  readonly #invitationUrl: string | undefined;
  readonly #pagesUrl: string | undefined;
  readonly #onFailure: MailerOptions['onFailure'];
  readonly #onFault: MailerOptions['onFault'];
  readonly #waiting: (() => Promise<void>)[] = [];
  /** The mails being sent; each function ends one with a reason. */
  readonly #sending = new Set<(reason: string) => void>();
  #busy = 0;
  #isStopped = false;
  #idle = Promise.withResolvers<void>();

  constructor({ transport, invitationUrl, pagesUrl, onFailure, onFault }: MailerOptions) {
    this.#transport = transport;
    this.#invitationUrl = invitationUrl;
    this.#pagesUrl = pagesUrl;
    this.#onFailure = onFailure;
    this.#onFault = onFault;
    this.#idle.resolve();
  }

  /** Whether the mailer can send mails. */
  get sends(): boolean {
    return this.#transport !== undefined;
  }

  /** The URL of the page that accepts an invitation; null when none is configured. */
  urlOf(token: string): string | null {
    const url = this.#invitationUrl ?? (this.#pagesUrl && `${this.#pagesUrl}/invitation/{token}`);
    return url?.replaceAll('{token}', encodeURIComponent(token)) ?? null;
  }

  /** Queues an invitation. @param report receives the result */
  invite(letter: InvitationLetter, report: DeliveryReport): void {
    const url =
      this.#invitationUrl === undefined
        ? this.#pagesUrl && `${this.#pagesUrl}/invitation/${letter.mailed}`
        : this.urlOf(letter.token);
    this.#send(invitationMail(letter, url ?? null), report);
  }

  /** Queues a sign-in link. Its delivery is not reported: that would show whether the address is known. */
  sendSignInLink(letter: SignInLetter): void {
    this.#send(signInMail(letter), () => Promise.resolve());
  }

  /** Queues a warning that removals are paused. Its delivery is not reported: the audit log records the pause. */
  warnOfRemovals(letter: BrakeLetter): void {
    this.#send(brakeMail(letter), () => Promise.resolve());
  }

  /** Queues the news that a webhook was disabled. Its delivery is not reported: the audit log records the change. */
  tellOfDisabledWebhook(letter: WebhookLetter): void {
    this.#send(webhookMail(letter), () => Promise.resolve());
  }

  #send(mail: Mail, report: DeliveryReport): void {
    const transport = this.#transport;
    if (transport === undefined) return;
    if (this.#isIdle()) this.#idle = Promise.withResolvers();
    this.#waiting.push(async () => {
      await report(this.#isStopped ? STOPPED_BEFORE : await this.#resultOf(transport.send(mail)));
    });
    this.#next();
  }

  async #resultOf(sent: Promise<void>): Promise<string | null> {
    const { promise, resolve } = Promise.withResolvers<string | null>();
    this.#sending.add(resolve);
    sent.then(
      () => resolve(null),
      (fault: unknown) => {
        const reason = reasonOf(fault);
        this.#onFailure(reason);
        resolve(reason);
      },
    );
    try {
      return await promise;
    } finally {
      this.#sending.delete(resolve);
    }
  }

  /** Waits for queued mails, up to a limit, reports the others as failed, and closes the transport. */
  async stop(): Promise<void> {
    const timeout = Promise.withResolvers<void>();
    const timer = setTimeout(timeout.resolve, DRAIN_MS);
    await Promise.race([this.idle(), timeout.promise]);
    clearTimeout(timer);
    this.#isStopped = true;
    const left = this.#sending.size + this.#waiting.length;
    if (left > 0) this.#onFailure(`the server stopped before ${left} mails were sent`);
    for (const giveUp of this.#sending) giveUp(STOPPED_DURING);
    this.#transport?.close();
    await this.idle();
  }

  /** Resolves once no mail is queued or being sent. */
  idle(): Promise<void> {
    return this.#idle.promise;
  }

  #isIdle(): boolean {
    return this.#busy === 0 && this.#waiting.length === 0;
  }

  #next(): void {
    while (this.#busy < MOST_AT_ONCE) {
      const send = this.#waiting.shift();
      if (send === undefined) break;
      this.#busy += 1;
      send()
        .catch(this.#onFault)
        .finally(() => {
          this.#busy -= 1;
          this.#next();
        });
    }
    if (this.#isIdle()) this.#idle.resolve();
  }
}

/**
 * The beginning of every credential. A server that quotes the mail may break it anywhere: at a soft line break of
 * quoted-printable text, and at a line of its own reply, which begins with the status.
 */
const FROM_CREDENTIAL = new RegExp(`${[...'rollcall_'].join('(?:=?\\s+(?:\\d{3}[ -])?)?')}.*`, 's');

/** Returns the mail server's message as one line, up to the first credential: a server may quote the mail, and reports are stored. */
function reasonOf(fault: unknown): string {
  const text = fault instanceof Error ? fault.message : String(fault);
  return text
    .replace(FROM_CREDENTIAL, '…')
    .toWellFormed()
    .replace(/[\p{Cc}\p{Zl}\p{Zp}]+/gu, ' ')
    .slice(0, LONGEST_ERROR)
    .toWellFormed();
}
