import type { Sql } from '../../database/database.js';
import { DomainError } from '../../domain/errors.js';
import { isId } from '../../domain/ids.js';

/** The most rows that one page holds. */
export const MAX_PAGE_SIZE = 200;
const DEFAULT_PAGE_SIZE = 50;
/** Each is a statement of its own, and there is room for few. */
const USUAL_SIZES: ReadonlySet<number> = new Set([DEFAULT_PAGE_SIZE, 100, MAX_PAGE_SIZE]);

/** Relay's arguments, and `offset` for clients that count (SCIM's startIndex). */
export interface PageArguments {
  readonly first?: number | null;
  readonly after?: string | null;
  readonly last?: number | null;
  readonly before?: string | null;
  readonly offset?: number | null;
}

/** How many rows a list has, and which ones stand where, known without looking at all of them. */
export interface Positions {
  /** The offset up to which it is as good to skip rows. */
  readonly far: number;
  total(): Promise<number>;
  /** A row that stands at `offset` or not far before; undefined when none is known. `total`: how many rows there are. */
  landmarkBefore(offset: number, total: number): Promise<Landmark | undefined>;
}

/** A row whose place was known a moment ago. */
export interface Landmark {
  readonly id: string;
  /** How many rows stand before it. */
  readonly position: number;
  /** SQL that gives `truth` if the position is still what it was. */
  evidence(place: (value: unknown) => string): string;
  readonly truth: string;
  /** To be called when it is not. */
  refute(): void;
}

/** A list, before it is cut into pages. */
export interface Listing {
  readonly columns: string;
  readonly from: string;
  /** What of `from` the condition and the order need, if less: where rows are only counted or skipped, it is enough. */
  readonly narrowFrom?: string;
  readonly where: string;
  readonly values: readonly unknown[];
  /** The column of the id: the last word in every order, so that it is total. */
  readonly id: string;
  /** What to order by before the id; rows must carry its value as text under `orderKey`. */
  readonly orderBy?: {
    readonly column: string;
    readonly type: 'text' | 'timestamptz' | 'integer' | 'boolean';
    /** Rows may be without the value: they come last, or first when descending. */
    readonly nullable?: boolean;
  };
  readonly descending?: boolean;
  /** Of a list of all rows there are, in the order of their ids. `$1` is the workspace. */
  readonly positions?: Positions;
  /** Whether it belongs to one of a page's many rows, as the stays of a member do: rows and total come together there. */
  readonly ofRow?: boolean;
}

/** In a cursor, the place of a row that has nothing of what the list is ordered by. */
const WITHOUT = false;

interface Cursor {
  readonly id: string;
  /** Null where the list is ordered by the id alone. */
  readonly key: string | typeof WITHOUT | null;
}

type Keyed<Row> = Row & {
  readonly evidence?: string;
  readonly orderKey?: string | null;
  readonly rowsInAll?: number;
};

/** One page of a list. Nothing is asked of the database until somebody wants to know it. */
export class Page<Item, Row extends { id: string } = Item & { id: string }> {
  readonly #sql: Sql;
  readonly #listing: Listing;
  readonly #size: number;
  readonly #offset: number;
  readonly #backward: boolean;
  readonly #cursor: Cursor | null;
  readonly #itemOf: (row: Row) => Item;
  #fetched: Promise<Keyed<Row>[]> | undefined;
  #counted: Promise<number> | undefined;
  #totalWanted = false;

