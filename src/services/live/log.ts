import type { Sql } from '../../database/database.js';

/** A place in a log. Places of one log compare as texts in its order. */
export type Position = string;

/** An entry of a log, with its place. */
export interface Logged<Entry> {
  readonly entry: Entry;
  readonly position: Position;
}

/** Where a log begins for who follows it from now on. */
export interface Start {
  readonly position: Position;
  /** The places behind it of entries that were committed before. */
  readonly passed: readonly Position[];
}

/** A log of every workspace, in the order in which its entries were written. */
export interface Log<Entry> {
  /** The place behind which every entry of the workspace is that is committed from now on. */
  start(sql: Sql, workspaceId: string): Promise<Start>;
  /** The place of an entry; undefined when the workspace's log has no entry with the id. */
  positionOf(sql: Sql, workspaceId: string, id: string): Promise<Position | undefined>;
  /** The place of the last entry up to a place; undefined when there is none. */
  newest(sql: Sql, workspaceId: string, until: Position): Promise<Position | undefined>;
  /** The entries between two places, without the first and with the second, oldest first: `MOST_IN_PAGE` at most. */
  page(sql: Sql, workspaceId: string, after: Position, until: Position): Promise<Logged<Entry>[]>;
  /** Which of the workspaces have an entry behind their place. */
  news(sql: Sql, places: ReadonlyMap<string, Position>): Promise<string[]>;
}

export const MOST_IN_PAGE = 200;
