import type { Pool, PoolClient } from 'pg';
import { Availability, type EpisodeEvents } from './availability.js';
import { ControlConnection } from './control-connection.js';
import type { PrimaryConfig } from './hosts.js';
import type { DatabaseLimits } from './limits.js';
import { PipelinedReads } from './pipelined.js';
import { PreparingClient } from './preparing-client.js';
import { Shares } from './shares.js';

/** One connection of the pool listens (`listening.ts`). */
const LISTENING_CONNECTIONS = 1;
const SWEEP_MS = 500;
/** PostgreSQL ends a statement itself at its time-out; after this much more it is taken for a server that stands still. */
const GRACE_MS = 1000;
/** A statement that takes so long makes us ask whether the server answers at all. */
const DOUBTFUL_MS = 2000;
/** The statement of a client that has gone may run so long, so that short ones finish. */
const UNWANTED_MS = 1000;
/** How long a connection may take to close. */
const CLOSE_MS = 2000;

/** A connection of the pool that one piece of work has to itself. */
export interface TakenConnection {
  readonly client: PoolClient;
  /** @param fault closes the connection */
  giveBack(fault?: Error): void;
}

/** All connections of a process to the database. Nothing waits on them for longer than the limits allow. */
export class Connections {
  readonly pipelined: PipelinedReads;
  readonly availability: Availability;
  readonly #pool: Pool;
  readonly #limits: DatabaseLimits;
  readonly #isPooled: boolean;
  readonly #shares: Shares;
  readonly #control: ControlConnection;
  readonly #clients = new Set<PreparingClient>();
  /** Those that somebody has taken from the pool. */
  readonly #taken = new Set<PoolClient>();
  readonly #sweeper: NodeJS.Timeout;

  constructor(pool: Pool, limits: DatabaseLimits, events: EpisodeEvents) {
    this.#pool = pool;
    this.#limits = limits;
    // A spread does not copy the password, which is not enumerable.
    const config: PrimaryConfig = { ...pool.options, password: pool.options.password };
    this.#isPooled = config.pooler !== undefined;
    this.pipelined = new PipelinedReads(config);
    this.#control = new ControlConnection(config);
    this.availability = new Availability(() => this.#control.check(), events);
    const connections = pool.options.max - LISTENING_CONNECTIONS;
    this.#shares = new Shares(connections, limits.sharePercent, limits.waitMs);
    // Not at `connect`: the pool may have connections already.
    pool.on('acquire', (client) => this.#acquired(client));
    pool.on('release', (_error, client) => this.#taken.delete(client));
    this.#sweeper = setInterval(() => void this.#sweep(), SWEEP_MS);
    this.#sweeper.unref();
  }

  /** The names of the migrations that the database has, asked on the connection of its own. */
  appliedMigrations(): Promise<string[]> {
    return this.#control.appliedMigrations();
  }

  /** How many callers wait for a connection. */
  get waiting(): number {
    return this.#shares.waiting + this.#pool.waitingCount;
  }

  /** Runs work that takes one connection from the pool itself, within the share of the present request. */
  async within<Result>(work: () => Promise<Result>): Promise<Result> {
    const giveBack = await this.#shares.take();
    try {
      return await work();
    } finally {
      giveBack();
    }
  }

  /** Takes a connection within the share of the present request, until it is given back. */
  async take(): Promise<TakenConnection> {
    const giveBack = await this.#shares.take();
    try {
      const client = await this.#pool.connect();
      return {
        client,
        giveBack: (fault) => {
          // One that has broken meanwhile is no longer ours.
          if (this.#taken.has(client)) client.release(fault);
          giveBack();
        },
      };
    } catch (error) {
      giveBack();
      throw error;
    }
  }

  /** Closes all of them, also when the server does not answer. */
  async close(closePool: () => Promise<void>): Promise<void> {
    clearInterval(this.#sweeper);
    const impatience = setTimeout(() => {
      for (const client of this.#all()) client.abandon();
    }, CLOSE_MS);
    try {
      await this.pipelined.close();
      await closePool();
      await this.#control.close();
    } finally {
      clearTimeout(impatience);
    }
  }

  #acquired(client: PoolClient): void {
    this.#taken.add(client);
    if (!(client instanceof PreparingClient) || this.#clients.has(client)) return;
    this.#clients.add(client);
    client.once('end', () => {
      this.#clients.delete(client);
      // Kysely does not return a connection whose transaction it cannot roll back: the pool would be one smaller for ever.
      setImmediate(() => {
        if (this.#taken.has(client)) client.release(true);
      });
    });
  }

  #all(): readonly PreparingClient[] {
    return [...this.#clients, ...this.pipelined.clients()];
  }

  /** Ends statements that have taken too long, or for which nobody waits. */
  async #sweep(): Promise<void> {
    const { statementMs } = this.#limits;
    const unwanted: number[] = [];
    let isDoubtful = false;
    for (const client of this.#all()) {
      const waited = client.waitedMs();
      const { request } = client;
      const isUnwanted =
        request !== undefined && (request.isLate() || (request.isGone() && waited > UNWANTED_MS));
      if (waited > 0 && isUnwanted && client.processId !== undefined) {
        // The server rolls back what it cancels; closing the connection would let it go on. The id that PgBouncer gives is
        // not that of the server's process.
        if (this.#isPooled || client.noteCancel() > GRACE_MS) client.abandon();
        else unwanted.push(client.processId);
      } else if (statementMs > 0 && waited > statementMs + GRACE_MS) client.abandon();
      else if (waited > DOUBTFUL_MS) isDoubtful = true;
    }
    if (isDoubtful) this.availability.suspect();
    if (unwanted.length > 0) this.#control.cancel(unwanted).catch(() => undefined);
    await this.availability.tick().catch(() => this.#abandonDoubtful());
  }

  /** What waits for a server that is away fails now, not at its time-out. */
  #abandonDoubtful(): void {
    if (!this.availability.isAway) return;
    for (const client of this.#all()) if (client.waitedMs() > DOUBTFUL_MS) client.abandon();
  }
}
