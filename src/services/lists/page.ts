import type { Sql } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';
import { afterCursor, type Cursor, markOf, NO_VALUE, readCursor, writeCursor } from './cursor.js';
import type { Listing, ListOrder } from './listing.js';
import type { Checkpoint, Positions } from './positions.js';

/** The most rows that one page holds. */
export const MAX_PAGE_SIZE = 200;
const DEFAULT_PAGE_SIZE = 50;
/**
 * The sizes whose limit is written into the text. Each makes a statement of its own, and a connection keeps few
 * prepared statements.
 */
const USUAL_SIZES: ReadonlySet<number> = new Set([10, 25, DEFAULT_PAGE_SIZE, 100, MAX_PAGE_SIZE]);

/** Relay's arguments, and `offset` for clients that count (SCIM's startIndex). */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly offset?: number | null;
}

/** A row with what the page's statement adds. */
type Keyed<Row> = Row & {
  /** The result of the checkpoint's check. */
  readonly check?: string;
  /** The value that the list is ordered by, as text. */
  readonly orderKey?: string | null;
  /** How many rows the whole list has. */
  readonly rowsInAll?: number;
};

/** One page of a list. Each statement runs when its result is first needed. */
export class Page<Item, Row extends { id: string } = Item & { id: string }> {
  readonly #sql: Sql;
  readonly #listing: Listing<Row>;
  readonly #size: number;
  readonly #offset: number;
  readonly #backward: boolean;
  readonly #after: Cursor | null;
  readonly #before: Cursor | null;
  readonly #itemOf: (row: Row) => Item;
  #fetched: Promise<Keyed<Row>[]> | undefined;
  #counted: Promise<number> | undefined;
  #totalWanted = false;

  /**
   * @param itemOf converts a row to an item
   * @throws DomainError INVALID_INPUT for arguments that contradict each other
   */
  constructor(sql: Sql, listing: Listing<Row>, page: PageArguments, itemOf: (row: Row) => Item) {
    this.#itemOf = itemOf;
    this.#sql = sql;
    this.#listing = listing;
    this.#backward = page.last !== undefined && page.last !== null;
    this.#size = sizeOf(page, this.#backward);
    this.#offset = page.offset ?? 0;
    const hasCursor = page.after != null || page.before != null;
    if (this.#offset < 0 || ((this.#backward || hasCursor) && this.#offset > 0)) {
      throw new DomainError('INVALID_INPUT', 'offset must not be negative, and goes with first only.', {
        attribute: 'offset',
        hint: 'Page with first and offset, or with cursors.',
      });
    }
    this.#after = page.after == null ? null : readCursor(page.after, 'after', listing);
    this.#before = page.before == null ? null : readCursor(page.before, 'before', listing);
  }

