import { text } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

/** The logs that can be followed live. */
export const ACTIVITY_KINDS = ['AUDIT', 'SCIM'] as const;
export type ActivityKind = (typeof ACTIVITY_KINDS)[number];

/** The channel on which processes tell each other which logs have new entries. */
export const ACTIVITY_CHANNEL = 'rollcall_activity';

/** How long hints wait at most, so that many entries cost one notification. */
const FLUSH_MS = 50;
/** PostgreSQL takes 8,000 bytes in a notification. */
const MOST_IN_NOTIFICATION = 150;
const MOST_WAITING = 10_000;

/** Takes hints that a log of a workspace has a new entry. */
export interface Hints {
  happened(kind: ActivityKind, workspaceId: string): void;
}

/** For what is rolled back, and for processes that end at once: readers find their entries a few seconds later. */
export const NO_HINTS: Hints = { happened: () => undefined };

/**
 * Tells all processes which logs have new entries, a moment later and never in the transaction that wrote them: a
 * transaction that notifies waits for every other one that does. A hint that is lost delays an entry and loses none, because
 * readers continue behind the last entry that they have read.
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

  /** To be called when the entry is written, committed or not. Never throws, and never waits. */
  happened(kind: ActivityKind, workspaceId: string): void {
    if (this.#waiting.size < MOST_WAITING) this.#waiting.add(`${kind} ${workspaceId}`);
    this.#timer ??= setTimeout(() => this.#flush(), FLUSH_MS);
  }

  /** Sends what waits: to be called before the database is closed. */
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
