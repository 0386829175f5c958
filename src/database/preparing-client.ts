import { Client, type QueryResult, types } from 'pg';

/** As many statements as are kept prepared; more than the project has, fewer than would weigh on a server. */
const MOST_STATEMENTS = 500;

const names = new Map<string, string>();

/** The name under which a text is prepared: the same in all connections, and none once there are too many. */
function nameOf(text: string): string | undefined {
  const known = names.get(text);
  if (known !== undefined) return known;
  if (names.size >= MOST_STATEMENTS) return undefined;
  const name = `s${names.size + 1}`;
  names.set(text, name);
  return name;
}

/**
 * A pg client that prepares every statement with parameters, on first use in its connection. An unnamed
 * statement is parsed and planned by PostgreSQL each time, which costs three times as much.
 */
export class PreparingClient extends Client {
  // pg's own overloads cannot be restated one by one; every form but (text, values) goes through untouched.
  // biome-ignore lint/suspicious/noConfusingVoidType: pg's overloads give a promise or, with a callback, nothing.
  override query(...args: unknown[]): Promise<QueryResult> & void {
    const [text, values] = args;
    if (typeof text === 'string' && Array.isArray(values) && values.length > 0) {
      const name = nameOf(text);
      // MikroORM asks for times as text and parses them itself; statements by hand get pg's own Dates.
      args.splice(0, 2, name === undefined ? { text, values, types } : { name, text, values, types });
    }
    return Reflect.apply(super.query, this, args);
  }
}
