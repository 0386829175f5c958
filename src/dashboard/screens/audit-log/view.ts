import { useSearchParams } from 'wouter';
import { isAuditAction } from '../../../domain/audit-actions.js';
import { dayOf } from '../../app/parameters.js';
import type { ActorType, AuditFilter, Channel } from '../../app/schema.generated.js';

export const CHANNELS: readonly Channel[] = ['GRAPHQL', 'SCIM', 'SIGN_IN', 'CLI', 'SYSTEM'];
export const ACTOR_TYPES: readonly ActorType[] = ['PERSON', 'API_KEY', 'OPERATOR', 'SYSTEM'];

/** The filters and page of the audit log, all of which are in the URL. */
export interface AuditView {
  readonly search: string;
  readonly action: string;
  readonly channel: Channel | '';
  readonly actor: ActorType | '';
  /** The first and the last day (UTC), such as 2026-11-29. */
  readonly since: string;
  readonly until: string;
  readonly after: string;
}

const NAMES = ['search', 'action', 'channel', 'actor', 'since', 'until', 'after'] as const;

/** Reads a view. Unknown values are ignored, so that an old link still opens. */
function viewOf(parameters: URLSearchParams): AuditView {
  const read = (name: (typeof NAMES)[number]) => parameters.get(name) ?? '';
  const action = read('action');
  return {
    search: read('search'),
    action: isAuditAction(action) ? action : '',
    channel: CHANNELS.find((known) => known === read('channel')) ?? '',
    actor: ACTOR_TYPES.find((known) => known === read('actor')) ?? '',
    since: dayOf(read('since')),
    until: dayOf(read('until')),
    after: read('after'),
  };
}

/** The view of the URL, and a function that changes it. Another filter begins at the first page. */
export function useAuditView(): readonly [AuditView, (change: Partial<AuditView>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const view = viewOf(parameters);
  const change = (part: Partial<AuditView>) => {
    const next = { ...view, after: '', ...part };
    const shown = NAMES.flatMap((name) => (next[name] === '' ? [] : [[name, next[name]]]));
    setParameters(Object.fromEntries(shown), { replace: part.search !== undefined });
  };
  return [view, change];
}

/** The times at which days (UTC) begin and end; the last day is included. */
export function daysOf(since: string, until: string): { readonly since?: string; readonly until?: string } {
  return {
    ...(since === '' ? {} : { since: `${since}T00:00:00Z` }),
    ...(until === '' ? {} : { until: new Date(Date.parse(until) + 86_400_000).toISOString() }),
  };
}

/** The view as the server's filter. */
export function filterOf({ search, action, channel, actor, since, until }: AuditView): AuditFilter {
  return {
    ...(search === '' ? {} : { search }),
    ...(action === '' ? {} : { actions: [action] }),
    ...(channel === '' ? {} : { channels: [channel] }),
    ...(actor === '' ? {} : { actorTypes: [actor] }),
    ...daysOf(since, until),
  };
}
