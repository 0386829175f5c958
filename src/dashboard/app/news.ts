import { useEffect, useRef } from 'react';
import { stringifyDocument } from 'urql';
import { uncachedClient } from './client.js';
import {
  ActivityNewsDocument,
  NewestChangeDocument,
  NewestRequestDocument,
  ProvisioningNewsDocument,
} from './workspace.generated.js';
import { useWorkspace } from './workspace.js';

/** How often the newest entry is asked for where no stream can be had, after which a stream is tried again. */
const POLL_MS = 5_000;
/** How often it is asked for beside a stream, which a proxy may hold back. */
const LOOK_MS = 30_000;
/** How long further news are waited for, so that a burst of them is one. */
const GATHER_MS = 200;
/** How much time is between calls, so that a long burst of news is no burst of queries. */
const PAUSE_MS = 1_000;
/** How long a log is watched after a screen that showed its news: the next screen may show them too, and miss none. */
const LINGER_MS = 5_000;

/** A log of a workspace that the server streams. */
interface NewsSource {
  readonly name: string;
  readonly subscription: Parameters<typeof stringifyDocument>[0];
  /** The id of the newest entry; null when there is none, undefined when the server does not tell. */
  newest(workspaceId: string): Promise<string | null | undefined>;
}

/** The id of the entry in an answer, which has one field. */
function idIn(data: unknown): string | undefined {
  const [entry] = typeof data === 'object' && data !== null ? Object.values<unknown>({ ...data }) : [];
  return typeof entry === 'object' && entry !== null && 'id' in entry ? String(entry.id) : undefined;
}

/** The audit log: everything that changes in a workspace. */
export const ACTIVITY: NewsSource = {
  name: 'activity',
  subscription: ActivityNewsDocument,
  async newest(workspaceId) {
    const { data } = await uncachedClient.query(NewestChangeDocument, { workspaceId }).toPromise();
    const log = data?.workspace?.auditLog;
    return log && (log.nodes[0]?.id ?? null);
  },
};

/** The requests of the identity provider. */
export const PROVISIONING: NewsSource = {
  name: 'provisioning',
  subscription: ProvisioningNewsDocument,
  async newest(workspaceId) {
    const { data } = await uncachedClient.query(NewestRequestDocument, { workspaceId }).toPromise();
    const log = data?.workspace?.scim.requests;
    return log && (log.nodes[0]?.id ?? null);
  },
};

/**
 * Calls back when a log of the workspace has new entries, while the tab is visible, and when it becomes visible after there
 * were some. Viewers who may not read the audit log get no news. `ACTIVITY` also calls back when a day begins: credits are
 * counted by the month, and charts by the day.
 *
 * A browser has six connections to a server over HTTP/1.1, so its tabs share one stream for each log: the tab that holds the
 * lock reads it, and tells the others.
 */
export function useNews(source: NewsSource, onNews: () => void): void {
  const { id: workspaceId, viewerCan } = useWorkspace();
  const isAllowed = viewerCan.readAuditLog.allowed;
  const latest = useRef(onNews);
  latest.current = onNews;
  useEffect(
    () => (isAllowed ? listen(source, workspaceId, () => latest.current()) : undefined),
    [source, workspaceId, isAllowed],
  );
  useEffect(() => (source === ACTIVITY ? onNewDay(() => latest.current()) : undefined), [source]);
}

/** Calls back when a day (UTC) has begun, also after a sleep, in which timers stand still. @returns a function that ends it */
function onNewDay(listener: () => void): () => void {
  const today = () => new Date().toISOString().slice(0, 10);
  let day = today();
  const timer = setInterval(() => {
    if (day === today()) return;
    day = today();
    listener();
  }, LOOK_MS);
  return () => clearInterval(timer);
}

/** What the tab watches, by log and workspace. */
const watches = new Map<string, Watch>();

/** Adds a listener to the tab's watch of a log. @returns a function that removes it */
function listen(source: NewsSource, workspaceId: string, listener: () => void): () => void {
  const key = `${source.name} ${workspaceId}`;
  const watch = watches.get(key) ?? new Watch(source, workspaceId);
  watches.set(key, watch);
  watch.listeners.add(listener);
  return () => {
    watch.listeners.delete(listener);
    setTimeout(() => {
      if (watch.listeners.size > 0 || watches.get(key) !== watch) return;
      watches.delete(key);
      watch.end();
    }, LINGER_MS);
  };
}

