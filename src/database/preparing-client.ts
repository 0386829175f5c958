import { LRUCache } from 'lru-cache';
import { type QueryResult, types } from 'pg';
import { PrimaryClient, type PrimaryConfig } from './hosts.js';
import { currentRequest, type RequestScope } from './request-scope.js';

/**
 * The most statements that a connection keeps prepared: more than the program declares, few enough for the server's
 * memory.
 */
const MOST_STATEMENTS = 200;

/**
 * A pg client that prepares every statement with parameters when its connection first runs it. PostgreSQL would parse
 * and plan an unnamed statement every time, which costs three times as much. Filters create any number of different
 * statements, so the least recently used ones are closed.
 */
export class PreparingClient extends PrimaryClient {
  #made = 0;
  #unanswered = 0;
  /** When the server last answered, or was first asked. */
  #since = 0;
  #request: RequestScope | undefined;
  #cancelledAt: number | undefined;
  readonly #isShared: boolean;
  readonly #prepares: boolean;
  readonly #names = new LRUCache<string, string>({
    max: MOST_STATEMENTS,
    dispose: (name) => this.#closeStatement(name),
  });

  constructor(config?: PrimaryConfig) {
    super(config);
    this.#isShared = config?.pipeline === true;
    this.#prepares = config?.pooler?.prepares ?? true;
    // PostgreSQL ends its answer to each query with this message; the first one ends the connecting.
    this.connection.once('readyForQuery', () => {
      this.connection.on('readyForQuery', () => {
        this.#unanswered -= 1;
        this.#cancelledAt = undefined;
        this.#since = performance.now();
      });
    });
  }

  /** For how many milliseconds the server has owed an answer; 0 when it owes none. */
  waitedMs(): number {
    return this.#unanswered > 0 ? performance.now() - this.#since : 0;
  }

  /** The request that waits for the answer; undefined for a connection that requests share. */
  get request(): RequestScope | undefined {
    return this.#request;
  }

  /** The id of the server's process for this connection. */
  get processId(): number | undefined {
    const id: unknown = Reflect.get(this, 'processID');
    return typeof id === 'number' ? id : undefined;
  }

  /** Notes that the server was asked to cancel the statement. @returns for how many milliseconds it has been known */
  noteCancel(): number {
    this.#cancelledAt ??= performance.now();
    return performance.now() - this.#cancelledAt;
  }

  /** Closes the connection at once; what waits for an answer fails. */
  abandon(): void {
    this.connection.stream.destroy();
  }

  // Every form of pg's many overloads but (text, values) is passed on unchanged.
  // biome-ignore lint/suspicious/noConfusingVoidType: pg's overloads give a promise or, with a callback, nothing.
  override query(...args: unknown[]): Promise<QueryResult> & void {
    const [text, values] = args;
    if (typeof text === 'string' && Array.isArray(values) && values.length > 0) {
      // MikroORM replaces pg's parsers to get times as text; statements get pg's Dates.
      const name = this.#prepares ? this.#nameOf(text) : undefined;
      args.splice(0, 2, { name, text, values, types });
    }
    if (this.#unanswered === 0) this.#since = performance.now();
    this.#unanswered += 1;
    if (!this.#isShared) this.#request = currentRequest();
    return Reflect.apply(super.query, this, args);
  }

  #nameOf(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    // Names are not reused, because pg would assume the former text of the name.
    this.#made += 1;
    const name = `s${this.#made}`;
    this.#names.set(text, name);
    return name;
  }

  /**
   * Closes a statement by a message of the protocol, which PostgreSQL takes in a failed transaction too, and PgBouncer
   * knows, unlike `deallocate`. The query that needs the place follows, and has the server answer.
   */
  #closeStatement(name: string): void {
    // A connection that is not open yet has no statements.
    if (this.processId === undefined) return;
    this.connection.close({ type: 'S', name }, false);
    // pg keeps the text of every prepared statement for as long as the connection lasts.
    const texts: unknown = Reflect.get(this.connection, 'parsedStatements');
    if (typeof texts === 'object' && texts !== null) Reflect.deleteProperty(texts, name);
  }
}
