import { useSearchParams } from 'wouter';
import type { ActorType, AuditFilter, Channel } from '../../app/schema.generated.js';

export const CHANNELS: readonly Channel[] = ['GRAPHQL', 'SCIM', 'SIGN_IN', 'CLI', 'SYSTEM'];
export const ACTOR_TYPES: readonly ActorType[] = ['PERSON', 'API_KEY', 'OPERATOR', 'SYSTEM'];

/** The filters and page of the audit log, all of which are in the URL. */
export interface AuditView {
  readonly search: string;
  readonly action: string;
  readonly channel: string;
  readonly actor: string;
  /** The first and the last day (UTC), such as 2026-11-29. */
  readonly since: string;
  readonly until: string;
  readonly after: string;
}

const NAMES = ['search', 'action', 'channel', 'actor', 'since', 'until', 'after'] as const;

/** The view of the URL, and a function that changes it. Another filter begins at the first page. */
export function useAuditView(): readonly [AuditView, (change: Partial<AuditView>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const read = (name: (typeof NAMES)[number]) => parameters.get(name) ?? '';
  const view: AuditView = {
    search: read('search'),
    action: read('action'),
    channel: read('channel'),
    actor: read('actor'),
    since: read('since'),
    until: read('until'),
    after: read('after'),
  };
  const change = (part: Partial<AuditView>) => {
    const next = { ...view, after: '', ...part };
    const shown = NAMES.flatMap((name) => (next[name] === '' ? [] : [[name, next[name]]]));
    setParameters(Object.fromEntries(shown), { replace: part.search !== undefined });
  };
  return [view, change];
}

const DAY = /^\d{4}-\d\d-\d\d$/;

/** The times at which days (UTC) begin and end; the last day is included. Invalid days are omitted. */
export function daysOf(since: string, until: string): { readonly since?: string; readonly until?: string } {
  return {
    ...(DAY.test(since) ? { since: `${since}T00:00:00Z` } : {}),
    ...(DAY.test(until)
      ? { until: new Date(Date.parse(`${until}T00:00:00Z`) + 86_400_000).toISOString() }
      : {}),
  };
}

/** The view as the server's filter. Invalid values, typed into the URL, are omitted. */
export function filterOf({ search, action, channel, actor, since, until }: AuditView): AuditFilter {
  const channels = CHANNELS.filter((known) => known === channel);
  const actorTypes = ACTOR_TYPES.filter((known) => known === actor);
  return {
    ...(search === '' ? {} : { search }),
    ...(action === '' ? {} : { actions: [action] }),
    ...(channels.length === 0 ? {} : { channels }),
    ...(actorTypes.length === 0 ? {} : { actorTypes }),
    ...daysOf(since, until),
  };
}
