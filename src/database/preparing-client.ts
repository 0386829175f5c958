import { LRUCache } from 'lru-cache';
import { Client, type QueryResult, types } from 'pg';

/** As many statements as a connection keeps prepared: more than the project has by hand, few enough for a server. */
const MOST_STATEMENTS = 200;

/**
 * A pg client that prepares every statement with parameters, on first use in its connection. An unnamed
 * statement is parsed and planned by PostgreSQL each time, which costs three times as much. Filters make statements
 * without end, so those that were not used for longest are given up.
 */
export class PreparingClient extends Client {
  #made = 0;
  readonly #names = new LRUCache<string, string>({
    max: MOST_STATEMENTS,
    dispose: (name) => this.#giveUp(name),
  });

  // pg's own overloads cannot be restated one by one; every form but (text, values) goes through untouched.
  // biome-ignore lint/suspicious/noConfusingVoidType: pg's overloads give a promise or, with a callback, nothing.
  override query(...args: unknown[]): Promise<QueryResult> & void {
    const [text, values] = args;
    if (typeof text === 'string' && Array.isArray(values) && values.length > 0) {
      // MikroORM asks for times as text and parses them itself; statements by hand get pg's own Dates.
      args.splice(0, 2, { name: this.#nameOf(text), text, values, types });
    }
    return Reflect.apply(super.query, this, args);
  }

  #nameOf(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    // A name is never used again: pg would take the new text for the old one's.
    this.#made += 1;
    const name = `s${this.#made}`;
    this.#names.set(text, name);
    return name;
  }

  /** Queued before the statement that takes the place. In a transaction that has failed it is refused, and not missed. */
  #giveUp(name: string): void {
    super.query(`deallocate ${name}`).then(
      () => this.#forgetText(name),
      () => undefined,
    );
  }

  /** pg keeps the text of whatever it has prepared, for as long as the connection lasts, and has no way to drop one. */
  #forgetText(name: string): void {
    const connection: unknown = Reflect.get(this, 'connection');
    const texts: unknown =
      typeof connection === 'object' && connection !== null && 'parsedStatements' in connection
        ? connection.parsedStatements
        : undefined;
    if (typeof texts === 'object' && texts !== null) Reflect.deleteProperty(texts, name);
  }
}
