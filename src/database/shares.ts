import { NoConnectionError } from './failure.js';
import { currentRequest } from './request-scope.js';

/** Work outside requests. */
const OWN = '';

interface Waiting {
  readonly share: string;
  /** Grants the connection. */
  begin(): void;
}

/**
 * Divides the connections of the pool fairly: no workspace holds more than its share, and a connection that becomes free
 * goes to the waiting workspace that holds the fewest. So a workspace whose rows are locked does not delay the others.
 */
export class Shares {
  readonly #most: number;
  readonly #mostEach: number;
  readonly #waitMs: number;
  readonly #held = new Map<string, number>();
  #free: number;
  #waiting: Waiting[] = [];

  /**
   * @param connections how many there are to divide
   * @param sharePercent how many of them one workspace may hold
   * @param waitMs how long one waits for a connection; 0: for ever
   */
  constructor(connections: number, sharePercent: number, waitMs: number) {
    this.#most = Math.max(1, connections);
    this.#free = this.#most;
    this.#mostEach = Math.max(1, Math.floor((this.#most * sharePercent) / 100));
    this.#waitMs = waitMs;
  }

  /**
   * Waits for a connection of the present request's share.
   * @returns how to give it back
   * @throws NoConnectionError when there was none in time
   */
  take(): (() => void) | Promise<() => void> {
    const share = currentRequest()?.share ?? OWN;
    const giveBack = () => this.#giveBack(share);
    if (this.#mayBegin(share)) {
      this.#begin(share);
      return giveBack;
    }
    return new Promise((resolve, reject) => {
      const waiting: Waiting = {
        share,
        begin: () => {
          clearTimeout(timer);
          this.#begin(share);
          resolve(giveBack);
        },
      };
      const giveUp = () => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(new NoConnectionError());
      };
      const timer = this.#waitMs === 0 ? undefined : setTimeout(giveUp, this.#waitMs);
      this.#waiting.push(waiting);
    });
  }

  /** How many callers wait. */
  get waiting(): number {
    return this.#waiting.length;
  }

  #mayBegin(share: string): boolean {
    return this.#free > 0 && this.#heldBy(share) < this.#mostEach;
  }

  #begin(share: string): void {
    this.#free -= 1;
    this.#held.set(share, this.#heldBy(share) + 1);
  }

  #giveBack(share: string): void {
    this.#free += 1;
    const left = this.#heldBy(share) - 1;
    if (left === 0) this.#held.delete(share);
    else this.#held.set(share, left);
    this.#beginNext();
  }

  /** The first of those whose share holds the fewest connections. */
  #beginNext(): void {
    let next: Waiting | undefined;
    for (const one of this.#waiting) {
      const isBetter = next === undefined || this.#heldBy(one.share) < this.#heldBy(next.share);
      if (isBetter && this.#mayBegin(one.share)) next = one;
    }
    if (next === undefined) return;
    this.#waiting = this.#waiting.filter((one) => one !== next);
    next.begin();
  }

  #heldBy(share: string): number {
    return this.#held.get(share) ?? 0;
  }
}
