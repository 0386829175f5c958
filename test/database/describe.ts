import { Client, type Connection } from 'pg';
import type { DatabaseAddress } from '../../src/database/address.js';

/** PostgreSQL's description of a statement, without running it. */
export interface Description {
  /** The types of `$1`, `$2` …, as `format_type` writes them. */
  readonly parameters: readonly string[];
  readonly columns: readonly DescribedColumn[];
}

export interface DescribedColumn {
  readonly name: string;
  readonly type: string;
  /**
   * Whether it is a table's column that may hold null; undefined for an expression and a view's column, for which
   * PostgreSQL does not report it.
   */
  readonly nullable: boolean | undefined;
}

interface Field {
  readonly name: string;
  readonly tableID: number;
  readonly columnID: number;
  readonly dataTypeID: number;
}

/** A connection that describes statements. */
export class Describer {
  readonly #client: Client;

  private constructor(client: Client) {
    this.#client = client;
  }

  static async on(address: DatabaseAddress): Promise<Describer> {
    const client = new Client({ ...address });
    await client.connect();
    return new Describer(client);
  }

  close(): Promise<void> {
    return this.#client.end();
  }

  /** @throws what PostgreSQL throws for a statement that it cannot parse */
  async describe(text: string): Promise<Description> {
    const { parameterTypes, fields } = await this.#ask(text);
    const { rows } = await this.#client.query<{
      parameters: string[];
      columns: Omit<DescribedColumn, 'name'>[];
    }>(DESCRIPTION, [
      parameterTypes,
      fields.map(({ dataTypeID }) => dataTypeID),
      fields.map(({ tableID }) => tableID),
      fields.map(({ columnID }) => columnID),
    ]);
    const [{ parameters, columns } = { parameters: [], columns: [] }] = rows;
    return {
      parameters,
      columns: columns.map(({ type, nullable }, place) => ({
        name: fields[place]?.name ?? '',
        type,
        nullable: nullable ?? undefined,
      })),
    };
  }

  /** Parse, Describe and Sync (PostgreSQL, "Extended Query"): nothing is bound, and nothing is executed. */
  #ask(text: string): Promise<{ parameterTypes: number[]; fields: Field[] }> {
    return new Promise((resolve, reject) => {
      let parameterTypes: number[] = [];
      let fields: Field[] = [];
      const keep = (message: { dataTypeIDs: number[] }) => {
        parameterTypes = message.dataTypeIDs;
      };
      this.#client.query({
        submit(connection: Connection) {
          connection.once('parameterDescription', keep);
          connection.parse({ name: '', text, types: [] }, true);
          connection.describe({ type: 'S', name: '' }, true);
          connection.sync();
        },
        handleRowDescription: (message: { fields: Field[] }) => {
          fields = message.fields;
        },
        handleError: (error: Error) => reject(error),
        handleReadyForQuery: () => resolve({ parameterTypes, fields }),
      });
    });
  }
}

const DESCRIPTION = `
  select
    array(select format_type(p.oid, null) from unnest($1::oid[]) with ordinality p(oid, place) order by place) as parameters,
    coalesce((
      select json_agg(json_build_object('type', format_type(c.type, null), 'nullable', not a.attnotnull) order by c.place)
      from unnest($2::oid[], $3::oid[], $4::smallint[]) with ordinality c(type, relation, number, place)
      left join pg_attribute a on a.attrelid = c.relation and a.attnum = c.number and c.number > 0
        and exists (select 1 from pg_class t where t.oid = a.attrelid and t.relkind <> 'v')), '[]') as columns`;
