import { integer, text, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import type { ScimCode } from '../../domain/provisioning-log.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';

export const COUNT_PERIODS = ['HOUR', 'DAY', 'WEEK'] as const;
export type CountPeriod = (typeof COUNT_PERIODS)[number];

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

/** The length of each period, and the number of its steps. */
const PERIODS: Readonly<Record<CountPeriod, { readonly steps: number; readonly stepMs: number }>> = {
  HOUR: { steps: 12, stepMs: 5 * MINUTE_MS },
  DAY: { steps: 24, stepMs: HOUR_MS },
  WEEK: { steps: 7 * 24, stepMs: HOUR_MS },
};

export interface CodeCount {
  readonly code: ScimCode;
  readonly requests: number;
}

/** The requests of one step of a chart. */
export interface CountStep {
  readonly start: Date;
  readonly accepted: number;
  readonly refused: number;
}

export interface ScimCounts {
  readonly since: Date;
  readonly accepted: number;
  readonly refused: number;
  /** Requests without an entry, because the log was overloaded; they are counted neither as accepted nor as refused. */
  readonly dropped: number;
  readonly byCode: readonly CodeCount[];
  /** Every step of the period, including steps without requests. */
  readonly steps: readonly CountStep[];
}

const BY_HOUR = statement({
  name: 'provisioningLog.countsByHour',
  text: 'select hour as start, code, requests, dropped from scim_request_count where workspace_id = $workspaceId and hour >= $since',
  parameters: { workspaceId: uuid, since: timestamptz },
  columns: { start: timestamptz, code: text, requests: integer, dropped: integer },
});

const BY_MINUTES = statement({
  name: 'provisioningLog.countsByMinutes',
  text: `
    select date_bin('5 minutes', at, 'epoch'::timestamptz) as start, coalesce(code, '') as code,
      sum(times)::integer as requests, 0 as dropped
    from scim_request
    where workspace_id = $workspaceId and set_at > $since::timestamptz - interval '24 hours' and set_last_at >= $since and at >= $since
    group by 1, 2`,
  parameters: { workspaceId: uuid, since: timestamptz },
  columns: { start: timestamptz, code: text, requests: integer, dropped: integer },
});

/**
 * The numbers of requests, for a chart by time and outcome (rule 59).
 * @throws DomainError as `authorize` does
 */
export async function counts(
  context: ServiceContext,
  workspaceId: string,
  last: CountPeriod,
): Promise<ScimCounts> {
  await authorize(context, 'audit.read', workspaceId);
  const { steps, stepMs } = PERIODS[last];
  const end = Math.floor(context.clock().getTime() / stepMs) * stepMs;
  const since = new Date(end - (steps - 1) * stepMs);
  const values = { workspaceId, since };
  const rows =
    last === 'HOUR'
      ? await BY_MINUTES.rows(context.reads, values)
      : await BY_HOUR.rows(context.reads, values);
  const codes = new Map<ScimCode, number>();
  const totals = { accepted: 0, refused: 0, dropped: 0 };
  const times = Array.from({ length: steps }, (_, step) => ({
    start: new Date(since.getTime() + step * stepMs),
    accepted: 0,
    refused: 0,
  }));
  for (const { start, code, requests, dropped } of rows) {
    const outcome = isCode(code) ? 'refused' : 'accepted';
    if (isCode(code)) codes.set(code, (codes.get(code) ?? 0) + requests);
    totals[outcome] += requests;
    totals.dropped += dropped;
    const step = times[Math.floor((start.getTime() - since.getTime()) / stepMs)];
    if (step !== undefined) step[outcome] += requests;
  }
  const byCode = [...codes].map(([code, requests]) => ({ code, requests }));
  return { since, ...totals, byCode: byCode.sort((a, b) => b.requests - a.requests), steps: times };
}

/** The log writes codes of the closed list only; accepted requests have none. */
function isCode(code: string): code is ScimCode {
  return code !== '';
}
