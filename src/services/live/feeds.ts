import type { Sql } from '../../database/database.js';
import { Feed } from './feed.js';
import type { Log } from './log.js';

interface KeptFeed<Entry> {
  readonly loading: Promise<Feed<Entry>>;
  loaded: Feed<Entry> | undefined;
  users: number;
}

/** The feeds of one kind of log, by workspace: those that somebody uses. */
export class Feeds<Entry> {
  readonly log: Log<Entry>;
  readonly #sql: Sql;
  readonly #kept = new Map<string, KeptFeed<Entry>>();

  constructor(sql: Sql, log: Log<Entry>) {
    this.#sql = sql;
    this.log = log;
  }

  /**
   * Uses a workspace's feed, which is made for its first user.
   * @returns the feed, and what to call once when it is used no longer
   */
  use(workspaceId: string): { readonly loading: Promise<Feed<Entry>>; release(): void } {
    const kept = this.#kept.get(workspaceId) ?? this.#load(workspaceId);
    kept.users += 1;
    const release = () => {
      kept.users -= 1;
      if (kept.users === 0 && this.#kept.get(workspaceId) === kept) this.#kept.delete(workspaceId);
    };
    return { loading: kept.loading, release };
  }

  #load(workspaceId: string): KeptFeed<Entry> {
    const loading = Feed.of(this.#sql, this.log, workspaceId);
    const kept: KeptFeed<Entry> = { loading, loaded: undefined, users: 0 };
    this.#kept.set(workspaceId, kept);
    loading.then(
      (feed) => {
        kept.loaded = feed;
      },
      // Its users are told, and the next one tries again.
      () => this.#kept.get(workspaceId) === kept && this.#kept.delete(workspaceId),
    );
    return kept;
  }

  of(workspaceId: string): Feed<Entry> | undefined {
    return this.#kept.get(workspaceId)?.loaded;
  }

  all(): Feed<Entry>[] {
    return [...this.#kept.values()].flatMap(({ loaded }) => (loaded === undefined ? [] : [loaded]));
  }

  /** The feeds whose logs have entries that were not read. */
  async withNews(): Promise<Feed<Entry>[]> {
    const feeds = new Map(this.all().map((feed) => [feed.workspaceId, feed]));
    if (feeds.size === 0) return [];
    const places = new Map([...feeds.values()].map(({ workspaceId, end }) => [workspaceId, end]));
    const found = await this.log.news(this.#sql, places);
    return found.flatMap((id) => feeds.get(id) ?? []);
  }
}
