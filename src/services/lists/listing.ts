import type { Selection } from '../../database/statement.js';
import type { Positions } from './positions.js';

/** The first term of a list's order, before the id. */
export interface OrderBy {
  readonly column: string;
  readonly type: 'text' | 'timestamptz' | 'integer' | 'boolean' | 'uuid';
  /** Whether rows may have no value: they come last, or first when descending. */
  readonly nullable?: boolean;
}

/** The list and the order to which a cursor belongs. */
export type ListOrder = Pick<Listing, 'name' | 'owner' | 'orderBy' | 'descending'>;

/** A list that pages are read from. */
export interface Listing<Row = unknown> extends Selection<Row> {
  /** The part of `from` that the condition and the order need, for statements that only count, skip or sort rows. */
  readonly narrowFrom?: string;
  /** A cheaper statement with the same number of rows, over the same values. */
  readonly countFrom?: { readonly from: string; readonly where: string };
  /** The id of the object to which the list belongs: a cursor of another object's list is refused. */
  readonly owner?: string;
  readonly where: string;
  readonly values: readonly unknown[];
  /** The column of the id: the last term of every order, which makes the order total. */
  readonly id: string;
  readonly orderBy?: OrderBy;
  readonly descending?: boolean;
  /** Set for a list of all rows of a workspace (`$1`), in the order of their ids. */
  readonly positions?: Positions;
  /**
   * Whether the list belongs to a row of a page, as a member's memberships do: then rows and total are read in one
   * statement.
   */
  readonly ofRow?: boolean;
}
