import type { Sql } from '../../database/database.js';
import type { Log, Logged, Position } from './log.js';

/** The most pages that a feed keeps for its followers. */
const MOST_PAGES = 2;

/** A log of one workspace. Entries are read when a follower asks for them, once for all that are at the same place. */
export class Feed<Entry> {
  readonly workspaceId: string;
  readonly #log: Log<Entry>;
  readonly #sql: Sql;
  /** The last pages that were read, by the place behind which they begin. */
  readonly #pages = new Map<Position, Promise<readonly Logged<Entry>[]>>();
  /** The place of the last entry that followers may take. */
  #end: Position;
  /** Called when there is more. */
  readonly waiting = new Set<() => void>();

  private constructor(sql: Sql, log: Log<Entry>, workspaceId: string, start: Position) {
    this.#sql = sql;
    this.#log = log;
    this.workspaceId = workspaceId;
    this.#end = start;
  }

  /** A feed of everything that is committed from now on. */
  static async of<Entry>(sql: Sql, log: Log<Entry>, workspaceId: string): Promise<Feed<Entry>> {
    return new Feed(sql, log, workspaceId, (await log.start(sql, workspaceId)).position);
  }

  /** The place up to which followers may take entries. */
  get end(): Position {
    return this.#end;
  }

  /**
   * Looks whether there is more.
   * @param until the place up to which the log is complete
   * @param beforeNews awaited before followers can take new entries
   */
  async look(
    until: Position,
    beforeNews?: (after: Position, until: Position) => Promise<void>,
  ): Promise<void> {
    const newest = await this.#log.newest(this.#sql, this.workspaceId, until);
    if (newest === undefined || newest <= this.#end) return;
    await beforeNews?.(this.#end, newest);
    this.#end = newest;
    for (const wake of [...this.waiting]) wake();
  }

  /** The next entries after a place; empty when there are none. */
  async after(position: Position): Promise<readonly Logged<Entry>[]> {
    if (position >= this.#end) return [];
    const page = this.#pages.get(position) ?? this.#read(position);
    try {
      const entries = await page;
      // There may be entries here later.
      if (entries.length === 0) this.#pages.delete(position);
      return entries;
    } catch (error) {
      this.#pages.delete(position);
      throw error;
    }
  }

  #read(position: Position): Promise<readonly Logged<Entry>[]> {
    const page = this.#log.page(this.#sql, this.workspaceId, position, this.#end);
    this.#pages.set(position, page);
    const [oldest] = this.#pages.keys();
    if (this.#pages.size > MOST_PAGES && oldest !== undefined) this.#pages.delete(oldest);
    return page;
  }

  /** Frees the kept entries. */
  forget(): void {
    this.#pages.clear();
  }
}
