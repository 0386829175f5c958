import { setTimeout as wait } from 'node:timers/promises';
import { escapeIdentifier, type Pool, type PoolClient } from 'pg';

const AGAIN_AFTER_MS = 500;

/**
 * Hears what any process notifies on a channel. It holds one of the pool's connections. When that is lost there will be
 * another, and what may have been missed meanwhile counts as heard.
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
   * Listens from now on.
   * @param heard called at every notification
   * @throws the driver's error when there is no connection to be had now
   */
  static async on(pool: Pool, channel: string, heard: () => void): Promise<Listening> {
    const listening = new Listening(pool, channel, heard);
    await listening.#connect();
    return listening;
  }

  /** Gives the connection back. To be called before the pool is closed, which would wait for it. */
  async stop(): Promise<void> {
    this.#ending.abort();
    // Not to the pool: it would go on to hear for whoever got it next.
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

  /** A connection that breaks says so twice. */
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
        // The database is away, or it is over: who asks it is told so, and this goes on until either ends.
      }
    }
  }
}
