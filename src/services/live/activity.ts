import type { Database } from '../../database/database.js';
import type { Heard } from '../../database/listening.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import type { ScimRequest } from '../../model/scim-request.js';
import { ACTIVITY_CHANNEL, hintsIn } from '../context/activity-hints.js';
import { AUDIT_LOG, changedBetween } from './audit-log.js';
import { Doubts } from './doubts.js';
import { Feeds } from './feeds.js';
import { Follower, type Permission } from './follower.js';
import type { Start } from './log.js';
import { Reader } from './reader.js';
import { SCIM_LOG } from './scim-log.js';

/** How often all logs are looked at: a hint may be lost. */
const LOOK_MS = 5_000;
/** How many streams a session or key may have in one process, and how many there are all together. */
export const MOST_OF_HOLDER = 20;
const MOST_STREAMS = 10_000;

/** A request to follow a log. */
export interface Following {
  readonly workspaceId: string;
  /** The id of the last entry that the caller has; null: from now on. */
  readonly after: string | null;
  /** The session or key, whose streams are counted. */
  readonly holder: string;
  readonly permission: Permission;
  /** Tells whether the caller may still follow. @throws DomainError otherwise */
  check(): Promise<Permission>;
}

/** All followers of logs in this process. A log is read once, however many follow it. */
export class Activity {
  readonly #database: Database;
  readonly #audit: Feeds<AuditEntry>;
  readonly #scim: Feeds<ScimRequest>;
  readonly #reader: Reader;
  readonly #doubts = new Doubts();
  readonly #streams = new Map<string, number>();
  #streamCount = 0;
  readonly #looking: NodeJS.Timeout;

  /** @param onFault told when logs could not be read; they are read again */
  constructor(database: Database, onFault: (error: unknown) => void) {
    this.#database = database;
    this.#audit = new Feeds(database, AUDIT_LOG);
    this.#scim = new Feeds(database, SCIM_LOG);
    this.#reader = new Reader(database, onFault, async (workspaceId, after, until) => {
      const memberIds = this.#doubts.memberIds(workspaceId);
      const changed = await changedBetween(database, workspaceId, after, until, memberIds);
      this.#doubts.raisedBy(workspaceId, changed);
    });
    this.#looking = setInterval(() => this.#look(), LOOK_MS).unref();
  }

  /** What to do at hints of other processes, and of this one. */
  readonly heard: Heard = {
    [ACTIVITY_CHANNEL]: (payload) => {
      if (payload === undefined) this.#look();
      else for (const { kind, workspaceId } of hintsIn(payload)) this.#hint(kind, workspaceId);
    },
  };

  /** The audit entries of a workspace, as they are committed. @throws DomainError as `#follow` does */
  followAudit(following: Following): Promise<Follower<AuditEntry>> {
    return this.#follow(this.#audit, following);
  }

  /** The SCIM requests of a workspace, as they are recorded. @throws DomainError as `#follow` does */
  followScim(following: Following): Promise<Follower<ScimRequest>> {
    return this.#follow(this.#scim, following);
  }

  /** Checks every permission again: a session, a key or settings of a workspace have changed. */
  checkAll(): void {
    this.#doubts.raise();
  }

  /** Stops reading and checking. Call it after the streams have ended, before the database is closed. */
  async stop(): Promise<void> {
    clearInterval(this.#looking);
    this.#doubts.stop();
    await this.#reader.stop();
  }

  /**
   * @returns the entries behind `after`
   * @throws DomainError RATE_LIMITED; INVALID_INPUT for an `after` that is not in the log
   */
  async #follow<Entry>(
    feeds: Feeds<Entry>,
    { workspaceId, after, holder, permission, check }: Following,
  ): Promise<Follower<Entry>> {
    const uncount = this.#count(holder);
    // The audit log tells when permissions change, whichever log is followed.
    const used = [this.#audit.use(workspaceId), feeds.use(workspaceId)] as const;
    const release = () => {
      for (const { release } of used) release();
      uncount();
    };
    try {
      const [, feed] = await Promise.all([used[0].loading, used[1].loading]);
      // The feed may not have read yet what was committed until now.
      const start = await (after === null
        ? feeds.log.start(this.#database, workspaceId)
        : this.#startBehind(feeds, workspaceId, after));
      const follower = new Follower(feed, start, permission, check, () => {
        this.#doubts.forget(follower);
        release();
      });
      this.#doubts.watch(follower);
      // The permission may have changed since it was checked.
      follower.doubt();
      return follower;
    } catch (error) {
      release();
      throw error;
    }
  }

  async #startBehind<Entry>({ log }: Feeds<Entry>, workspaceId: string, id: string): Promise<Start> {
    const position = isId(id) ? await log.positionOf(this.#database, workspaceId, id) : undefined;
    if (position !== undefined) return { position, passed: [] };
    throw new DomainError('INVALID_INPUT', 'after is not the id of an entry of this log.', {
      attribute: 'after',
      hint: 'Send the id of the last entry that you have. Without after, the stream begins now: read the list for what was before.',
    });
  }

  /** @returns what to call when the stream has ended. @throws DomainError RATE_LIMITED */
  #count(holder: string): () => void {
    const streams = this.#streams.get(holder) ?? 0;
    if (streams >= MOST_OF_HOLDER || this.#streamCount >= MOST_STREAMS) {
      throw new DomainError('RATE_LIMITED', 'There are too many subscriptions already.', {
        hint: `A session or key may have ${MOST_OF_HOLDER} at once. End one that is not needed, or share one.`,
        retryAfterSeconds: 10,
      });
    }
    this.#streams.set(holder, streams + 1);
    this.#streamCount += 1;
    return () => {
      const left = (this.#streams.get(holder) ?? 1) - 1;
      if (left === 0) this.#streams.delete(holder);
      else this.#streams.set(holder, left);
      this.#streamCount -= 1;
    };
  }

  #hint(kind: 'AUDIT' | 'SCIM', workspaceId: string): void {
    if (kind === 'AUDIT') this.#reader.readAudit(this.#audit.of(workspaceId));
    else this.#reader.readScim(this.#scim.of(workspaceId));
  }

  #look(): void {
    for (const feeds of [this.#audit, this.#scim]) for (const feed of feeds.all()) feed.forget();
    this.#reader.look(this.#audit, this.#scim);
  }
}