/** One tab that watches a log. */
class Watch {
  readonly listeners = new Set<() => void>();
  readonly #source: NewsSource;
  readonly #workspaceId: string;
  readonly #channel: BroadcastChannel;
  /** The newest entry that this tab knows of; undefined until it knows. */
  #last: string | null | undefined;
  #gathering: ReturnType<typeof setTimeout> | undefined;
  #calledAt = 0;
  /** Aborted when the tab is hidden. */
  #shown: AbortController | undefined;

  constructor(source: NewsSource, workspaceId: string) {
    this.#source = source;
    this.#workspaceId = workspaceId;
    this.#channel = new BroadcastChannel(`rollcall ${source.name} ${workspaceId}`);
    this.#channel.onmessage = ({ data }) => this.#hear(data);
    document.addEventListener('visibilitychange', this.#changeVisibility);
    this.#changeVisibility();
  }

  end(): void {
    document.removeEventListener('visibilitychange', this.#changeVisibility);
    this.#shown?.abort();
    clearTimeout(this.#gathering);
    this.#channel.close();
  }

  readonly #changeVisibility = () => {
    this.#shown?.abort();
    this.#shown = undefined;
    if (document.visibilityState !== 'visible') return;
    this.#shown = new AbortController();
    void this.#watch(this.#shown.signal);
  };

  async #watch(signal: AbortSignal): Promise<void> {
    await this.#look(signal);
    if (signal.aborted) return;
    // Locks exist on https and localhost only. Elsewhere each tab has a stream.
    const { locks } = navigator as Partial<Navigator>;
    if (locks === undefined) return this.#lead(signal);
    // Rejected when the tab is hidden before it gets the lock.
    await locks.request(this.#channel.name, { signal }, () => this.#lead(signal)).catch(() => undefined);
  }

  /** Reads the stream, or polls, for all tabs, until the tab is hidden. */
  async #lead(signal: AbortSignal): Promise<void> {
    const looking = setInterval(() => void this.#look(signal), LOOK_MS);
    try {
      const { createClient } = await import('graphql-sse');
      const client = createClient({
        url: '/graphql/stream',
        retryAttempts: Number.POSITIVE_INFINITY,
        retry: () => this.#poll(signal),
      });
      signal.addEventListener('abort', () => client.dispose());
      while (!signal.aborted) {
        const query = stringifyDocument(this.#source.subscription);
        const isOver = await new Promise<boolean>((resolve) => {
          let code: unknown;
          // A stream that was lost is asked for again with these variables, which then have the last entry.
          const variables = { workspaceId: this.#workspaceId, after: this.#last ?? null };
          client.subscribe(
            { query, variables },
            {
              next: ({ data, errors }) => {
                code = errors?.[0]?.extensions?.code;
                const id = idIn(data);
                if (id === undefined) return;
                variables.after = id;
                this.#tell(id);
              },
              error: () => resolve(false),
              complete: () => resolve(code !== 'SUBSCRIPTION_INTERRUPTED' && code !== 'RATE_LIMITED'),
            },
          );
        });
        if (signal.aborted) return;
        // The session has ended, or its rights: what is shown says so when it is read again.
        if (isOver) this.#call();
        await this.#poll(signal);
      }
    } finally {
      clearInterval(looking);
    }
  }

  async #poll(signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve) => {
      // Not all at once, when a server has stopped.
      const timer = setTimeout(resolve, POLL_MS * (0.5 + Math.random()));
      signal.addEventListener('abort', () => {
        clearTimeout(timer);
        resolve();
      });
    });
    if (!signal.aborted) await this.#look(signal);
  }

  async #look(signal: AbortSignal): Promise<void> {
    const newest = await this.#source.newest(this.#workspaceId);
    if (!signal.aborted && newest !== undefined && newest !== this.#last) this.#tell(newest);
  }

  #tell(id: string | null): void {
    this.#hear(id);
    this.#channel.postMessage(id);
  }

  #hear(id: string | null): void {
    const isFirst = this.#last === undefined;
    if (id === this.#last) return;
    this.#last = id;
    // A hidden tab looks when it is shown.
    if (isFirst || this.#shown === undefined) return;
    const rest = this.#calledAt + PAUSE_MS - Date.now();
    this.#gathering ??= setTimeout(() => this.#call(), Math.max(GATHER_MS, rest));
  }

  #call(): void {
    this.#gathering = undefined;
    this.#calledAt = Date.now();
    for (const listener of this.listeners) listener();
  }
}
