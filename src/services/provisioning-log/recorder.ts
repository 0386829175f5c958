import { DatabaseError } from 'pg';
import type { Database } from '../../database/database.js';
import { idInBatch, isId } from '../../domain/ids.js';
import type { ScimEvent, ScimRead } from '../../domain/provisioning-log.js';
import type { Hints } from '../context/activity-hints.js';
import { entryOf, type LogEntry, type LogKey, type WrittenEntry } from './entry.js';
import { findKeyFaults, type KeyFault, type KeyLookup, type KnownFault, keyLookupOf } from './keys.js';
import { createPartitions, dayOf, dropPartitions } from './partitions.js';
import { WaitingReads } from './reads.js';
import { deleteExpired } from './retention.js';
import { writeBatch } from './write.js';

/** The longest time before an entry is written: a refusal is in the log a second after its answer (rule 53). */
const FLUSH_MS = 500;
/** The most entries that wait in memory; further ones are dropped and counted. */
const MOST_WAITING = 10_000;
const MOST_AT_ONCE = 1_000;
/** The most kinds of refused credentials that are counted separately in a minute. */
const MOST_FAULTS = 1_000;
/** The most workspaces whose dropped entries are counted between two writes. */
const MOST_DROP_COUNTS = 1_000;
const MINUTE_MS = 60_000;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

export interface ProvisioningLogOptions {
  /** The number of days for which entries are kept. */
  readonly days: number;
  /** Takes hints that a workspace has new entries. */
  readonly hints: Hints;
  /** Called when entries could not be written; they are written later. */
  onFault(error: unknown): void;
}

/** Refused requests of one minute with the same reason and network. */
interface Fault {
  readonly first: KeyFault;
  readonly credential: KeyLookup | undefined;
  waiting: number;
  entry: WrittenEntry | undefined;
}

/**
 * Records SCIM requests and their results (rules 49 to 53). Entries are written in batches after the answer; memory is
 * bounded, and entries beyond it are dropped and counted.
 */
export class ProvisioningLog {
  readonly #database: Database;
  readonly #options: ProvisioningLogOptions;
  #waiting: LogEntry[] = [];
  readonly #reads = new WaitingReads();
  /** By workspace, credential and network, of the current minute. */
  #faults = new Map<string, Fault>();
  #faultsOf = 0;
  #dropped = new Map<string, number>();
  #droppedInAll = 0;
  readonly #partitioned = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #maintained = 0;
  #writing: Promise<void> | undefined;

  constructor(database: Database, options: ProvisioningLogOptions) {
    this.#database = database;
    this.#options = options;
  }

  /** The number of entries that wait to be written. */
  get waiting(): number {
    return this.#waiting.length;
  }

  /** The number of entries dropped since the start. */
  get dropped(): number {
    return this.#droppedInAll;
  }

  /** Records an answered request. Never throws, and never waits. */
  record(event: ScimEvent, key: LogKey): void {
    this.#add(key, () => entryOf(event, key));
  }

  /** Records an accepted request that changed nothing. Never throws, and never waits. */
  recordRead(read: ScimRead, key: LogKey): void {
    this.#add(key, () => this.#reads.add(read, key));
  }

