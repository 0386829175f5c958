import { type Client, DatabaseError, type QueryResultRow } from 'pg';
import { PrimaryClient, type PrimaryConfig } from './hosts.js';

/** How many connections of a process this is. */
export const CONTROL_CONNECTIONS = 1;

/** How long the server may take to accept the connection, and to answer. */
const DEADLINE_MS = 1500;

/**
 * A connection of its own for asking how the server is, and for cancelling statements, while all others are in use. It is
 * opened when it is first used, and again after it broke.
 */
export class ControlConnection {
  readonly #config: PrimaryConfig;
  #client: Client | undefined;
  #last: Promise<unknown> = Promise.resolve();
  #checking: Promise<void> | undefined;

  /** @param config where the database is */
  constructor(config: PrimaryConfig) {
    this.#config = {
      ...config,
      password: config.password,
      connectionTimeoutMillis: DEADLINE_MS,
      query_timeout: DEADLINE_MS,
      ...(config.pooler === undefined && { statement_timeout: DEADLINE_MS }),
    };
  }

  /**
   * Checks that the server answers; those who ask at the same time share one check.
   * @throws the driver's error when it does not, within three seconds
   */
  check(): Promise<void> {
    this.#checking ??= this.#ask('select 1', [])
      .then(() => undefined)
      .finally(() => {
        this.#checking = undefined;
      });
    return this.#checking;
  }

  /** Cancels the statements of connections that nobody waits for any more. */
  async cancel(processIds: readonly number[]): Promise<void> {
    await this.#ask('select pg_cancel_backend(id) from unnest($1::integer[]) id', [processIds]);
  }

  /** The names of the migrations that the database has; none when it has no such table. */
  async appliedMigrations(): Promise<string[]> {
    try {
      const rows = await this.#ask<{ name: string }>('select name from mikro_orm_migrations', []);
      return rows.map(({ name }) => name);
    } catch (error) {
      if (error instanceof DatabaseError && error.code === '42P01') return [];
      throw error;
    }
  }

  /** Closes the connection. */
  async close(): Promise<void> {
    await this.#last;
    this.#drop();
  }

  /** Statements run one after the other. */
  #ask<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const asked = this.#last.then(() => this.#run<Row>(text, values));
    this.#last = asked.catch(() => undefined);
    return asked;
  }

  async #run<Row extends QueryResultRow>(text: string, values: readonly unknown[]): Promise<Row[]> {
    try {
      const client = this.#client ?? (await this.#connect());
      return (await client.query<Row>(text, [...values])).rows;
    } catch (error) {
      // Anything but an answer leaves the connection in doubt.
      if (!(error instanceof DatabaseError)) this.#drop();
      throw error;
    }
  }

  async #connect(): Promise<Client> {
    const client = new PrimaryClient(this.#config);
    const forget = () => {
      if (this.#client === client) this.#client = undefined;
    };
    client.on('error', forget);
    client.on('end', forget);
    await client.connect();
    this.#client = client;
    return client;
  }

  #drop(): void {
    // A server that stands still would not answer a farewell.
    this.#client?.connection.stream.destroy();
    this.#client = undefined;
  }
}
