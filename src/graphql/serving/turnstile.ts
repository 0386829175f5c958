import { performance } from 'node:perf_hooks';

const TICK_MS = 10;
/** How many answers of streams go out in a tick of a process that has time, and of one that is busy: about a tenth of it. */
const MOST = 80;
const MOST_WHEN_BUSY = 12;
/** The share of its time from which a process is busy. */
const BUSY = 0.6;

/**
 * Spaces the answers of all streams of a process, so that entries that many follow delay no requests: who has to wait for
 * its turn gets its entries later, and all of them.
 */
export class Turnstile {
  #left = MOST;
  readonly #waiting: (() => void)[] = [];
  #timer: NodeJS.Timeout | undefined;
  #since = performance.eventLoopUtilization();

  /** Resolves when an answer may go out, in the order of the calls. */
  async pass(): Promise<void> {
    this.#timer ??= this.#start();
    if (this.#left > 0) this.#left -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  #start(): NodeJS.Timeout {
    this.#since = performance.eventLoopUtilization();
    return setInterval(() => this.#tick(), TICK_MS);
  }

  #tick(): void {
    const { utilization } = performance.eventLoopUtilization(this.#since);
    this.#since = performance.eventLoopUtilization();
    const most = utilization > BUSY ? MOST_WHEN_BUSY : MOST;
    const going = this.#waiting.splice(0, most);
    const isIdle = going.length === 0 && this.#left === most;
    this.#left = most - going.length;
    for (const go of going) go();
    if (!isIdle) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
  }
}