  /** The page, in order. */
  async nodes(): Promise<Item[]> {
    return (await this.#rows()).map(this.#itemOf);
  }

  /** The page, in order, each item with its cursor. */
  async edges(): Promise<{ cursor: string; node: Item }[]> {
    const mark = markOf(this.#listing);
    return (await this.#rows()).map((row) => ({ cursor: cursorOf(row, mark), node: this.#itemOf(row) }));
  }

  /** The cursors of the first and the last item; null for an empty page. */
  async ends(): Promise<{ startCursor: string | null; endCursor: string | null }> {
    const rows = await this.#rows();
    const [first, last] = [rows.at(0), rows.at(-1)];
    const mark = markOf(this.#listing);
    return {
      startCursor: first === undefined ? null : cursorOf(first, mark),
      endCursor: last === undefined ? null : cursorOf(last, mark),
    };
  }

  /** How many rows the list has. A first page that is not full needs no count. */
  totalCount(): Promise<number> {
    this.#totalWanted = true;
    this.#counted ??= this.#count();
    return this.#counted;
  }

  async hasNextPage(): Promise<boolean> {
    return this.#backward ? this.#before !== null : await this.#hasMore();
  }

  async hasPreviousPage(): Promise<boolean> {
    return this.#backward ? await this.#hasMore() : this.#after !== null || this.#offset > 0;
  }

  async #rows(): Promise<Keyed<Row>[]> {
    const rows = (await this.#fetch()).slice(0, this.#size);
    return this.#backward ? rows.reverse() : rows;
  }

  async #hasMore(): Promise<boolean> {
    return (await this.#fetch()).length > this.#size;
  }

  #fetch(): Promise<Keyed<Row>[]> {
    this.#fetched ??= this.#size === 0 ? Promise.resolve([]) : this.#selectFrom(this.#far);
    return this.#fetched;
  }

  /** The checkpoints to use, if the page begins far into the list. */
  get #far(): Positions | undefined {
    const { positions } = this.#listing;
    const isFar = positions !== undefined && !this.#backward && this.#offset >= positions.far;
    return isFar ? positions : undefined;
  }

  async #selectFrom(positions: Positions | undefined): Promise<Keyed<Row>[]> {
    if (positions === undefined) return this.#select();
    const total = await this.totalCount();
    if (this.#offset >= total) return [];
    // A second attempt with new checkpoints costs no more than skipping the rows, and concurrent requests share the
    // checkpoints.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const checkpoint = await positions.checkpointBefore(this.#offset, total);
      if (checkpoint === undefined) break;
      const rows = await this.#select(checkpoint);
      if (rows[0]?.check === checkpoint.expected) return rows;
      checkpoint.invalidate();
    }
    return this.#select();
  }

  /** Selects one row more than the page holds, which shows whether there is another page. */
  async #select(checkpoint?: Checkpoint): Promise<Keyed<Row>[]> {
    const {
      columns,
      from,
      narrowFrom,
      where,
      values,
      id,
      orderBy,
      descending = false,
      ofRow,
    } = this.#listing;
    if (ofRow === true) await allFieldsRequested();
    const down = descending !== this.#backward;
    const direction = down ? 'desc' : 'asc';
    const all = [...values];
    const place = (value: unknown): string => `$${all.push(value)}`;
    const after =
      this.#after === null ? '' : ` and ${afterCursor(this.#listing, this.#after, descending, place)}`;
    const before =
      this.#before === null ? '' : ` and ${afterCursor(this.#listing, this.#before, !descending, place)}`;
    const key = orderBy === undefined ? '' : `, ${orderBy.column}::text as "orderKey"`;
    const total =
      ofRow === true && this.#totalWanted
        ? `, (select count(*)::integer from ${narrowFrom ?? from} where ${where}) as "rowsInAll"`
        : '';
    const order = orderBy === undefined ? '' : `${orderBy.column} ${direction}, `;
    const sorted = `order by ${order}${id} ${direction}`;
    const check = checkpoint === undefined ? '' : `, ${checkpoint.check(place)} as check`;
    const start = checkpoint === undefined ? '' : ` and ${id} >= ${place(checkpoint.id)}`;
    const skipped = this.#offset - (checkpoint?.position ?? 0);
    const offset = skipped === 0 ? '' : ` offset ${place(skipped)}`;
    // A usual limit is written into the text: PostgreSQL cannot plan for a bound one, and would plan every page anew.
    const rows = this.#size + 1;
    const limit = USUAL_SIZES.has(this.#size) ? String(rows) : place(rows);
    const cut = `where ${where}${after}${before}${start} ${sorted} limit ${limit}${offset}`;
    // Where rows are skipped or sorted, PostgreSQL would carry all columns of each of them.
    const isNarrow = narrowFrom !== undefined && (this.#offset > 0 || orderBy !== undefined);
    const condition = isNarrow ? `where ${id} in (select ${id} from ${narrowFrom} ${cut}) ${sorted}` : cut;
    return this.#sql.rows(`select ${columns}${key}${total}${check} from ${from} ${condition}`, all);
  }

  async #count(): Promise<number> {
    await allFieldsRequested();
    if (this.#listing.ofRow === true) {
      const [row] = (await this.#fetched) ?? [];
      if (row?.rowsInAll !== undefined) return row.rowsInAll;
    }
    const { from, narrowFrom = from, where, values, positions } = this.#listing;
    const { countFrom = { from: narrowFrom, where } } = this.#listing;
    if (this.#far !== undefined) return this.#far.total();
    if (
      this.#fetched !== undefined &&
      this.#size > 0 &&
      this.#after === null &&
      this.#before === null &&
      !this.#backward
    ) {
      const rows = await this.#fetched;
      if (rows.length <= this.#size && (rows.length > 0 || this.#offset === 0))
        return this.#offset + rows.length;
    }
    if (positions !== undefined) return positions.total();
    const [row] = await this.#sql.rows<{ total: number }>(
      `select count(*)::integer as total from ${countFrom.from} where ${countFrom.where}`,
      values,
    );
    return row?.total ?? 0;
  }
}

/** GraphQL requests all fields of a page before it awaits the first: one tick later, `#totalWanted` is final. */
function allFieldsRequested(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

function sizeOf(page: PageArguments, backward: boolean): number {
  if (backward && page.first != null) {
    throw new DomainError('INVALID_INPUT', 'Ask for first or for last, not for both.', {
      attribute: 'first',
    });
  }
  const attribute = backward ? 'last' : 'first';
  const size = page[attribute] ?? DEFAULT_PAGE_SIZE;
  if (!Number.isInteger(size) || size < 0 || size > MAX_PAGE_SIZE) {
    throw new DomainError('INVALID_INPUT', `${attribute} must be from 0 to ${MAX_PAGE_SIZE}.`, { attribute });
  }
  return size;
}

/** The `itemOf` of lists whose rows are their items. */
export function asIs<Row>(row: Row): Row {
  return row;
}

function cursorOf({ id, orderKey }: { id: string; orderKey?: string | null }, mark: string): string {
  return writeCursor({ id, key: orderKey === undefined ? null : (orderKey ?? NO_VALUE) }, mark);
}

/** An item of a list, with its cursor. */
export interface Edge<Item> {
  readonly cursor: string;
  readonly node: Item;
}

/**
 * The edge of an item that was just added to a list.
 * @param orderKey the value that the list is ordered by, as text; omitted when the list is ordered by the id
 */
export function edgeIn<Item extends { id: string }>(
  list: ListOrder,
  node: Item,
  orderKey?: string,
): Edge<Item> {
  const key = orderKey === undefined ? {} : { orderKey };
  return { node, cursor: cursorOf({ id: node.id, ...key }, markOf(list)) };
}
