import { setTimeout as wait } from 'node:timers/promises';
import { escapeIdentifier, type Pool, type PoolClient } from 'pg';

const AGAIN_AFTER_MS = 500;

/**
 * Listens to the notifications of all processes on a channel, on a connection of the pool. When the connection is lost
 * it opens another one, and calls back as if notified, because it may have missed notifications in the meantime.
 */
export class Listening {
  readonly #pool: Pool;
  readonly #channel: string;
  readonly #heard: () => void;
  readonly #ending = new AbortController();
  #client: PoolClient | undefined;
  #lost: Promise<void> = Promise.resolve();

  private constructor(pool: Pool, channel: string, heard: () => void) {
    this.#pool = pool;
    this.#channel = channel;
    this.#heard = heard;
  }

  /**
   * Starts to listen.
   * @param heard called at every notification
   * @throws the driver's error when it cannot connect
   */
  static async on(pool: Pool, channel: string, heard: () => void): Promise<Listening> {
    const listening = new Listening(pool, channel, heard);
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
    client.on('notification', this.#heard);
    client.on('error', () => this.#reconnect(client));
    client.on('end', () => this.#reconnect(client));
    try {
      await client.query(`listen ${escapeIdentifier(this.#channel)}`);
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
        this.#heard();
        return;
      } catch {
        // The database cannot be reached, which requests report, or `stop` was called. The loop ends in both cases.
      }
    }
  }
}
