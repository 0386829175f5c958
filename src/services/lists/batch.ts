import DataLoader from 'dataloader';
import type { Sql } from '../../database/database.js';
import { isId } from '../../domain/ids.js';

/** A statement to run. */
interface Statement {
  readonly text: string;
  readonly values: readonly unknown[];
}

type Rows = Record<string, unknown>[];

/** The rows of the largest page. */
const MOST_PARENTS = 200;

/**
 * Combines the same statement for many parents (the memberships of every member of a page) into one. Statements that
 * run in one turn of the event loop and differ only in `$1`, the parent's id, are combined. A single statement runs
 * unchanged; rows of combined statements carry the parent's id as `batchParent`, and the number of the row as
 * `batchRow`.
 * @param sql where statements run; made once per request, so that statements of different callers are not combined
 */
export function batching(sql: Sql): Sql {
  let loader: DataLoader<Statement, Rows> | undefined;
  return {
    rows: <Row>(text: string, values: readonly unknown[]) => {
      loader ??= new DataLoader((statements) => runAll(sql, statements), {
        cache: false,
        maxBatchSize: MOST_PARENTS,
      });
      // The loader does not know the type of the rows; the caller does.
      return loader.load({ text, values }) as Promise<Row[]>;
    },
  };
}

/** The rows of each statement, in order, or the error of the combined statement. */
async function runAll(sql: Sql, statements: readonly Statement[]): Promise<(Rows | Error)[]> {
  const [only, ...others] = statements;
  if (only !== undefined && others.length === 0) return [await sql.rows(only.text, only.values)];
  const results = new Map<Statement, Rows | Error>();
  const groups = Map.groupBy(statements, grouping());
  await Promise.all(
    [...groups.values()].map(async (group) => {
      try {
        await runGroup(sql, group, results);
      } catch (error) {
        const fault = error instanceof Error ? error : new Error(String(error));
        for (const statement of group) results.set(statement, fault);
      }
    }),
  );
  return statements.map((statement) => results.get(statement) ?? []);
}

/**
 * Returns a function that returns the same key for statements that can be combined, and a key of its own for a
 * statement without a parent.
 */
function grouping(): (statement: Statement) => unknown {
  // Numbers replace the texts, which are long, in the keys.
  const numbers = new Map<string, number>();
  return (statement) => {
    const { text, values } = statement;
    const [parent, ...others] = values;
    if (typeof parent !== 'string' || !isId(parent)) return statement;
    const number = numbers.get(text) ?? numbers.size;
    numbers.set(text, number);
    return `${number} ${JSON.stringify(others)}`;
  };
}

async function runGroup(
  sql: Sql,
  statements: readonly Statement[],
  results: Map<Statement, Rows | Error>,
): Promise<void> {
  const [first, ...more] = statements;
  if (first === undefined) return;
  const { text, values } = first;
  if (more.length === 0) {
    results.set(first, await sql.rows(text, values));
    return;
  }
  const [, ...others] = values;
  const parents = [...new Set(statements.map(parentOf))];
  const rows = await sql.rows<{ batchParent: string }>(ofMany(text), [parents, ...others]);
  const byParent = Map.groupBy(rows, ({ batchParent }) => batchParent);
  for (const statement of statements) {
    results.set(statement, byParent.get(parentOf(statement)) ?? []);
  }
}

/** In lower case, as PostgreSQL returns ids. */
function parentOf({ values: [parent] }: Statement): string {
  return String(parent).toLowerCase();
}

/** The statement for every parent in `$1`. Each parent's rows keep the order that the statement gives them. */
function ofMany(text: string): string {
  return `
    select p.id as "batchParent", q.*
    from unnest($1::uuid[]) p(id)
    cross join lateral (
      select a.*, row_number() over () as "batchRow" from (${text.replace(/\$1\b/g, 'p.id')}) a
    ) q
    order by p.id, q."batchRow"`;
}
