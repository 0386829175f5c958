import { LRUCache } from 'lru-cache';
import type { MemberRow } from './members.js';

/** Identity providers write a moment after they have read. What is older is more likely to be stale than asked for. */
const REMEMBERED_FOR_MS = 2000;
const MOST_REMEMBERED = 1000;

/**
 * Members as they were when this process last read or wrote them. Whatever rests on one checks its version where it
 * writes; nothing is answered from here.
 */
export class MembersSeen {
  readonly #rows = new LRUCache<string, MemberRow>({ max: MOST_REMEMBERED, ttl: REMEMBERED_FOR_MS });

  note(row: MemberRow): void {
    this.#rows.set(row.id, row);
  }

  /** Gives it to one: of those who change the same member at the same moment only one can be right. */
  take(id: string): MemberRow | undefined {
    const row = this.#rows.get(id);
    this.#rows.delete(id);
    return row;
  }
}
