import type { Sql } from '../../database/database.js';
import { END, type Log, type Logged, MOST_IN_PAGE, type Position } from './logs.js';

/** The most entries that a feed keeps for its followers. Slower followers read them from the database. */
const MOST_KEPT = 2 * MOST_IN_PAGE;

/** A log of one workspace, read once for all its followers in this process. */
export class Feed<Entry> {
  readonly workspaceId: string;
  readonly #log: Log<Entry>;
  readonly #sql: Sql;
  #kept: Logged<Entry>[] = [];
  /** The place after which `#kept` begins. */
  #start: Position;
  /** The place of the last entry that was read. */
  #end: Position;
  /** Called when more was read. */
  readonly waiting = new Set<() => void>();

  private constructor(sql: Sql, log: Log<Entry>, workspaceId: string, start: Position) {
    this.#sql = sql;
    this.#log = log;
    this.workspaceId = workspaceId;
    this.#start = start;
    this.#end = start;
  }

  /** A feed of everything that is committed from now on. */
  static async of<Entry>(sql: Sql, log: Log<Entry>, workspaceId: string): Promise<Feed<Entry>> {
    return new Feed(sql, log, workspaceId, await log.start(sql, workspaceId));
  }

  /** How far it has been read. */
  get end(): Position {
    return this.#end;
  }

  /**
   * Reads what is new.
   * @param until the place up to which the log is complete
   * @param onNew called with new entries before followers can take them
   */
  async read(
    until: Position = END,
    onNew: (entries: readonly Entry[]) => void = () => undefined,
  ): Promise<void> {
    for (;;) {
      const page = await this.#log.page(this.#sql, this.workspaceId, this.#end, until);
      const last = page.at(-1);
      if (last === undefined) return;
      onNew(page.map(({ entry }) => entry));
      const all = [...this.#kept, ...page];
      const dropped = all.at(-MOST_KEPT - 1);
      this.#kept = all.slice(-MOST_KEPT);
      this.#start = dropped?.position ?? this.#start;
      this.#end = last.position;
      for (const wake of [...this.waiting]) wake();
      if (page.length < MOST_IN_PAGE) return;
    }
  }

  /** The next entries after a place; empty when there are none. It asks the database only for entries no longer kept. */
  async after(position: Position): Promise<Logged<Entry>[]> {
    if (position >= this.#end) return [];
    if (position < this.#start) return this.#log.page(this.#sql, this.workspaceId, position, this.#end);
    return this.#kept.slice(this.#kept.findLastIndex((one) => one.position <= position) + 1);
  }

  /** Frees the kept entries. */
  forget(): void {
    this.#kept = [];
    this.#start = this.#end;
  }
}
