import type { Client, ClientConfig } from 'pg';
import { PreparingClient } from './preparing-client.js';

/** Enough for as many lookups as a process has time for, few enough for them to go together. */
export const LOOK_UP_CONNECTIONS = 2;

/**
 * Answers statements that find a row or a few by an index. They share connections, and what is asked in one turn of the
 * event loop is written at once: to write to a socket costs as much as everything else of such a statement. Each waits
 * for those before it, so nothing that takes its time may be asked here, and nothing that writes.
 */
export class LookUps {
  readonly #config: ClientConfig;
  readonly #connections: (Client | undefined)[] = Array.from({ length: LOOK_UP_CONNECTIONS });
  #turn = 0;

  /** @param config where the database is; nothing is connected before it is needed */
  constructor(config: ClientConfig) {
    this.#config = config;
  }

  async rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    this.#turn = (this.#turn + 1) % LOOK_UP_CONNECTIONS;
    const client = this.#connections[this.#turn] ?? this.#connect(this.#turn);
    writeAtOnce(client);
    const { rows } = await client.query(text, [...values]);
    return rows;
  }

  /** Waits for what has been asked. Whoever asks later connects again. */
  async close(): Promise<void> {
    const open = this.#connections.splice(
      0,
      LOOK_UP_CONNECTIONS,
      ...Array.from({ length: LOOK_UP_CONNECTIONS }, () => undefined),
    );
    await Promise.all(open.map((client) => client?.end()));
  }

  #connect(place: number): Client {
    const client: Client = new PreparingClient({ ...this.#config, pipeline: true });
    this.#connections[place] = client;
    // Whatever was asked is told by its own promise; who comes next gets another connection.
    const giveUp = () => {
      if (this.#connections[place] === client) this.#connections[place] = undefined;
    };
    client.on('error', giveUp);
    client.on('end', giveUp);
    client.connect().catch(giveUp);
    return client;
  }
}

/** Holds back what is written to the connection until the event loop has seen to everybody who has something to ask. */
function writeAtOnce({ connection: { stream } }: Client): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