  /**
   * @param itemOf what to make of a row
   * @throws DomainError INVALID_INPUT for arguments that do not fit together
   */
  constructor(sql: Sql, listing: Listing, page: PageArguments, itemOf: (row: Row) => Item) {
    this.#itemOf = itemOf;
    this.#sql = sql;
    this.#listing = listing;
    this.#backward = page.last !== undefined && page.last !== null;
    this.#size = sizeOf(page, this.#backward);
    this.#offset = page.offset ?? 0;
    const cursor = (this.#backward ? page.before : page.after) ?? null;
    if (
      (this.#backward ? page.after : page.before) != null ||
      this.#offset < 0 ||
      ((this.#backward || cursor !== null) && this.#offset > 0)
    ) {
      throw new DomainError(
        'INVALID_INPUT',
        'Page with first and after, or last and before, or first and offset.',
      );
    }
    this.#cursor = cursor === null ? null : readCursor(cursor, listing.orderBy);
  }

  /** The page, in order. */
  async nodes(): Promise<Item[]> {
    return (await this.#rows()).map(this.#itemOf);
  }

  /** The page, in order, each with the cursor that stands for its place. */
  async edges(): Promise<{ cursor: string; node: Item }[]> {
    return (await this.#rows()).map((row) => ({ cursor: cursorOf(row), node: this.#itemOf(row) }));
  }

  /** The cursors of the first and the last; null for an empty page. */
  async ends(): Promise<{ startCursor: string | null; endCursor: string | null }> {
    const rows = await this.#rows();
    const [first, last] = [rows.at(0), rows.at(-1)];
    return {
      startCursor: first === undefined ? null : cursorOf(first),
      endCursor: last === undefined ? null : cursorOf(last),
    };
  }

  /** How many there are altogether. A first page that is not full answers it without counting. */
  totalCount(): Promise<number> {
    this.#totalWanted = true;
    this.#counted ??= this.#count();
    return this.#counted;
  }

  async hasNextPage(): Promise<boolean> {
    return this.#backward ? this.#cursor !== null : await this.#hasMore();
  }

  async hasPreviousPage(): Promise<boolean> {
    return this.#backward ? await this.#hasMore() : this.#cursor !== null || this.#offset > 0;
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

  /** What knows where the page begins, if it begins far into the list. */
  get #far(): Positions | undefined {
    const { positions } = this.#listing;
    const isFar = positions !== undefined && !this.#backward && this.#offset >= positions.far;
    return isFar ? positions : undefined;
  }

  async #selectFrom(positions: Positions | undefined): Promise<Keyed<Row>[]> {
    if (positions === undefined) return this.#select();
    const total = await this.totalCount();
    if (this.#offset >= total) return [];
    // Once more when it was refuted: it costs no more to look for others than to skip rows, and all who wait share them.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const landmark = await positions.landmarkBefore(this.#offset, total);
      if (landmark === undefined) break;
      const rows = await this.#select(landmark);
      if (rows[0]?.evidence === landmark.truth) return rows;
      landmark.refute();
    }
    return this.#select();
  }

  /** One row more than the page holds tells whether there is another page. */
  async #select(landmark?: Landmark): Promise<Keyed<Row>[]> {
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
    if (ofRow === true) await everythingIsAsked();
    const down = descending !== this.#backward;
    const direction = down ? 'desc' : 'asc';
    const all = [...values];
    const place = (value: unknown): string => `$${all.push(value)}`;
    const after = this.#cursor === null ? '' : ` and ${beyond(this.#listing, this.#cursor, down, place)}`;
    const key = orderBy === undefined ? '' : `, ${orderBy.column}::text as "orderKey"`;
    const total =
      ofRow === true && this.#totalWanted
        ? `, (select count(*)::integer from ${narrowFrom ?? from} where ${where}) as "rowsInAll"`
        : '';
    const order = orderBy === undefined ? '' : `${orderBy.column} ${direction}, `;
    const sorted = `order by ${order}${id} ${direction}`;
    const known = landmark === undefined ? '' : `, ${landmark.evidence(place)} as evidence`;
    const start = landmark === undefined ? '' : ` and ${id} >= ${place(landmark.id)}`;
    const skipped = this.#offset - (landmark?.position ?? 0);
    const offset = skipped === 0 ? '' : ` offset ${place(skipped)}`;
    // Written out where it is usual: of a limit that is bound PostgreSQL knows nothing beforehand, and plans each page anew.
    const rows = this.#size + 1;
    const limit = USUAL_SIZES.has(this.#size) ? String(rows) : place(rows);
    const cut = `where ${where}${after}${start} ${sorted} limit ${limit}${offset}`;
    const condition =
      narrowFrom === undefined || this.#offset === 0
        ? cut
        : `where ${id} in (select ${id} from ${narrowFrom} ${cut}) ${sorted}`;
    return this.#sql.rows(`select ${columns}${key}${total}${known} from ${from} ${condition}`, all);
  }

  async #count(): Promise<number> {
    if (this.#listing.ofRow === true) {
      await everythingIsAsked();
      const [row] = (await this.#fetched) ?? [];
      if (row?.rowsInAll !== undefined) return row.rowsInAll;
    }
    const { from, narrowFrom = from, where, values, positions } = this.#listing;
    if (this.#far !== undefined) return this.#far.total();
    if (this.#fetched !== undefined && this.#size > 0 && this.#cursor === null && !this.#backward) {
      const rows = await this.#fetched;
      if (rows.length <= this.#size && (rows.length > 0 || this.#offset === 0))
        return this.#offset + rows.length;
    }
    if (positions !== undefined) return positions.total();
    const [row] = await this.#sql.rows<{ total: number }>(
      `select count(*)::integer as total from ${narrowFrom} where ${where}`,
      values,
    );
    return row?.total ?? 0;
  }
}

/** GraphQL asks for all fields of a page before it waits for one: after that, what is wanted of the page is known. */
function everythingIsAsked(): Promise<void> {
  return new Promise((resolve) => process.nextTick(resolve));
}

/** Whether a row comes after the cursor's. PostgreSQL puts nulls last, and first where the order is descending. */
function beyond(
  { id, orderBy }: Listing,
  cursor: Cursor,
  down: boolean,
  place: (value: unknown) => string,
): string {
  const operator = down ? '<' : '>';
  if (orderBy === undefined) return `${id} ${operator} ${place(cursor.id)}`;
  const { column, type, nullable = false } = orderBy;
  if (cursor.key === WITHOUT) {
    const others = `${column} is null and ${id} ${operator} ${place(cursor.id)}::uuid`;
    return down ? `(${others} or ${column} is not null)` : `(${others})`;
  }
  const compared = `(${column}, ${id}) ${operator} (${place(cursor.key)}::${type}, ${place(cursor.id)}::uuid)`;
  return nullable && !down ? `(${compared} or ${column} is null)` : compared;
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

function cursorOf({ id, orderKey }: { id: string; orderKey?: string | null }): string {
  const key = orderKey === undefined ? null : (orderKey ?? WITHOUT);
  return Buffer.from(JSON.stringify([id, key])).toString('base64url');
}

type OrderBy = NonNullable<Listing['orderBy']>;

const TIMESTAMPTZ = /^\d{4,6}-\d\d-\d\d \d\d:\d\d:\d\d(\.\d+)?[+-]\d\d(:\d\d)?$/;
const INT4 = 2 ** 31;

const IS_KEY: Readonly<Record<OrderBy['type'], (key: string) => boolean>> = {
  text: isText,
  timestamptz: (key) => TIMESTAMPTZ.test(key) && !Number.isNaN(Date.parse(key)),
  integer: (key) => /^-?\d{1,10}$/.test(key) && Number(key) < INT4 && Number(key) >= -INT4,
  boolean: (key) => key === 'true' || key === 'false',
};

function isText(key: string): boolean {
  return key.isWellFormed() && !key.includes('\0');
}

/** Whether a cursor's key can be a value of what the list is ordered by: cursors of other lists have others. */
function isKeyOf(orderBy: OrderBy | undefined, key: unknown): key is Cursor['key'] {
  if (orderBy === undefined) return key === null;
  if (key === WITHOUT) return orderBy.nullable === true;
  return typeof key === 'string' && IS_KEY[orderBy.type](key);
}

function readCursor(text: string, orderBy: OrderBy | undefined): Cursor {
  try {
    const parsed: unknown = JSON.parse(Buffer.from(text, 'base64url').toString());
    if (Array.isArray(parsed)) {
      const [id, key]: unknown[] = parsed;
      if (typeof id === 'string' && isId(id) && isKeyOf(orderBy, key)) return { id, key };
    }
  } catch {
    // Not JSON: not one of our cursors either.
  }
  throw new DomainError('INVALID_INPUT', 'This cursor is not one of this list.', {
    hint: 'Use endCursor or startCursor of an earlier page of the same list.',
  });
}

/** For lists whose rows are what they seem. */
export function asIs<Row>(row: Row): Row {
  return row;
}
