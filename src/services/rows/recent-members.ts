import { LRUCache } from 'lru-cache';
import type { MemberRow } from './members.js';

/** Identity providers write soon after they have read. An older row is more likely stale than useful. */
const TTL_MS = 2000;
const MAX_ROWS = 1000;

/**
 * The members that this process has read or written in the last two seconds. A write that uses one checks its version;
 * reads never use them.
 */
export class RecentMembers {
  readonly #rows = new LRUCache<string, MemberRow>({ max: MAX_ROWS, ttl: TTL_MS });

  add(row: MemberRow): void {
    this.#rows.set(row.id, row);
  }

  /** Returns and removes a member: of several concurrent changes of a member, only one can use the same row. */
  take(id: string): MemberRow | undefined {
    const row = this.#rows.get(id);
    this.#rows.delete(id);
    return row;
  }
}
