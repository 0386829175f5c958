import {
  CamelCasePlugin,
  type Compilable,
  type DatabaseConnection,
  DummyDriver,
  Kysely,
  PostgresAdapter,
  PostgresIntrospector,
  PostgresQueryCompiler,
} from 'kysely';
import type { Sql } from './database.js';
import type { Tables } from './tables.js';

/** Fails instead of returning no rows, as Kysely would. */
class NoDriver extends DummyDriver {
  override acquireConnection(): Promise<DatabaseConnection> {
    return Promise.reject(new Error('A query is run by rowsOf or rowOf, not by execute().'));
  }
}

const NAMES = new CamelCasePlugin({ maintainNestedObjectKeys: true });

/**
 * Builds typed queries over the tables of the model, with the names of its properties. For everything that is not on a
 * hot path: building costs about as much as running. A hot path declares a `statement`.
 *
 *     const key = await rowOf(sql, query.selectFrom('apiKey').select(['id', 'name']).where('workspaceId', '=', workspaceId));
 */
export const query = new Kysely<Tables>({
  dialect: {
    createAdapter: () => new PostgresAdapter(),
    createDriver: () => new NoDriver(),
    createIntrospector: (database) => new PostgresIntrospector(database),
    createQueryCompiler: () => new PostgresQueryCompiler(),
  },
  plugins: [NAMES],
});

/**
 * Runs a query with its values bound.
 * @param sql the pool, a transaction, or one of the reading sides of `ServiceContext`
 */
export async function rowsOf<Row>(sql: Sql, built: Compilable<Row>): Promise<Row[]> {
  const { sql: text, parameters, queryId } = built.compile();
  const rows = await sql.rows<Record<string, unknown>>(text, parameters);
  const named = await NAMES.transformResult({ queryId, result: { rows } });
  // Kysely derives the type of the rows from the query.
  return named.rows as Row[];
}

/** The first row, if there is one. */
export async function rowOf<Row>(sql: Sql, built: Compilable<Row>): Promise<Row | undefined> {
  return (await rowsOf(sql, built))[0];
}
