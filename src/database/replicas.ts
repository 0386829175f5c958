import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError, Pool } from 'pg';
import type { Sql } from './database.js';
import { PreparingClient } from './preparing-client.js';

/** How long a read waits for a replica that is a little behind, in all. */
const PATIENCE_MS = 50;
const POLL_MS = 2;
/** How long one is left alone that could not be used. */
const REST_MS = 1000;
/** One that cannot be reached must not keep reads for as long as the network has patience. */
const CONNECT_LIMIT_MS = 1000;

/** The classes of PostgreSQL's error codes that say that a server can do no more: resources, intervention, system. */
const SERVER_FAULT = /^(53|57|58)/;

const POSITION = 'select pg_current_wal_insert_lsn()::text as position';

/** A server that follows nobody has stopped to be a copy, or never was one: nothing can be said of what it knows. */
const HAS_REACHED = `
  select pg_is_in_recovery() as "isReplica", coalesce(pg_last_wal_replay_lsn() >= $1::pg_lsn, false) as "isThere"`;

interface Replica {
  readonly host: string;
  readonly pool: Pool;
  restsUntil: number;
}

/** Copies of the database that follow it (streaming replication), for reads that nothing is written by. */
export class Replicas {
  readonly #primary: Sql;
  readonly #replicas: readonly Replica[];
  readonly #onFault: (reason: string, host: string) => void;
  #turn = 0;

  /**
   * @param urls `postgresql://` URLs; nothing is connected before it is needed
   * @param poolSize the most connections to each
   * @param onFault told why a replica is left alone for a while
   */
  constructor(
    primary: Sql,
    urls: readonly string[],
    poolSize: number,
    onFault: (reason: string, host: string) => void,
  ) {
    this.#primary = primary;
    this.#onFault = onFault;
    this.#replicas = urls.map((url) => {
      const pool = new Pool({
        connectionString: url,
        max: poolSize,
        connectionTimeoutMillis: CONNECT_LIMIT_MS,
        Client: PreparingClient,
      });
      const { host } = new URL(url);
      // A connection that breaks while nobody uses it: whoever asks next finds out.
      pool.on('error', () => undefined);
      return { host, pool, restsUntil: 0 };
    });
  }

  /**
   * Where to read what has been committed until now, by whichever process: a replica, once it has come as far as the
   * primary is at this moment, or else the primary itself.
   */
  async caughtUp(): Promise<Sql> {
    const replica = this.#next();
    if (replica === undefined) return this.#primary;
    try {
      const [primary] = await this.#primary.rows<{ position: string }>(POSITION, []);
      const reason = await whyNot(replica, primary?.position ?? '');
      if (reason === undefined) return { rows: (text, values) => this.#rows(replica, text, values) };
      this.#leave(replica, reason);
    } catch (error) {
      this.#leave(replica, reasonOf(error));
    }
    return this.#primary;
  }

  async close(): Promise<void> {
    await Promise.all(this.#replicas.map(({ pool }) => pool.end()));
  }

  /** One after the other, without those that rest. */
  #next(): Replica | undefined {
    const now = performance.now();
    const usable = this.#replicas.filter(({ restsUntil }) => restsUntil <= now);
    this.#turn += 1;
    return usable[this.#turn % usable.length];
  }

  #leave(replica: Replica, reason: string): void {
    replica.restsUntil = performance.now() + REST_MS;
    this.#onFault(reason, replica.host);
  }

  /**
   * What the replica cannot answer, the primary does, which knows as much and more: also where replication had to take
   * away what the statement looked at (40001).
   */
  async #rows<Row>(replica: Replica, text: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      const { rows } = await replica.pool.query(text, [...values]);
      return rows;
    } catch (error) {
      const isAnswer = error instanceof DatabaseError && !SERVER_FAULT.test(error.code ?? '');
      if (!isAnswer) this.#leave(replica, reasonOf(error));
      return this.#primary.rows<Row>(text, values);
    }
  }
}

/** @returns why the replica cannot be used now; undefined once it has come to the position */
async function whyNot({ pool }: Replica, position: string): Promise<string | undefined> {
  for (const limit = performance.now() + PATIENCE_MS; ; await wait(POLL_MS)) {
    const { rows } = await pool.query<{ isReplica: boolean; isThere: boolean }>(HAS_REACHED, [position]);
    const [{ isReplica, isThere } = { isReplica: false, isThere: false }] = rows;
    if (!isReplica) return 'it is not a replica';
    if (isThere) return undefined;
    if (performance.now() > limit) return 'it is behind';
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
