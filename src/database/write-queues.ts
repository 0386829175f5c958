import { UnavailableError } from '../domain/errors.js';
import type { Sql } from './database.js';
import { currentRequest, forRequests } from './request-scope.js';
import type { Statement } from './statement.js';

/** The most writes in one execution: with more, the first ones would wait for the last. */
const MOST_TOGETHER = 100;

/** A statement whose parameters are arrays with an element for each write, and which returns the rows of writes by id. */
type StatementOverArrays = Pick<
  Statement<unknown, Readonly<Record<string, readonly unknown[]>>>,
  'name' | 'text' | 'parameters' | 'bind'
>;

/** One write of such a statement. */
export interface Write {
  /** The id in the row that the statement returns. */
  readonly id: string;
  /** The workspace; writes of several are not combined. */
  readonly workspaceId: string;
  /** The elements for the statement's arrays, in the order of its parameters. */
  readonly values: readonly unknown[];
  /** What two writes of one execution must not have in common. The later one takes part in the next execution. */
  readonly conflicts: readonly string[];
}

interface Waiting {
  readonly write: Write;
  readonly resolve: (row: unknown) => void;
  readonly reject: (error: unknown) => void;
}

/** Runs writes in one statement. @returns the rows of those that were written, by id */
type Run = (writes: readonly Write[]) => Promise<ReadonlyMap<string, unknown>>;

/**
 * Combines writes that wait for the same statement into one execution with one commit. A write whose queue is empty runs
 * at once; those that arrive while it runs are the next execution. No write waits for later ones.
 */
export class WriteQueues {
  readonly #queues = new Map<string, Waiting[]>();

  /**
   * Runs a write, together with others that wait.
   * @param sql always the same: make queues for each database
   * @returns the row; undefined when the statement returned none for this write
   * @throws what the statement throws; an error because of another write never reaches this one
   */
  write<Row extends { readonly id: string }>(
    sql: Sql,
    statement: StatementOverArrays,
    write: Write,
  ): Promise<Row | undefined> {
    const name = `${statement.name} ${write.workspaceId}`;
    const run: Run = async (writes) => {
      const names = Object.keys(statement.parameters);
      const arrays = names.map((name, index) => [name, writes.map(({ values }) => values[index])]);
      const rows = await sql.rows<Row>(statement.text, statement.bind(Object.fromEntries(arrays)));
      return new Map(rows.map((row) => [row.id, row]));
    };
    return new Promise<unknown>((resolve, reject) => {
      const waiting = { write, resolve, reject };
      const queue = this.#queues.get(name);
      if (queue !== undefined) queue.push(waiting);
      else void this.#serve(name, waiting, run);
      // The queue of a statement returns its rows.
    }) as Promise<Row | undefined>;
  }

  /** Runs all writes of a queue until it is empty. */
  async #serve(name: string, first: Waiting, run: Run): Promise<void> {
    const share = currentRequest()?.share;
    let queue = [first];
    this.#queues.set(name, queue);
    while (queue.length > 0) {
      const { next, left } = split(queue);
      queue = left;
      this.#queues.set(name, queue);
      await forRequests(share, () => execute(next, run));
    }
    this.#queues.delete(name);
  }
}

/** Selects the writes of the next execution. */
function split(queue: readonly Waiting[]): { readonly next: readonly Waiting[]; readonly left: Waiting[] } {
  const taken = new Set<string>();
  const next: Waiting[] = [];
  const left: Waiting[] = [];
  for (const waiting of queue) {
    const { conflicts } = waiting.write;
    const fits = next.length < MOST_TOGETHER && !conflicts.some((one) => taken.has(one));
    (fits ? next : left).push(waiting);
    for (const one of conflicts) taken.add(one);
  }
  return { next, left };
}

/** Runs writes in one statement; when one of them makes it fail, each in a statement of its own. */
async function execute(together: readonly Waiting[], run: Run): Promise<void> {
  try {
    const rows = await run(together.map(({ write }) => write));
    for (const { write, resolve } of together) resolve(rows.get(write.id));
  } catch (error) {
    // A fault of the database is no single write's, and repetitions would prolong it.
    if (together.length > 1 && !(error instanceof UnavailableError))
      await Promise.all(together.map((waiting) => execute([waiting], run)));
    else for (const { reject } of together) reject(error);
  }
}
