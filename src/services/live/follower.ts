import { DomainError } from '../../domain/errors.js';
import type { Feed } from './feed.js';
import type { Logged, Position, Start } from './log.js';

/** How long a follower waits after a database error until it asks again. */
const AGAIN_AFTER_MS = 500;
/** The longest time of a timer of Node.js. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export interface Permission {
  /** The caller's own member; null for operators and keys. */
  readonly memberId: string | null;
  /** For how long the credential is valid as things are, in milliseconds; null when no end of it is known. */
  readonly endsInMs: number | null;
}

/**
 * Follows a feed for one client: it returns one entry after the other, at the client's speed, and keeps only its place in
 * the log. When the client's permission may have changed, it is checked before the next entry is returned.
 */
export class Follower<Entry> implements AsyncIterableIterator<Entry> {
  readonly #feed: Feed<Entry>;
  readonly #check: () => Promise<Permission>;
  readonly #onEnd: () => void;
  #permission: Permission;
  #position: Position;
  readonly #passed: Set<Position>;
  /** Entries that are shared with other followers. */
  #next: readonly Logged<Entry>[] = [];
  #taken = 0;
  #isDoubtful = false;
  #checking: Promise<void> | undefined;
  #failure: Error | undefined;
  /** Ends the present pause. */
  #wake: () => void = () => undefined;
  #isEnded = false;
  #credentialEnd: NodeJS.Timeout | undefined;

  /**
   * @param start the place behind which it begins, and the entries that it passes over
   * @param check tells whether the caller may still follow. @throws DomainError otherwise
   * @param onEnd called once
   */
  constructor(
    feed: Feed<Entry>,
    start: Start,
    permission: Permission,
    check: () => Promise<Permission>,
    onEnd: () => void,
  ) {
    this.#feed = feed;
    this.#position = start.position;
    this.#passed = new Set(start.passed);
    this.#permission = permission;
    this.#check = check;
    this.#onEnd = onEnd;
    this.#expectEnd();
  }

  get workspaceId(): string {
    return this.#feed.workspaceId;
  }

  get memberId(): string | null {
    return this.#permission.memberId;
  }

  /** Whether the permission may have changed. */
  get isDoubtful(): boolean {
    return this.#isDoubtful;
  }

  /** Returns no further entry until the permission has been checked. */
  doubt(): void {
    this.#isDoubtful = true;
  }

  /** Checks the permission if it is doubtful. Without permission the follower ends; after a database error it is still doubtful. */
  async settleDoubt(): Promise<void> {
    // A check that is under way may have been asked before the change that raised the doubt.
    await this.#checking;
    if (!this.#isDoubtful || this.#isEnded) return;
    this.#checking ??= this.#checkNow().finally(() => {
      this.#checking = undefined;
    });
    await this.#checking;
  }

  async #checkNow(): Promise<void> {
    this.#isDoubtful = false;
    try {
      this.#permission = await this.#check();
      this.#expectEnd();
    } catch (error) {
      if (error instanceof DomainError) this.#end(error);
      else this.#isDoubtful = true;
    }
  }

  /** Checks the permission when the credential ends, of which nothing tells; a session may have been used since. */
  #expectEnd(): void {
    clearTimeout(this.#credentialEnd);
    const { endsInMs } = this.#permission;
    if (endsInMs === null || this.#isEnded) return;
    // The database's clock decides, and may be behind.
    const ms = endsInMs > 0 ? Math.min(endsInMs, LONGEST_TIMER_MS) : AGAIN_AFTER_MS;
    this.#credentialEnd = setTimeout(() => {
      this.doubt();
      void this.settleDoubt();
    }, ms).unref();
  }

  /**
   * The next entry; waits for it.
   * @throws DomainError when the caller may follow no longer
   */
  async next(): Promise<IteratorResult<Entry, undefined>> {
    while (!this.#isEnded) {
      const { end } = this.#feed;
      if (this.#taken === this.#next.length) await this.#read();
      await this.settleDoubt();
      if (this.#isEnded) break;
      if (this.#isDoubtful) await this.#pause(AGAIN_AFTER_MS);
      else {
        const next = this.#next[this.#taken];
        if (next !== undefined) {
          this.#taken += 1;
          this.#position = next.position;
          if (this.#passed.delete(next.position)) continue;
          return { done: false, value: next.entry };
        }
        // There may be more since.
        if (this.#feed.end === end) await this.#pause();
      }
    }
    const failure = this.#failure;
    this.#failure = undefined;
    if (failure !== undefined) throw failure;
    return { done: true, value: undefined };
  }

  async #read(): Promise<void> {
    this.#taken = 0;
    this.#next = [];
    while (!this.#isEnded) {
      try {
        this.#next = await this.#feed.after(this.#position);
        return;
      } catch {
        // Requests report that the database is down. The follower continues at its place afterwards.
        await this.#pause(AGAIN_AFTER_MS);
      }
    }
  }

  /** Waits until the feed has more, the time is over or this ends. */
  #pause(mostMs?: number): Promise<void> {
    const { waiting } = this.#feed;
    return new Promise((resolve) => {
      const timer = mostMs === undefined ? undefined : setTimeout(() => this.#wake(), mostMs);
      this.#wake = () => {
        clearTimeout(timer);
        waiting.delete(this.#wake);
        resolve();
      };
      if (mostMs === undefined) waiting.add(this.#wake);
    });
  }

  #end(failure?: Error): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    clearTimeout(this.#credentialEnd);
    this.#failure = failure;
    this.#next = [];
    this.#taken = 0;
    this.#wake();
    this.#onEnd();
  }

  /** Ends with an error that is thrown at the next step. */
  async throw(error: Error): Promise<IteratorResult<Entry, undefined>> {
    this.#end(error);
    return { done: true, value: undefined };
  }

  async return(): Promise<IteratorResult<Entry, undefined>> {
    this.#end();
    return { done: true, value: undefined };
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
