import { setTimeout as wait } from 'node:timers/promises';
import { DatabaseError, Pool } from 'pg';
import { boolean, text } from './column-types.js';
import { rowsOn, type Sql } from './database.js';
import { connectionParameters, type DatabaseLimits } from './limits.js';
import { PreparingClient } from './preparing-client.js';
import { statement } from './statement.js';

/** How long a read waits for a replica that lags. */
const PATIENCE_MS = 50;
const POLL_MS = 2;
/** How long a replica is skipped after a failure. */
const REST_MS = 1000;
/** Shorter than the network's own timeout, so that an unreachable replica does not delay reads. */
const CONNECT_LIMIT_MS = 1000;

/** The classes of error codes of a server that cannot serve: insufficient resources, operator intervention, system error. */
const SERVER_FAULT = /^(53|57|58)/;

const POSITION = statement({
  name: 'replicas.position',
  text: 'select pg_current_wal_insert_lsn()::text as position',
  parameters: {},
  columns: { position: text },
});

/** A server that is not in recovery is no longer a replica, and may lack any number of commits. */
const HAS_REACHED = statement({
  name: 'replicas.hasReached',
  text: `
    select pg_is_in_recovery() as "isReplica",
      coalesce(pg_last_wal_replay_lsn() >= $position::text::pg_lsn, false) as "isThere"`,
  parameters: { position: text },
  columns: { isReplica: boolean, isThere: boolean },
});

interface Replica {
  readonly host: string;
  readonly pool: Pool;
  restsUntil: number;
}

/** Streaming replicas of the database, for requests that write nothing. */
export class Replicas {
  readonly #primary: Sql;
  readonly #replicas: readonly Replica[];
  readonly #onFault: (reason: string, host: string) => void;
  #turn = 0;

  /**
   * @param urls `postgresql://` URLs; connections are opened when they are needed
   * @param poolSize the most connections to each
   * @param limits how long statements may take, before the primary is asked
   * @param onFault called with the reason when a replica cannot be used
   */
  constructor(
    primary: Sql,
    urls: readonly string[],
    poolSize: number,
    limits: DatabaseLimits,
    onFault: (reason: string, host: string) => void,
  ) {
    this.#primary = primary;
    this.#onFault = onFault;
    this.#replicas = urls.map((url) => {
      const pool = new Pool({
        connectionString: url,
        max: poolSize,
        ...connectionParameters(limits, false),
        query_timeout: limits.statementMs,
        connectionTimeoutMillis: CONNECT_LIMIT_MS,
        Client: PreparingClient,
      });
      const { host } = new URL(url);
      // An idle connection that breaks is noticed by the next statement.
      pool.on('error', () => undefined);
      return { host, pool, restsUntil: 0 };
    });
  }

  /**
   * Returns a database that has all commits up to now: a replica that has replayed the primary's current position, or
   * else the primary.
   */
  async caughtUp(): Promise<Sql> {
    const replica = this.#next();
    if (replica === undefined) return this.#primary;
    try {
      const primary = await POSITION.row(this.#primary, {});
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

  /** The next usable replica, in rotation. */
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

  /** The primary executes what the replica cannot, such as a statement that conflicts with replication (40001). */
  async #rows<Row>(replica: Replica, text: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      return await sqlOf(replica.pool).rows<Row>(text, values);
    } catch (error) {
      const isAnswer = error instanceof DatabaseError && !SERVER_FAULT.test(error.code ?? '');
      if (!isAnswer) this.#leave(replica, reasonOf(error));
      return this.#primary.rows<Row>(text, values);
    }
  }
}

function sqlOf(pool: Pool): Sql {
  return { rows: (text, values) => rowsOn(pool, text, values) };
}

/** Waits until a replica has reached a position. @returns why it cannot be used now; undefined when it can */
async function whyNot({ pool }: Replica, position: string): Promise<string | undefined> {
  for (const limit = performance.now() + PATIENCE_MS; ; await wait(POLL_MS)) {
    const row = await HAS_REACHED.row(sqlOf(pool), { position });
    const { isReplica, isThere } = row ?? { isReplica: false, isThere: false };
    if (!isReplica) return 'it is not a replica';
    if (isThere) return undefined;
    if (performance.now() > limit) return 'it is behind';
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
