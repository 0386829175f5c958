import { integer, nullable, text, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { causeOf } from '../../domain/provisioning-fixes.js';
import { SCIM_CODES } from '../../domain/provisioning-log.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';

export const HEALTH_STATUSES = ['NOT_CONNECTED', 'HEALTHY', 'DEGRADED', 'FAILING', 'IDLE'] as const;
export type HealthStatus = (typeof HEALTH_STATUSES)[number];

/** The state of provisioning, with its reason in a sentence (rule 55). */
export interface ScimHealth {
  readonly status: HealthStatus;
  readonly reason: string;
  readonly lastRequestAt: Date | null;
  readonly lastSuccessAt: Date | null;
}

const FACTS = statement({
  name: 'provisioningLog.health',
  text: `
    select c.last_request_at as "lastRequestAt", c.last_success_at as "lastSuccessAt",
      coalesce(c.refusals_in_row, 0) as "refusalsInRow",
      (select count(*)::integer from scim_problem p
       where p.workspace_id = w.id and p.severity = 'REFUSAL' and p.dismissed_at is null and p.last_at > $yesterday
         and p.target_type is not null) as refused,
      k.code as "keyCode", k.last_at as "keyFaultAt"
    from workspace w left join scim_connection c on c.workspace_id = w.id
    left join lateral (
      select p.code, p.last_at from scim_problem p
      where p.workspace_id = w.id and p.subject >= 'key:' and p.subject < 'key;' and p.dismissed_at is null
      order by p.last_at desc limit 1) k on true
    where w.id = $workspaceId`,
  parameters: { yesterday: timestamptz, workspaceId: uuid },
  columns: {
    lastRequestAt: nullable(timestamptz),
    lastSuccessAt: nullable(timestamptz),
    refusalsInRow: integer,
    refused: integer,
    keyCode: nullable(text),
    keyFaultAt: nullable(timestamptz),
  },
});

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
const IDLE_DAYS = 7;
/** After so many refusals without a success, the cause is not a single person. */
const FAILING_AFTER = 5;

/** Returns the state of provisioning in a workspace (rule 55). @throws DomainError as `authorize` does */
export async function health(context: ServiceContext, workspaceId: string): Promise<ScimHealth> {
  const { workspace } = await authorize(context, 'audit.read', workspaceId);
  const now = context.clock();
  const yesterday = new Date(now.getTime() - DAY_MS);
  const facts = await FACTS.row(context.reads, { workspaceId, yesterday });
  const {
    lastRequestAt = null,
    lastSuccessAt = null,
    refusalsInRow = 0,
    refused = 0,
    keyCode = null,
  } = facts ?? {};
  const times = { lastRequestAt, lastSuccessAt };
  const keyFault = SCIM_CODES.find((code) => code === keyCode);
  const keyFaultAt = facts?.keyFaultAt ?? null;
  // A stranger who tries keys while the provider succeeds is a problem, but not a failing connection.
  const isKeyOnly =
    keyFaultAt !== null &&
    keyFaultAt > yesterday &&
    (lastSuccessAt === null || keyFaultAt.getTime() - lastSuccessAt.getTime() > HOUR_MS);
  if (keyFault !== undefined && isKeyOnly)
    return { status: 'FAILING', reason: `No request gets in. ${causeOf(keyFault)}`, ...times };
  if (lastRequestAt === null) {
    const reason = workspace.scimEnabled
      ? 'No identity provider has sent a request yet.'
      : 'SCIM is switched off, and no identity provider has sent a request.';
    return { status: 'NOT_CONNECTED', reason, ...times };
  }
  const idleDays = Math.floor((now.getTime() - lastRequestAt.getTime()) / DAY_MS);
  if (idleDays >= IDLE_DAYS)
    return {
      status: 'IDLE',
      reason: `The identity provider has sent nothing for ${idleDays} days.`,
      ...times,
    };
  if (refusalsInRow >= FAILING_AFTER)
    return { status: 'FAILING', reason: `The last ${refusalsInRow} requests were all refused.`, ...times };
  if (refused > 0) {
    const who = refused === 1 ? '1 person or group was' : `${refused} people or groups were`;
    return { status: 'DEGRADED', reason: `${who} refused in the last 24 hours.`, ...times };
  }
  return { status: 'HEALTHY', reason: 'Requests are accepted.', ...times };
}
