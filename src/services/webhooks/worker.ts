import { UndecipherableError } from '../../auth/encryption.js';
import { boolean, timestamptz } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import type { DeliveryStatus } from '../../domain/webhooks.js';
import type { WebhookOutcome, WebhookTransport } from '../../webhooks/transport.js';
import type { ServiceContext } from '../context/service-context.js';
import { type Claim, claimDue, release } from './claim.js';
import { storeOutcome } from './outcome.js';
import { readLog } from './read-log.js';
import { signingSecrets } from './secret.js';

/** How long a change waits at most until it is noticed. */
const POLL_MS = 1_000;
/** How long the answers are collected that make room for more. */
const ROOM_POLL_MS = 50;
/** The most requests that a process sends at the same time. */
const MOST_AT_ONCE = 200;
/** How long a stopping process waits for answers. */
const DRAIN_MS = 5_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How long deliveries are kept. */
export const KEPT_DAYS = 30;

export interface WebhookWorkerOptions {
  readonly send: WebhookTransport;
  /** Told when the database could not be used; the work is tried again. */
  onFault(error: unknown): void;
  /** Told the status of a delivery after each attempt. */
  onAttempt?(status: DeliveryStatus): void;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** How long a stopping worker waits for answers, in milliseconds. Absent: 5 seconds. */
  readonly drainMs?: number;
}

const ANY_ENABLED = statement({
  name: 'webhooks.anyEnabled',
  text: 'select exists (select from webhook where disabled_at is null) as enabled',
  parameters: {},
  columns: { enabled: boolean },
});

const DROP_OLD = statement({
  name: 'webhooks.dropOld',
  text: 'delete from webhook_delivery where created_at < $oldest',
  parameters: { oldest: timestamptz },
});

/**
 * Sends events to webhooks. Every process has a worker, and each delivery is claimed by one; deliveries of a process that
 * has died are taken over by another one within a minute.
 */
export class WebhookWorker {
  readonly #contextOf: () => ServiceContext;
  readonly #options: WebhookWorkerOptions;
  readonly #sending = new Map<Claim, Promise<void>>();
  readonly #aborting = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  #pass: Promise<void> | undefined;
  #maintained = 0;
  #isStopped = false;
  /** Whether an answer has come since the last pass began. */
  #hasRoom = false;

  /** @param contextOf makes a context of the platform itself, for one pass */
  constructor(contextOf: () => ServiceContext, options: WebhookWorkerOptions) {
    this.#contextOf = contextOf;
    this.#options = options;
  }

  /** Begins to look for work regularly. */
  start(): void {
    if (this.#isStopped) return;
    this.#timer = setTimeout(
      () => {
        this.#timer = undefined;
        this.#hasRoom = false;
        this.#pass = this.#work().finally(() => this.start());
      },
      this.#hasRoom ? ROOM_POLL_MS : POLL_MS,
    );
  }

  /** Looks for work sooner, because an answer has made room for more. */
  #hurry(): void {
    if (this.#hasRoom) return;
    this.#hasRoom = true;
    if (this.#timer === undefined) return;
    clearTimeout(this.#timer);
    this.start();
  }

  /** Does everything that is due now, and waits for the answers. @throws what the database throws */
  async run(): Promise<void> {
    do await this.#step(this.#contextOf());
    while (await this.#settled());
  }

  /** Waits for answers for a while, aborts the requests that are left, and gives them back to other processes. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#pass;
    const { drainMs = DRAIN_MS } = this.#options;
    const timer = setTimeout(() => this.#aborting.abort(), drainMs);
    await Promise.all(this.#sending.values());
    clearTimeout(timer);
  }

  /** @returns whether something was being sent */
  async #settled(): Promise<boolean> {
    const sending = [...this.#sending.values()];
    await Promise.all(sending);
    return sending.length > 0;
  }

  async #work(): Promise<void> {
    try {
      await this.#step(this.#contextOf());
    } catch (error) {
      this.#options.onFault(error);
    }
  }

  async #step(context: ServiceContext): Promise<void> {
    await this.#maintain(context);
    const found = await ANY_ENABLED.row(context.database, {});
    if (found?.enabled !== true) return;
    while ((await readLog(context)) && !this.#isStopped) await this.#claim(context);
    await this.#claim(context);
  }

  /** Starts to send what is due, as far as there is room. */
  async #claim(context: ServiceContext): Promise<void> {
    const room = MOST_AT_ONCE - this.#sending.size;
    if (room <= 0 || this.#isStopped) return;
    for (const claim of await claimDue(context, room)) {
      const sending = this.#send(context, claim)
        .catch((error) => this.#options.onFault(error))
        .finally(() => {
          this.#sending.delete(claim);
          this.#hurry();
        });
      this.#sending.set(claim, sending);
    }
  }

  async #send(context: ServiceContext, claim: Claim): Promise<void> {
    const at = context.clock();
    const outcome = await this.#outcomeOf(context, claim, at);
    if (outcome === undefined) return release(context, [claim]);
    const { random = Math.random } = this.#options;
    const status = await storeOutcome(context, claim, outcome, { at, random: random() });
    if (status !== undefined) this.#options.onAttempt?.(status);
  }

  async #outcomeOf(context: ServiceContext, claim: Claim, at: Date): Promise<WebhookOutcome | undefined> {
    try {
      const secrets = signingSecrets(context, claim);
      const { url, eventId: id, body } = claim;
      return await this.#options.send({ url, id, body, secrets, at }, this.#aborting.signal);
    } catch (error) {
      if (!(error instanceof UndecipherableError)) throw error;
      // An operator can mend it, until the last attempt.
      return {
        durationMs: 0,
        status: null,
        error: 'The secret of the webhook cannot be decrypted.',
        response: null,
        retryAfterMs: null,
        isGone: false,
      };
    }
  }

  /** Once an hour: deletes deliveries that are older than they are kept. */
  async #maintain({ database, clock }: ServiceContext): Promise<void> {
    const now = clock().getTime();
    if (Math.abs(now - this.#maintained) < HOUR_MS) return;
    this.#maintained = now;
    await DROP_OLD.rows(database, { oldest: new Date(now - KEPT_DAYS * DAY_MS) });
  }
}
