import type { Database } from '../../database/database.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import type { ScimRequest } from '../../model/scim-request.js';
import { settledTimes } from '../audit/settled.js';
import { placeAt } from './audit-log.js';
import type { Feed } from './feed.js';
import type { Feeds } from './feeds.js';
import type { Position } from './log.js';
import { SCIM_LOG_END } from './scim-log.js';

/** Called with the places between which a workspace's audit log has new entries, before followers can take them. */
type OnAudit = (workspaceId: string, after: Position, until: Position) => Promise<void>;

/** How long after a hint a log is read, so that several hints cost one reading. */
const READ_AFTER_MS = 10;
/** How long until a log is read again whose newest entries may belong to transactions under way. */
const UNSETTLED_MS = 100;
/** The shortest time between two readings: each asks for the locks of the whole database. */
const READ_EVERY_MS = 100;
/** How long until it is read again when the database did not answer. */
const AGAIN_AFTER_MS = 500;

/**
 * Reads feeds when they may have new entries. The audit log is read up to the place before which no entry can be committed
 * any more (`settledTimes`), and again until that place is behind the hint: so no entry is missed, nor its order changed.
 */
export class Reader {
  readonly #database: Database;
  readonly #onFault: (error: unknown) => void;
  readonly #onAudit: OnAudit;
  /** With the database's time up to which the log must be complete; null: the time at which it is read first. */
  #audit = new Map<Feed<AuditEntry>, string | null>();
  #scim = new Set<Feed<ScimRequest>>();
  #timer: NodeJS.Timeout | undefined;
  #reading: Promise<void> = Promise.resolve();
  #readAt = 0;
  #isStopped = false;

  /**
   * @param onFault called when a log could not be read; it is read again
   */
  constructor(database: Database, onFault: (error: unknown) => void, onAudit: OnAudit) {
    this.#database = database;
    this.#onFault = onFault;
    this.#onAudit = onAudit;
  }

  readAudit(feed: Feed<AuditEntry> | undefined): void {
    if (feed === undefined) return;
    this.#audit.set(feed, null);
    this.#schedule(READ_AFTER_MS);
  }

  readScim(feed: Feed<ScimRequest> | undefined): void {
    if (feed === undefined) return;
    this.#scim.add(feed);
    this.#schedule(READ_AFTER_MS);
  }

  /** Reads those that have news, in two statements for all. */
  look(audit: Feeds<AuditEntry>, scim: Feeds<ScimRequest>): void {
    this.#reading = this.#reading
      .then(async () => {
        if (this.#isStopped) return;
        for (const feed of await audit.withNews()) this.readAudit(feed);
        for (const feed of await scim.withNews()) this.readScim(feed);
      })
      .catch(this.#onFault);
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#reading;
  }

  #schedule(ms: number): void {
    if (this.#isStopped) return;
    const delay = Math.max(ms, this.#readAt + READ_EVERY_MS - performance.now());
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#readAt = performance.now();
      this.#reading = this.#reading.then(() => this.#read());
    }, delay);
  }

  async #read(): Promise<void> {
    const [audit, scim] = [this.#audit, this.#scim];
    this.#audit = new Map();
    this.#scim = new Set();
    try {
      for (const feed of scim) await feed.look(SCIM_LOG_END);
      if (audit.size > 0) await this.#readAudit(audit);
    } catch (error) {
      this.#onFault(error);
      for (const feed of scim) this.#scim.add(feed);
      for (const [feed, time] of audit) if (!this.#audit.has(feed)) this.#audit.set(feed, time);
      if (!this.#isStopped) this.#schedule(AGAIN_AFTER_MS);
    }
  }

  async #readAudit(feeds: ReadonlyMap<Feed<AuditEntry>, string | null>): Promise<void> {
    const { settled, now } = await settledTimes(this.#database);
    for (const [feed, time] of feeds) {
      await feed.look(placeAt(settled), (after, until) => this.#onAudit(feed.workspaceId, after, until));
      const completeAt = time ?? now;
      if (settled < completeAt && !this.#audit.has(feed)) this.#audit.set(feed, completeAt);
    }
    if (this.#audit.size > 0) this.#schedule(UNSETTLED_MS);
  }
}
