import { performance } from 'node:perf_hooks';

const TICK_MS = 10;
/** The most answers that all streams send in a tick; fewer when the process is busy, which takes about 5 % of its time. */
const MOST = 80;
const MOST_WHEN_BUSY = 12;
/** The event loop's utilization from which a process is busy. */
const BUSY = 0.6;

/**
 * Limits how many answers the streams of a process send in a time, so that requests are not delayed by an entry that many
 * clients follow. Answers above the limit are sent later, in order; none is dropped.
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