  #add({ workspaceId }: LogKey, entryIfKept: () => LogEntry | undefined): void {
    if (this.#waiting.length >= MOST_WAITING) {
      this.#drop(workspaceId);
      return;
    }
    const entry = entryIfKept();
    if (entry === undefined) return;
    this.#waiting.push(entry);
    this.#schedule();
  }

  /**
   * Records a request that was refused because of its key. It is counted with others of the same minute, network and
   * credential.
   */
  recordKeyFault(fault: KeyFault): void {
    if (!isId(fault.workspaceId)) return;
    const minute = Math.floor(fault.at.getTime() / MINUTE_MS);
    if (minute !== this.#faultsOf) {
      // Counts of the previous minute that are not written yet are kept.
      this.#faults = new Map(
        [...this.#faults].filter(([, { waiting }]) => waiting > 0).slice(0, MOST_FAULTS / 2),
      );
      this.#faultsOf = minute;
    }
    const credential = fault.known === undefined ? keyLookupOf(fault.credential) : undefined;
    const holder = fault.known?.apiKeyId ?? credential?.lookup ?? '';
    const reason = fault.known?.code ?? '';
    const key = `${minute} ${fault.workspaceId} ${fault.network} ${fault.client} ${holder} ${reason}`;
    const known = this.#faults.get(key);
    if (known === undefined && this.#faults.size >= MOST_FAULTS) {
      this.#drop(fault.workspaceId);
      return;
    }
    if (known === undefined) {
      this.#faults.set(key, { first: withoutCredential(fault), credential, waiting: 1, entry: undefined });
    } else known.waiting += 1;
    this.#schedule();
  }

  /** Writes the entries that wait now. @throws errors of the database; entries that could not be written keep waiting */
  async flush(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing.catch(() => undefined);
    this.#writing = this.#write().finally(() => {
      this.#writing = undefined;
    });
    await this.#writing;
  }

  /** Writes the remaining entries. Call it before the database is closed. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    try {
      do await this.flush();
      while (this.#waiting.length > 0);
    } catch (error) {
      this.#options.onFault(error);
    }
    clearTimeout(this.#timer);
  }

  #drop(workspaceId: string): void {
    this.#droppedInAll += 1;
    const known = this.#dropped.get(workspaceId);
    if (known === undefined && this.#dropped.size >= MOST_DROP_COUNTS) return;
    this.#dropped.set(workspaceId, (known ?? 0) + 1);
    this.#schedule();
  }

  #schedule(): void {
    if (this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.flush().catch((error) => {
        this.#options.onFault(error);
        this.#schedule();
      });
    }, FLUSH_MS);
  }

  async #write(): Promise<void> {
    await this.#maintain();
    // What comes meanwhile waits for the next time: under load, it would be written in many small batches.
    let left = this.#waiting.length;
    let most = MOST_AT_ONCE;
    do {
      this.#reads.clear();
      const entries = this.#waiting.slice(0, Math.min(left, most));
      const faults = [...this.#faults.values()].filter(({ waiting }) => waiting > 0);
      const counted = new Map(faults.map((fault) => [fault, fault.waiting]));
      const dropped = this.#dropped;
      if (entries.length === 0 && faults.length === 0 && dropped.size === 0) return;
      this.#dropped = new Map();
      try {
        const { fresh, repeated } = await this.#entriesOf(counted);
        const all = [...entries, ...fresh.map(({ entry }) => entry)];
        await this.#partition(all);
        const batchId = await writeBatch(this.#database, { entries: all, repeated, dropped });
        for (const workspaceId of new Set(all.map((entry) => entry.workspaceId)))
          this.#options.hints.happened('SCIM', workspaceId);
        for (const [index, { fault, entry }] of fresh.entries())
          fault.entry = { ...entry, id: idInBatch(batchId, entries.length + index) };
        for (const [fault, number] of counted) fault.waiting -= number;
        this.#waiting = this.#waiting.slice(entries.length);
        left -= entries.length;
        most = MOST_AT_ONCE;
      } catch (error) {
        for (const [workspaceId, number] of dropped)
          this.#dropped.set(workspaceId, (this.#dropped.get(workspaceId) ?? 0) + number);
        const [first] = entries;
        if (first === undefined || !isUnstorable(error)) throw error;
        most = Math.floor(entries.length / 2);
        if (most > 0) continue;
        // An entry that cannot be stored keeps the others waiting no longer.
        this.#options.onFault(error);
        this.#waiting = this.#waiting.slice(1);
        this.#drop(first.workspaceId);
        left -= 1;
        most = MOST_AT_ONCE;
      }
    } while (left > 0);
  }

  /** The new entries of faults, and the numbers to add to existing ones. */
  async #entriesOf(counted: ReadonlyMap<Fault, number>): Promise<{
    readonly fresh: readonly { readonly fault: Fault; readonly entry: LogEntry }[];
    readonly repeated: readonly WrittenEntry[];
  }> {
    const fresh: { fault: Fault; entry: LogEntry }[] = [];
    const repeated: WrittenEntry[] = [];
    const credentials = [...counted.keys()].map(({ credential }) => credential);
    const faultOf = await findKeyFaults(
      this.#database,
      credentials.filter((credential) => credential !== undefined),
    );
    for (const [fault, number] of counted) {
      const { first, credential, entry } = fault;
      const known = first.known ?? faultOf(first.workspaceId, credential, first.at);
      // A key may be deleted in the minute in which it was used while it was disabled.
      if (entry?.code === known.code) repeated.push({ ...entry, times: number });
      else
        fresh.push({ fault, entry: keyEntry(first, { workspaceId: first.workspaceId, ...known }, number) });
    }
    return { fresh, repeated };
  }

  async #partition(entries: readonly LogEntry[]): Promise<void> {
    const starts = new Set(entries.map(({ at }) => Math.floor(at.getTime() / DAY_MS) * DAY_MS));
    const missing = [...starts]
      .map((start) => dayOf(new Date(start)))
      .filter((day) => !this.#partitioned.has(day));
    if (missing.length === 0) return;
    await createPartitions(this.#database, missing);
    for (const day of missing) this.#partitioned.add(day);
  }

  /** Once an hour: creates tomorrow's partition and drops what has expired (rule 52). */
  async #maintain(): Promise<void> {
    const now = Date.now();
    if (now - this.#maintained < HOUR_MS) return;
    const isFirst = this.#maintained === 0;
    this.#maintained = now;
    try {
      // The first write should wait for no more than its own partition.
      if (!isFirst) await createPartitions(this.#database, [dayOf(new Date(now + DAY_MS))]);
      const oldest = new Date(now - this.#options.days * DAY_MS);
      await dropPartitions(this.#database, dayOf(oldest));
      await deleteExpired(this.#database, oldest);
      this.#partitioned.clear();
    } catch (error) {
      // It is tried again in an hour; nothing depends on it before.
      this.#options.onFault(error);
    }
  }
}

/** SQLSTATE class 22: a value of the batch can never be stored. */
function isUnstorable(error: unknown): boolean {
  return error instanceof DatabaseError && error.code?.startsWith('22') === true;
}

/** The credential itself is kept only until it is hashed. */
function withoutCredential(fault: KeyFault): KeyFault {
  return { ...fault, credential: undefined };
}

function keyEntry(
  { at, client, method, network, requestId }: KeyFault,
  { code, ...key }: KnownFault,
  times: number,
): LogEntry {
  return {
    ...key,
    at,
    durationMs: 0,
    client,
    method,
    operation: 'AUTHENTICATE',
    targetType: null,
    targetId: null,
    targetName: null,
    status: code === 'KEY_WITHOUT_SCOPE' || code === 'SCIM_DISABLED' ? 403 : 401,
    code,
    scimType: null,
    detail: null,
    attribute: null,
    value: null,
    requestId,
    notices: null,
    network,
    times,
    tookUserName: false,
  };
}
