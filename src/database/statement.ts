import type { ColumnType, ReadAs, WrittenAs } from './column-types.js';
import type { Sql } from './database.js';

type Types = Readonly<Record<string, ColumnType<unknown, unknown>>>;

/** The rows of a statement with these columns. */
export type RowOf<Columns> = { readonly [Name in keyof Columns]: ReadAs<Columns[Name]> };

/** The values of a statement with these parameters. */
export type ValuesOf<Parameters> = { readonly [Name in keyof Parameters]: WrittenAs<Parameters[Name]> };

/** A statement, for the test that compares it with PostgreSQL's description. */
export interface DeclaredStatement {
  readonly name: string;
  /** With `$1`, `$2` … for the parameters, in the order in which they are declared. */
  readonly text: string;
  readonly parameters: Types;
  readonly columns: Types;
  /** False for a selection, to which conditions and an order are added before it is sent. */
  readonly isWhole: boolean;
}

/** A statement in SQL, with the types of its values and rows. */
export interface Statement<Row, Values> extends DeclaredStatement {
  /** All rows. */
  rows(sql: Sql, values: Values): Promise<Row[]>;
  /** The first row, if there is one: for statements that return at most one. */
  row(sql: Sql, values: Values): Promise<Row | undefined>;
  /**
   * The values as pg takes them, in the order of `$1`, `$2` …, to run the text by other means, such as a cursor.
   * @throws TypeError for an array of ids with a text that is no UUID
   */
  bind(values: Values): unknown[];
}

const declared: DeclaredStatement[] = [];

/** Every statement that the modules loaded so far have declared. */
export function declaredStatements(): readonly DeclaredStatement[] {
  return declared;
}

/**
 * Declares a statement in SQL, for hot paths and for what a query builder cannot express. The types of its values and
 * rows follow from the declaration, and `test/database/statements.test.ts` compares the declaration with PostgreSQL's
 * description of the text: types of parameters; names, types and nullability of columns.
 *
 * ```ts
 * const FIND_SEATS = statement({
 *   name: 'seats.find',
 *   text: 'select total, used from seat_allocation where workspace_id = $workspaceId and seat_type = $seatType',
 *   parameters: { workspaceId: uuid, seatType: oneOf(SEAT_TYPES) },
 *   columns: { total: integer, used: integer },
 * });
 * const seats = await FIND_SEATS.row(sql, { workspaceId, seatType }); // { total: number; used: number } | undefined
 * ```
 *
 * Declare it once, as a constant of its module: the text is what PostgreSQL prepares. For a statement that is run for
 * many parents at once (`ServiceContext.batched`), declare the parent's id first.
 * @param name unique, by concept: `seats.find`
 * @param text SQL, with `$name` for each parameter (or `$1`, `$2` … in a fragment that several statements share);
 *   columns are named as the properties of the rows (`as "userName"`)
 * @param columns none for a statement whose rows are not read (`select 1 … for update`, an update without `returning`)
 * @throws Error, when the module is loaded, for a parameter that the text does not use, or one that is not declared
 */
export function statement<
  const Parameters extends Types,
  const Columns extends Types = Record<never, never>,
>({
  name,
  text,
  parameters,
  columns,
}: {
  readonly name: string;
  readonly text: string;
  readonly parameters: Parameters;
  readonly columns?: Columns;
}): Statement<RowOf<Columns>, ValuesOf<Parameters>> {
  const order = Object.keys(parameters);
  const encoders = order.map((parameter) => parameters[parameter]?.encode);
  const declaration = {
    name,
    text: numbered(name, text, order),
    parameters,
    columns: columns ?? {},
    isWhole: true,
    bind: (values: ValuesOf<Parameters>) =>
      order.map((parameter, place) => {
        const encode = encoders[place];
        return encode === undefined ? values[parameter] : encode(values[parameter]);
      }),
    rows: (sql: Sql, values: ValuesOf<Parameters>) =>
      sql.rows<RowOf<Columns>>(declaration.text, declaration.bind(values)),
    row: async (sql: Sql, values: ValuesOf<Parameters>) => (await declaration.rows(sql, values))[0],
  };
  declared.push(declaration);
  return declaration;
}

/** The columns and tables of a list, without conditions and an order, which `services/lists/page.ts` adds. */
export interface Selection<Row> {
  /** Names the list, in cursors too. */
  readonly name: string;
  /** The columns, as SQL. */
  readonly columns: string;
  readonly from: string;
  /** The type of the rows; there is no such property at run time. */
  readonly '~row'?: Row;
}

/**
 * Declares a selection, and registers it as `statement` does, without conditions, because those depend on the filter.
 * @param name unique, by concept: `apiKeys.list`
 */
export function selection<const Columns extends Types>({
  name,
  columns,
  types,
  from,
}: {
  readonly name: string;
  readonly columns: string;
  readonly types: Columns;
  readonly from: string;
}): Selection<RowOf<Columns>> {
  declared.push({
    name,
    text: `select ${columns} from ${from}`,
    parameters: {},
    columns: types,
    isWhole: false,
  });
  return { name, columns, from };
}

/** The rows of a selection. */
export type RowOfSelection<List> = List extends Selection<infer Row> ? Row : never;

/** The text with `$1`, `$2` … for names. Fragments that several statements share may have such placeholders already. */
function numbered(statement: string, text: string, order: readonly string[]): string {
  const result = text.replace(/\$([A-Za-z]\w*)/g, (_, parameter: string) => {
    const place = order.indexOf(parameter) + 1;
    if (place === 0)
      throw new Error(`The statement ${statement} does not declare its parameter $${parameter}.`);
    return `$${place}`;
  });
  const used = new Set(result.match(/\$\d+/g));
  const unused = order.filter((_, place) => !used.has(`$${place + 1}`));
  if (unused.length === 0) return result;
  throw new Error(`The statement ${statement} does not use ${unused.map((one) => `$${one}`).join(', ')}.`);
}
