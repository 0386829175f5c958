import { setTimeout as wait } from 'node:timers/promises';
import { escapeIdentifier, type Pool, type PoolClient } from 'pg';

const AGAIN_AFTER_MS = 500;

/**
 * The functions that are called at notifications, by channel.
 * @param payload the text of the notification; undefined when notifications may have been missed
 */
export type Heard = Readonly<Record<string, (payload: string | undefined) => void>>;

/**
 * Listens to the notifications of all processes on some channels, on one connection of the pool. When the connection is
 * lost it opens another one, and calls back for every channel, because it may have missed notifications in the meantime.
 */
export class Listening {
  readonly #pool: Pool;
  readonly #heard: Heard;
  readonly #ending = new AbortController();
  #client: PoolClient | undefined;
  #lost: Promise<void> = Promise.resolve();

  private constructor(pool: Pool, heard: Heard) {
    this.#pool = pool;
    this.#heard = heard;
  }

  /**
   * Starts to listen.
   * @throws the driver's error when it cannot connect
   */
  static async on(pool: Pool, heard: Heard): Promise<Listening> {
    const listening = new Listening(pool, heard);
    await listening.#connect();
    return listening;
  }

  /** Closes the connection. Call it before the pool is closed, which would wait for the connection. */
  async stop(): Promise<void> {
    this.#ending.abort();
    // Closed, not returned to the pool, where it would still listen.
    this.#client?.release(true);
    this.#client = undefined;
    await this.#lost;
  }

  async #connect(): Promise<void> {
    const client = await this.#pool.connect();
    client.on('notification', ({ channel, payload }) => this.#heard[channel]?.(payload ?? ''));
    client.on('error', () => this.#reconnect(client));
    client.on('end', () => this.#reconnect(client));
    try {
      for (const channel of Object.keys(this.#heard))
        await client.query(`listen ${escapeIdentifier(channel)}`);
    } catch (error) {
      client.release(true);
      throw error;
    }
    if (this.#ending.signal.aborted) return client.release(true);
    this.#client = client;
  }

  /** Called twice for one broken connection: at `error` and at `end`. */
  #reconnect(client: PoolClient): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    client.release(true);
    this.#lost = this.#connectAgain();
  }

  async #connectAgain(): Promise<void> {
    while (!this.#ending.signal.aborted) {
      try {
        await wait(AGAIN_AFTER_MS, undefined, { signal: this.#ending.signal });
        await this.#connect();
        for (const heard of Object.values(this.#heard)) heard(undefined);
        return;
      } catch {
        // The database cannot be reached, which requests report, or `stop` was called. The loop ends in both cases.
      }
    }
  }
}
