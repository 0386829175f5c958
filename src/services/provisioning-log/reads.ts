import type { ScimRead } from '../../domain/provisioning-log.js';
import { entryOf, type LogEntry, type LogKey } from './entry.js';

/**
 * How many accepted reads of a key have entries of their own between two writes. Further ones of the same method and
 * operation share an entry, which counts them: an import reads thousands (rule 52).
 */
const MOST_READS = 10;

/** The accepted reads of a key since the last write. */
interface ReadsOfKey {
  count: number;
  /** By method, operation and client. */
  readonly shared: Map<string, LogEntry & { times: number }>;
}

/** The accepted reads that wait to be written. */
export class WaitingReads {
  readonly #keys = new Map<string | null, ReadsOfKey>();

  /** @returns the entry to be written; undefined when the read is counted in one that waits already */
  add(read: ScimRead, key: LogKey): LogEntry | undefined {
    const reads = this.#readsOf(key.apiKeyId);
    reads.count += 1;
    if (reads.count <= MOST_READS) return entryOf(read.describe(), key);
    const kind = `${read.method} ${read.operation} ${read.client}`;
    const shared = reads.shared.get(kind);
    if (shared !== undefined) {
      shared.times += 1;
      return undefined;
    }
    const entry = { ...entryOf({ ...read.describe(), target: null }, key) };
    reads.shared.set(kind, entry);
    return entry;
  }

  /** To be called before entries are written: those no longer change. */
  clear(): void {
    this.#keys.clear();
  }

  #readsOf(apiKeyId: string | null): ReadsOfKey {
    const known = this.#keys.get(apiKeyId);
    if (known !== undefined) return known;
    const reads: ReadsOfKey = { count: 0, shared: new Map() };
    this.#keys.set(apiKeyId, reads);
    return reads;
  }
}
