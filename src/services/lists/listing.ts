import type { Selection } from '../../database/statement.js';
import type { Positions } from './positions.js';

/** What a list is ordered by before the id. */
export interface OrderBy {
  readonly column: string;
  readonly type: 'text' | 'timestamptz' | 'integer' | 'boolean';
  /** Whether rows may have no value: they come last, or first when descending. */
  readonly nullable?: boolean;
}

/** The list and the order to which a cursor belongs. */
export type ListOrder = Pick<Listing, 'name' | 'owner' | 'orderBy' | 'descending'>;

/** A list, before it is cut into pages. */
export interface Listing<Row = unknown> extends Selection<Row> {
  /** The part of `from` that the condition and the order need, where rows are only counted or skipped. */
  readonly narrowFrom?: string;
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
  /** Whether the list belongs to one of a page's many rows, as a member's memberships do: then rows and total are read in one statement. */
  readonly ofRow?: boolean;
}
