import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery, type Transaction as KyselyTransaction } from 'kysely';
import { type ClientBase, type Pool, types } from 'pg';
import { type Attempt, COMMIT, type EpisodeEvents, SILENT } from './availability.js';
import { Connections, type TakenConnection } from './connections.js';
import { type DatabaseLimits, UNLIMITED } from './limits.js';
import { type Heard, Listening } from './listening.js';
import { refusingIn } from './refusals.js';

/**
 * Runs SQL: on the pool, in a transaction, on a replica. Values are always bound, never written into the text. Services use
 * it through `statement` (SQL by hand) and `rowsOf` (the query builder), which know the types of values and rows.
 */
export interface Sql {
  rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** One unit of work: it is committed as a whole or not at all. */
export interface Transaction extends Sql {
  /** MikroORM's unit of work on the same connection, flushed before the commit. It writes values into its SQL. */
  readonly em: EntityManager;
  /** Registers a function to call after the commit. */
  afterCommit(effect: () => void): void;
  /** Notifies all processes that listen on the channel, this one included, after the commit. */
  notify(channel: string): Promise<void>;
}

/** Thrown to roll back a dry run. */
class RolledBack<Result> extends Error {
  constructor(readonly result: Result) {
    super('the end of a dry run');
  }
}

/** The database, as services use it. When the database fails, everything here throws UnavailableError. */
export class Database implements Sql {
  readonly #orm: MikroORM;
  readonly #pool: Pool;
  readonly #connections: Connections;
  readonly #direct: Pool | undefined;
  /** For statements that read a few rows by an index. */
  readonly pipelined: Sql;

  protected constructor(orm: MikroORM, pool: Pool, connections: Connections, direct?: Pool) {
    this.#orm = orm;
    this.#pool = pool;
    this.#connections = connections;
    this.#direct = direct;
    this.pipelined = {
      rows: (text, values) =>
        connections.availability.ask(() => refusingIn(() => connections.pipelined.rows(text, values))),
    };
  }

  /**
   * @param limits those with which `orm` was connected
   * @param events told when the database begins to fail, and when it works again
   * @param direct connections past PgBouncer, to listen on; it is closed with the database
   */
  static async over(
    orm: MikroORM,
    limits: DatabaseLimits = UNLIMITED,
    events: EpisodeEvents = SILENT,
    direct?: Pool,
  ): Promise<Database> {
    const pool = await orm.em.getConnection().getNativeClient();
    return new Database(orm, pool, new Connections(pool, limits, events), direct);
  }

  rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    return this.#connections.availability.ask(async (attempt) => {
      const { client, giveBack } = await this.#connections.take();
      try {
        attempt.sent = text;
        return await refusingIn(() => rowsOn<Row>(client, text, values));
      } finally {
        giveBack();
      }
    });
  }

  /**
   * Runs a command in a transaction. `work` may run more than once: a transaction starts again that PostgreSQL ends because
   * of a deadlock or a serialization failure, or whose connection breaks before the commit.
   * @throws what `work` throws, after everything was rolled back
   */
  transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const { availability } = this.#connections;
    return availability.ask((attempt) => this.#connections.within(() => this.#attempt(work, attempt)));
  }

  /** @throws the driver's error when the database does not answer within three seconds, however busy this process is */
  check(): Promise<void> {
    return this.#connections.availability.check();
  }

  /** @returns the names of the migrations that the database has; @throws like `check` */
  appliedMigrations(): Promise<string[]> {
    return this.#connections.appliedMigrations();
  }

  /**
   * Runs `work` with a database whose statements and transactions all belong to one transaction, and rolls it back:
   * nothing is stored, no notification is sent, and no function is called after a commit.
   * @param work may run several commands, one after the other
   * @returns what `work` returns
   * @throws what `work` throws
   */
  async dryRun<Result>(work: (database: Database) => Promise<Result>): Promise<Result> {
    const run: { end?: RolledBack<Result> } = {};
    try {
      return await this.transaction(async (tx) => {
        run.end = new RolledBack(
          await work(new DryRunDatabase(this.#orm, this.#pool, this.#connections, tx)),
        );
        throw run.end;
      });
    } catch (error) {
      if (run.end !== undefined && error === run.end) return run.end.result;
      throw error;
    }
  }

  async #attempt<Result>(
    work: (transaction: Transaction) => Promise<Result>,
    attempt: Attempt,
  ): Promise<Result> {
    const effects: (() => void)[] = [];
    const result = await this.#orm.em.fork().transactional(async (em) => {
      const value = await work(transactionOn(em, (effect) => effects.push(effect)));
      attempt.sent = COMMIT;
      return value;
    });
    for (const effect of effects) effect();
    return result;
  }

  /**
   * Reads the rows of a large result from one snapshot, through a cursor. It holds a connection until the last batch,
   * or until the caller leaves the loop.
   * @param size how many rows a batch has; the last one may have fewer, and none is empty
   */
  async *batches<Row>(
    text: string,
    values: readonly unknown[],
    size: number,
  ): AsyncGenerator<Row[], void, void> {
    const { availability } = this.#connections;
    const { client, giveBack } = await availability.ask(() => this.#cursor(text, values));
    let fault: Error | undefined;
    try {
      const fetch = { text: `fetch forward ${size} from batches`, types };
      for (;;) {
        const { rows } = await availability.ask(() => client.query(fetch), false);
        if (rows.length > 0) yield rows;
        if (rows.length < size) return;
      }
    } finally {
      await client.query('rollback').catch((error: Error) => {
        fault = error;
      });
      // A connection that cannot roll back is closed.
      giveBack(fault);
    }
  }

  /** A connection with the cursor `batches`. */
  async #cursor(text: string, values: readonly unknown[]): Promise<TakenConnection> {
    const taken = await this.#connections.take();
    try {
      // Between two batches it waits for the client's network.
      await taken.client.query("begin read only; set local idle_in_transaction_session_timeout = '5min'");
      // Not prepared: a cursor is planned at every declaration.
      const declared = { text: `declare batches no scroll cursor for ${text}`, values: [...values] };
      await refusingIn(() => taken.client.query(declared));
      return taken;
    } catch (error) {
      // The connection may still be in the transaction.
      taken.giveBack(error instanceof Error ? error : undefined);
      throw error;
    }
  }

  /**
   * Listens to the notifications of all processes on some channels. Stop it before the database is closed.
   * @param heard called at every notification, and when one may have been missed
   */
  listen(heard: Heard): Promise<Listening> {
    return Listening.on(this.#direct ?? this.#pool, heard);
  }

  /** How many connections the pool has, and how many callers wait for one. */
  connections(): { readonly open: number; readonly idle: number; readonly waiting: number } {
    const { totalCount, idleCount } = this.#pool;
    return { open: totalCount, idle: idleCount, waiting: this.#connections.waiting };
  }

  async close(): Promise<void> {
    await this.#connections.close(() => this.#orm.close());
    await this.#direct?.end();
  }
}

/**
 * Runs a statement on a connection or a pool. One without values is given pg's parsers here: the client gives them to
 * statements with values only, because MikroORM's own have none and need times as text.
 */
export async function rowsOn<Row>(
  client: Pick<ClientBase, 'query'>,
  text: string,
  values: readonly unknown[],
): Promise<Row[]> {
  const { rows } = await (values.length === 0
    ? client.query({ text, types })
    : client.query(text, [...values]));
  return rows;
}

/** The transaction that an entity manager is in. */
function transactionOn(em: EntityManager, afterCommit: Transaction['afterCommit']): Transaction {
  const context = em.getTransactionContext<KyselyTransaction<unknown>>();
  if (context === undefined) throw new Error('transactional() gave no transaction');
  return {
    em,
    // MikroORM writes values into its SQL; Kysely, which it runs on, binds them.
    rows: async <Row>(text: string, values: readonly unknown[]) => {
      const query = CompiledQuery.raw(text, [...values]);
      const { rows } = await refusingIn(() => context.executeQuery<Row>(query));
      return rows;
    },
    afterCommit,
    notify: async (channel) => {
      await context.executeQuery(CompiledQuery.raw("select pg_notify($1, '')", [channel]));
    },
  };
}

/** A database whose statements all run in one transaction of another database (`Database.dryRun`). */
class DryRunDatabase extends Database {
  readonly #tx: Transaction;
  override readonly pipelined: Sql = { rows: (text, values) => this.rows(text, values) };
  /** Statements run one after the other, so that their savepoints do not mix. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(orm: MikroORM, pool: Pool, connections: Connections, tx: Transaction) {
    super(orm, pool, connections);
    this.#tx = tx;
  }

  /**
   * A failing statement must not end the transaction: outside a dry run, each statement is a transaction of its own.
   */
  override rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const run = async () => {
      await this.#tx.rows('savepoint dry_run', []);
      try {
        const rows = await this.#tx.rows<Row>(text, values);
        await this.#tx.rows('release savepoint dry_run', []);
        return rows;
      } catch (error) {
        await this.#tx.rows('rollback to savepoint dry_run', []);
        throw error;
      }
    };
    const result = this.#last.then(run, run);
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** A savepoint of the transaction. Functions for after the commit are not called. */
  override transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    return this.#tx.em.transactional((em) => work(transactionOn(em, () => undefined)));
  }

  /** There is nothing to close. */
  override async close(): Promise<void> {}
}

/** The name of the constraint that refused a statement, if one did. */
export function violatedConstraint(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('constraint' in error)) return undefined;
  // Other errors name a constraint too, such as an index entry that is too large.
  const violates = 'code' in error && String(error.code).startsWith(INTEGRITY_CONSTRAINT_VIOLATION);
  return violates && typeof error.constraint === 'string' ? error.constraint : undefined;
}

/** The class of PostgreSQL's error codes (appendix A). */
const INTEGRITY_CONSTRAINT_VIOLATION = '23';
