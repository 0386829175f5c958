import { setTimeout as wait } from 'node:timers/promises';
import type { UnavailableError } from '../domain/errors.js';
import { type DatabaseFailure, type FailureKind, failureOf, isConflict, unavailable } from './failure.js';
import { currentRequest } from './request-scope.js';

/** How long work is tried again while the database cannot be reached: longer than PostgreSQL takes to restart. */
const RETRY_MS = 2000;
const FIRST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 400;
/** How often work runs that loses against other transactions. */
const MOST_ATTEMPTS = 5;
/** The database is away when it has not answered for so long. */
const AWAY_AFTER_MS = 2000;
/** An episode is over when no request was refused for so long. */
const QUIET_MS: Readonly<Record<FailureKind, number>> = { AWAY: 2000, BUSY: 10_000, CLOSED: 10_000 };

/** What the log says of an episode: when it begins, and when it is over. */
export interface EpisodeEvents {
  onBegin(kind: FailureKind, reason: string): void;
  /** @param requests how many were refused */
  onEnd(kind: FailureKind, episode: { readonly requests: number; readonly seconds: number }): void;
}

export const SILENT: EpisodeEvents = { onBegin: () => undefined, onEnd: () => undefined };

/** How far an attempt has come. */
export interface Attempt {
  /** What was sent and may have been written: a statement, or `COMMIT`. */
  sent?: string;
}

export const COMMIT = 'commit';

const TOO_LATE = { kind: 'BUSY', reason: 'the request took too long' } as const;

interface Episode {
  readonly since: number;
  requests: number;
  last: number;
}

/** Knows whether the database works: repeats what can be repeated, refuses the rest, and tells each episode once. */
export class Availability {
  readonly #check: () => Promise<void>;
  readonly #events: EpisodeEvents;
  readonly #episodes = new Map<FailureKind, Episode>();
  /** When a check first failed, since the last one that did not. */
  #failingSince: number | undefined;
  readonly #counted = new WeakSet<object>();
  #isSuspect = false;
  #reason = '';

  /** @param check throws when the server does not answer */
  constructor(check: () => Promise<void>, events: EpisodeEvents) {
    this.#check = check;
    this.#events = events;
  }

  /** Whether the database has not answered for a while: then requests are refused at once. */
  get isAway(): boolean {
    return this.#failingSince !== undefined && performance.now() - this.#failingSince >= AWAY_AFTER_MS;
  }

  /**
   * Runs work on the database, again where that is safe and may help.
   * @param work sets `sent` before it sends what may be written
   * @param mayRepeat false when `work` depends on a connection that it has already
   * @throws UnavailableError when the database fails; what `work` throws otherwise
   */
  async ask<Result>(work: (attempt: Attempt) => Promise<Result>, mayRepeat = true): Promise<Result> {
    const started = performance.now();
    for (let tries = 1; ; tries += 1) {
      if (this.isAway) throw this.#refused({ kind: 'AWAY', reason: this.#reason });
      if (currentRequest()?.isLate() === true) throw this.#refused(TOO_LATE);
      const attempt: Attempt = {};
      try {
        return await work(attempt);
      } catch (error) {
        const failure = failureOf(error);
        if (failure === undefined) throw error;
        if (failure.kind === 'AWAY') this.suspect();
        const isRepeatable = mayRepeat && (failure.isRolledBack || writesNothing(attempt)) && !isOver();
        if (isRepeatable && isConflict(error) && tries < MOST_ATTEMPTS) continue;
        if (!isRepeatable || failure.kind !== 'AWAY' || performance.now() - started > RETRY_MS)
          throw this.#refused(failure);
        await wait(Math.min(FIRST_PAUSE_MS * 2 ** (tries - 1), LONGEST_PAUSE_MS));
      }
    }
  }

  /** Makes the next `tick` check the database. */
  suspect(): void {
    this.#isSuspect = true;
  }

  /** Called several times a second: checks a database that is suspect, and ends episodes. */
  async tick(): Promise<void> {
    if (this.#isSuspect || this.#failingSince !== undefined || this.#episodes.size > 0) await this.check();
  }

  /** @throws the driver's error when the database does not answer */
  async check(): Promise<void> {
    try {
      await this.#check();
    } catch (error) {
      const failure = failureOf(error);
      this.#reason = failure?.reason ?? String(error);
      // A server that has no connection left does answer.
      if (!(error instanceof Error && 'code' in error && error.code === '53300'))
        this.#failingSince ??= performance.now();
      throw error;
    }
    this.#isSuspect = false;
    this.#failingSince = undefined;
    this.#endEpisodes(performance.now());
  }

  #endEpisodes(now: number): void {
    for (const [kind, { since, requests, last }] of this.#episodes) {
      if (now - last < QUIET_MS[kind]) continue;
      this.#episodes.delete(kind);
      this.#events.onEnd(kind, { requests, seconds: Math.round((last - since) / 100) / 10 });
    }
  }

  /** Counts the present request once. @returns its refusal */
  #refused({ kind, reason }: Pick<DatabaseFailure, 'kind' | 'reason'>): UnavailableError {
    // What nobody waits for is no failure of the database.
    if (currentRequest()?.isGone() === true) return unavailable(kind);
    const now = performance.now();
    let episode = this.#episodes.get(kind);
    if (episode === undefined) {
      episode = { since: now, requests: 0, last: now };
      this.#episodes.set(kind, episode);
      this.#events.onBegin(kind, reason);
    }
    episode.last = now;
    const request = currentRequest()?.request;
    if (request !== undefined && !this.#counted.has(request)) {
      this.#counted.add(request);
      episode.requests += 1;
    }
    return unavailable(kind);
  }
}

/** Whether nothing that was sent can have been written. */
function writesNothing({ sent }: Attempt): boolean {
  return (
    sent === undefined ||
    (/^\s*(select|with)\b/i.test(sent) && !/\b(insert|update|delete|merge)\b/i.test(sent))
  );
}

/** Whether nobody waits for the present request any more, or its time is over. */
function isOver(): boolean {
  const request = currentRequest();
  return request !== undefined && (request.isGone() || request.isLate());
}
