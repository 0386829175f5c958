import { LRUCache } from 'lru-cache';
import { Client, type QueryResult, types } from 'pg';

/**
 * The most statements that a connection keeps prepared: more than the program declares, few enough for the server's
 * memory.
 */
const MOST_STATEMENTS = 200;

/**
 * A pg client that prepares every statement with parameters when its connection first runs it. PostgreSQL would parse
 * and plan an unnamed statement every time, which costs three times as much. Filters create any number of different
 * statements, so the least recently used ones are deallocated.
 */
export class PreparingClient extends Client {
  #made = 0;
  readonly #names = new LRUCache<string, string>({
    max: MOST_STATEMENTS,
    dispose: (name) => this.#deallocate(name),
  });

  // Every form of pg's many overloads but (text, values) is passed on as it is.
  // biome-ignore lint/suspicious/noConfusingVoidType: pg's overloads return a promise or, with a callback, nothing.
  override query(...args: unknown[]): Promise<QueryResult> & void {
    const [text, values] = args;
    if (typeof text === 'string' && Array.isArray(values) && values.length > 0) {
      // MikroORM replaces pg's parsers to get times as text; statements get pg's Dates.
      args.splice(0, 2, { name: this.#nameOf(text), text, values, types });
    }
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

  /** Deallocates a statement. In a failed transaction PostgreSQL refuses; the statement then remains prepared, which is harmless. */
  #deallocate(name: string): void {
    super.query(`deallocate ${name}`).then(
      () => this.#forgetText(name),
      () => undefined,
    );
  }

  /** pg keeps the text of every prepared statement for as long as the connection lasts, and cannot drop one. */
  #forgetText(name: string): void {
    const connection: unknown = Reflect.get(this, 'connection');
    const texts: unknown =
      typeof connection === 'object' && connection !== null && 'parsedStatements' in connection
        ? connection.parsedStatements
        : undefined;
    if (typeof texts === 'object' && texts !== null) Reflect.deleteProperty(texts, name);
  }
}
