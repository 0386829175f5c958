import type { Sql } from '../../database/database.js';
import { newId } from '../../domain/ids.js';
import { causeOf, fixOf } from '../../domain/provisioning-fixes.js';
import type { WebhookEventType } from '../../domain/webhooks.js';
import type { ScimProblem } from '../../model/scim-problem.js';
import { queueEvents, type WebhookEvent } from '../webhooks/queue.js';
import type { NotedProblem } from './entry.js';

/** What identifies a problem, with the time since when it exists. */
type StoredProblem = Pick<ScimProblem, 'workspaceId' | 'subject' | 'severity' | 'since'>;

/** What an event tells of a problem. */
export type EndedProblem = Omit<ScimProblem, 'id' | 'lastAt' | 'network' | 'dismissedAt'>;

/**
 * Queues the webhook events of a batch of the log, in its transaction: problems that are new or have another cause than
 * before, and problems that a success has ended.
 * @param noted the problems of the batch
 * @param stored the same, as they are stored now
 */
export async function queueProblemEvents(
  sql: Sql,
  noted: readonly NotedProblem[],
  stored: readonly StoredProblem[],
  ended: readonly EndedProblem[],
): Promise<void> {
  const now = new Date();
  const since = new Map(stored.map((problem) => [keyOf(problem), problem.since.getTime()]));
  // A problem that was there before, with the same cause, keeps the time since when it exists.
  const opened = noted.filter((problem) => since.get(keyOf(problem)) === problem.since.getTime());
  const events = [
    ...opened.map((problem) => eventOf('scim.problemOpen', problem, problem.lastAt)),
    ...ended.map((problem) => eventOf('scim.problemSolve', problem, now)),
  ];
  await queueEvents(sql, events, now);
}

function keyOf({ workspaceId, subject, severity }: Omit<StoredProblem, 'since'>): string {
  return `${workspaceId} ${severity} ${subject}`;
}

function eventOf(type: WebhookEventType, problem: EndedProblem, at: Date): WebhookEvent {
  const { workspaceId, severity, code, client, operation, attribute, value, closest, detail, requestId } =
    problem;
  return {
    id: newId(),
    workspaceId,
    type,
    at,
    data: {
      severity,
      code,
      subject: { type: problem.targetType, id: problem.targetId, name: problem.targetName },
      apiKey: problem.apiKeyId === null ? null : { id: problem.apiKeyId, label: problem.apiKeyLabel },
      client,
      operation,
      attribute,
      value,
      closest,
      detail,
      since: problem.since,
      times: problem.times,
      requestId,
      cause: causeOf(code, problem),
      fix: fixOf(code, client, problem),
    },
  };
}
