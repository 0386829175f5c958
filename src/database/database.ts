import type { EntityManager, MikroORM } from '@mikro-orm/postgresql';
import { CompiledQuery, type Transaction as KyselyTransaction } from 'kysely';
import { type Pool, types } from 'pg';
import { DomainError } from '../domain/errors.js';
import { Listening } from './listening.js';
import { LookUps } from './look-ups.js';

const MOST_ATTEMPTS = 5;

/** Something that answers SQL: the pool, or a transaction. Values are always bound, never written into the text. */
export interface Sql {
  rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]>;
}

/** One unit of work: everything in it is committed together, or not at all. */
export interface Transaction extends Sql {
  /** For commands that work on entities; flushed before the commit. */
  readonly em: EntityManager;
  /** What to do once the change can no longer be lost. */
  afterCommit(effect: () => void): void;
  /** Tells every process that listens on the channel, this one too, once the change is committed. */
  notify(channel: string): Promise<void>;
}

/** How a rehearsal ends: thrown, because that is what rolls a transaction back. */
class RolledBack<Result> extends Error {
  constructor(readonly result: Result) {
    super('a rehearsal has come to its end');
  }
}

/** The database as the services see it. */
export class Database implements Sql {
  readonly #orm: MikroORM;
  readonly #pool: Pool;
  readonly #lookUps: LookUps;
  /** For statements that find a row or a few by an index, and write nothing. */
  readonly lookUps: Sql;

  private constructor(orm: MikroORM, pool: Pool) {
    this.#orm = orm;
    this.#pool = pool;
    // A pool shows its password to nobody who copies all that it has.
    this.#lookUps = new LookUps({ ...pool.options, password: pool.options.password });
    this.lookUps = { rows: (text, values) => orRefuse(() => this.#lookUps.rows(text, values)) };
  }

  static async over(orm: MikroORM): Promise<Database> {
    return new Database(orm, await orm.em.getConnection().getNativeClient());
  }

  async rows<Row>(text: string, values: readonly unknown[]): Promise<Row[]> {
    const { rows } = await orRefuse(() => this.#pool.query(text, [...values]));
    return rows;
  }

  /**
   * Runs a command in a transaction of its own. Whoever PostgreSQL picks to end a deadlock tries again, from the
   * start and with nothing written: so `work` may run more than once.
   * @throws whatever `work` throws, after everything was rolled back
   */
  async transaction<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#attempt(work);
      } catch (error) {
        if (!isPassing(error) || attempt === MOST_ATTEMPTS) throw error;
      }
    }
  }

  /**
   * What a command would do: it is run as `transaction` runs it, and everything is rolled back.
   * @throws whatever `work` throws
   */
  async rehearsal<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const rehearsed: { end?: RolledBack<Result> } = {};
    try {
      return await this.transaction(async (tx) => {
        rehearsed.end = new RolledBack(await work(tx));
        throw rehearsed.end;
      });
    } catch (error) {
      if (rehearsed.end !== undefined && error === rehearsed.end) return rehearsed.end.result;
      throw error;
    }
  }

  async #attempt<Result>(work: (transaction: Transaction) => Promise<Result>): Promise<Result> {
    const effects: (() => void)[] = [];
    const result = await this.#orm.em.fork().transactional(async (em) => {
      const context = em.getTransactionContext<KyselyTransaction<unknown>>();
      if (context === undefined) throw new Error('transactional() gave no transaction');
      return work({
        em,
        // MikroORM writes values into its SQL; Kysely, under it, binds them on the same connection.
        rows: async <Row>(text: string, values: readonly unknown[]) => {
          const query = CompiledQuery.raw(text, [...values]);
          const { rows } = await orRefuse(() => context.executeQuery<Row>(query));
          return rows;
        },
        afterCommit: (effect) => effects.push(effect),
        notify: async (channel) => {
          await context.executeQuery(CompiledQuery.raw("select pg_notify($1, '')", [channel]));
        },
      });
    });
    for (const effect of effects) effect();
    return result;
  }

  /**
   * The rows of a query that may have very many, all as they were at one moment. A cursor gives one batch whenever
   * one is asked for. It holds a connection until the last batch, or until whoever asks leaves the loop.
   * @param size how many rows a batch has; the last one may have fewer, and there is none without rows
   */
  async *batches<Row>(
    text: string,
    values: readonly unknown[],
    size: number,
  ): AsyncGenerator<Row[], void, void> {
    const client = await this.#pool.connect();
    let fault: Error | undefined;
    try {
      await client.query('begin read only');
      // Not prepared under a name, as other statements are: it is planned anew in any case.
      const declared = { text: `declare batches no scroll cursor for ${text}`, values: [...values] };
      await client.query(declared);
      for (;;) {
        const { rows } = await client.query({ text: `fetch forward ${size} from batches`, types });
        if (rows.length > 0) yield rows;
        if (rows.length < size) return;
      }
    } catch (error) {
      throw refusingNul(error);
    } finally {
      await client.query('rollback').catch((error: Error) => {
        fault = error;
      });
      // A connection that could not even roll back is of no use to anybody else.
      client.release(fault);
    }
  }

  /**
   * Hears what any process notifies on a channel, until it is stopped: before the database is closed.
   * @param heard called at every notification, and when some may have been missed
   */
  listen(channel: string, heard: () => void): Promise<Listening> {
    return Listening.on(this.#pool, channel, heard);
  }

  async close(): Promise<void> {
    await this.#lookUps.close();
    await this.#orm.close();
  }
}

/** @throws what the statement throws, and what of it is not our fault as a refusal */
async function orRefuse<Result>(ask: () => Promise<Result>): Promise<Result> {
  try {
    return await ask();
  } catch (error) {
    throw refusingNul(error);
  }
}

/** The one character that no text can hold, and that somebody has sent: their fault, not ours. */
function refusingNul(error: unknown): unknown {
  const isNul = error instanceof Error && 'code' in error && error.code === '22021';
  return isNul ? new DomainError('INVALID_INPUT', 'Text cannot contain the character NUL.') : error;
}

/** The name of the constraint that refused a statement, if one did. */
export function violatedConstraint(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('constraint' in error)) return undefined;
  // Others name a constraint as well: an index entry that is too large, say.
  const violates = 'code' in error && String(error.code).startsWith(INTEGRITY_CONSTRAINT_VIOLATION);
  return violates && typeof error.constraint === 'string' ? error.constraint : undefined;
}

/** The class of PostgreSQL's error codes (appendix A). */
const INTEGRITY_CONSTRAINT_VIOLATION = '23';

/** Deadlocks and serialization failures: nothing is wrong with the command, only with its moment. */
function isPassing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && (error.code === '40P01' || error.code === '40001');
}
