import { text } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

/** The logs that can be followed live. */
export const ACTIVITY_KINDS = ['AUDIT', 'SCIM'] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** The channel on which processes tell each other which logs have new entries. */
export const ACTIVITY_CHANNEL = 'rollcall_activity';

/** How long hints wait at most, so that many entries cost one notification. */
const FLUSH_MS = 100;
/** PostgreSQL takes 8,000 bytes in a notification. */
const MOST_IN_NOTIFICATION = 150;
const MOST_WAITING = 10_000;

/** Takes hints that a log of a workspace has a new entry. */
export interface Hints {
  happened(kind: ActivityKind, workspaceId: string): void;
}

/** Ignores hints: for dry runs, and for commands, whose entries readers find within a few seconds. */
export const NO_HINTS: Hints = { happened: () => undefined };

/**
 * Notifies all processes which logs have new entries. It does so some milliseconds later, outside the transaction that wrote
 * them, because PostgreSQL commits transactions that notify one after the other. A lost hint delays an entry by seconds; no
 * entry is lost, because readers continue after the last entry that they have read.
 */
export class ActivityHints implements Hints {
  readonly #sql: Sql;
  readonly #onFault: (error: unknown) => void;
  readonly #waiting = new Set<string>();
  #timer: NodeJS.Timeout | undefined;
  #sending: Promise<void> = Promise.resolve();

  constructor(sql: Sql, onFault: (error: unknown) => void) {
    this.#sql = sql;
    this.#onFault = onFault;
  }

  /** Call it after the insert, before or after the commit. Never throws, and never waits. */
  happened(kind: ActivityKind, workspaceId: string): void {
    if (this.#waiting.size < MOST_WAITING) this.#waiting.add(`${kind} ${workspaceId}`);
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Sends the hints that wait. Call it before the database is closed. */
  async stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#flush();
    await this.#sending;
  }

  #flush(): void {
    this.#timer = undefined;
    const hints = [...this.#waiting];
    this.#waiting.clear();
    for (let start = 0; start < hints.length; start += MOST_IN_NOTIFICATION) {
      const payload = hints.slice(start, start + MOST_IN_NOTIFICATION).join();
      const sent = NOTIFY.rows(this.#sql, { channel: ACTIVITY_CHANNEL, payload });
      this.#sending = Promise.all([this.#sending, sent.catch(this.#onFault)]).then(() => undefined);
    }
  }
}

/** The kind and workspace of each hint in a notification. */
export function hintsIn(payload: string): { readonly kind: ActivityKind; readonly workspaceId: string }[] {
  return payload.split(',').flatMap((hint) => {
    const [name, workspaceId] = hint.split(' ');
    const kind = ACTIVITY_KINDS.find((known) => known === name);
    return kind === undefined || workspaceId === undefined ? [] : [{ kind, workspaceId }];
  });
}

const NOTIFY = statement({
  name: 'activity.notify',
  text: 'select 1 from pg_notify($channel, $payload)',
  parameters: { channel: text, payload: text },
});
