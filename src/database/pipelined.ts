import type { Client, ClientConfig } from 'pg';
import { PreparingClient } from './preparing-client.js';

/** Enough for all statements that a process can handle, and few enough that many statements share a write. */
export const PIPELINED_CONNECTIONS = 2;

/**
 * Runs statements that read a few rows by an index, in pipeline mode on shared connections. All statements of one turn of
 * the event loop go to the socket in one write, because a write costs as much as everything else about such a statement.
 * A statement waits for those before it on its connection, so slow statements, and statements that write, must not run here.
 */
export class PipelinedReads {
  readonly #config: ClientConfig;
  readonly #connections: (PreparingClient | undefined)[] = Array.from({ length: PIPELINED_CONNECTIONS });
  #turn = 0;

  /** @param config where the database is; connections are opened when they are needed */
  constructor(config: ClientConfig) {
    this.#config = config;
  }

  async rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    this.#turn = (this.#turn + 1) % PIPELINED_CONNECTIONS;
    const client = this.#connections[this.#turn] ?? this.#connect(this.#turn);
    writeAtOnce(client);
    const { rows } = await (client as Client).query(text, [...values]);
    return rows;
  }

  /** Waits for running statements. Later statements connect again. */
  async close(): Promise<void> {
    const open = this.#connections.splice(
      0,
      PIPELINED_CONNECTIONS,
      ...Array.from({ length: PIPELINED_CONNECTIONS }, () => undefined),
    );
    await Promise.all(open.map((client) => client?.end()));
  }

  /** The open connections. */
  clients(): readonly PreparingClient[] {
    return this.#connections.filter((client) => client !== undefined);
  }

  #connect(place: number): PreparingClient {
    const client: PreparingClient = new PreparingClient({ ...this.#config, pipeline: true });
    this.#connections[place] = client;
    // Running statements reject on their own; the next statement opens another connection.
    const giveUp = () => {
      if (this.#connections[place] === client) this.#connections[place] = undefined;
    };
    client.on('error', giveUp);
    client.on('end', giveUp);
    client.connect().catch(giveUp);
    return client;
  }
}

/** Holds back writes to the connection until the end of this turn of the event loop. */
function writeAtOnce({ connection: { stream } }: Client): void {
  if (stream.writableCorked > 0) return;
  stream.cork();
  setImmediate(() => stream.uncork());
}
