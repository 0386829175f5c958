import { arrayOf, jsonb, oneOf, text, timestamptz, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, typesOf, without } from '../../database/tables.js';
import { firstBatchIdAt, idInBatch } from '../../domain/ids.js';
import { SCIM_OPERATIONS, WRITING_OPERATIONS } from '../../domain/provisioning-log.js';
import { PROBLEM_ENDED_BY } from '../../model/scim-problem.js';
import {
  keySubjectOf,
  type LogEntry,
  type NotedProblem,
  problemsIn,
  resolvesProblems,
  subjectsOf,
  type WrittenEntry,
} from './entry.js';
import { type EndedProblem, queueProblemEvents } from './problem-events.js';

const answeredAt = (at: string, durationMs: string) => `(${at} + ${durationMs} * interval '1 millisecond')`;
const ANSWERED_AT = answeredAt('e."lastAt"', 'e."durationMs"');

/**
 * A success in another process may have been written before the refusal that it resolves. Two conditions instead of one
 * with `or`, because PostgreSQL joins each by a hash.
 */
const NOTE_PROBLEMS = statement({
  name: 'provisioningLog.noteProblems',
  text: `
    with success as materialized (
      select s.workspace_id, s.target_type, s.target_id, text_folded(s.target_name) as name,
        ${answeredAt('s.at', 's.duration_ms')} as answered_at
      from scim_request s
      where s.workspace_id = any($workspaceIds) and s.batch_id >= $firstBatchId and s.set_at >= $setsSince
        and s.code is null and s.target_type is not null and s.operation = any($writingOperations))
    insert into scim_problem
      (workspace_id, subject, severity, id, code, since, last_at, times, client, operation, target_type, target_id,
       target_name, api_key_id, api_key_label, network, attribute, value, closest, detail, request_id)
    select w.id, e.subject, e.severity, e.id, e.code, e.since, e."lastAt", e.times, e.client, e.operation,
      e."targetType", e."targetId", e."targetName", e."apiKeyId", e."apiKeyLabel", e.network, e.attribute, e.value,
      e.closest, e.detail, e."requestId"
    from jsonb_to_recordset($problems)
      as e("workspaceId" uuid, subject text, severity text, id uuid, code text, since timestamptz, "lastAt" timestamptz,
        "durationMs" double precision, times integer, client text, operation text, "targetType" text, "targetId" uuid,
        "targetName" text, "apiKeyId" uuid, "apiKeyLabel" text, network text, attribute text, value text, closest text,
        detail text, "requestId" uuid)
    join workspace w on w.id = e."workspaceId"
    where not exists (
        select 1 from success s
        where s.workspace_id = e."workspaceId" and s.target_type = e."targetType" and s.target_id = e."targetId"
          and s.answered_at > ${ANSWERED_AT})
      and not exists (
        select 1 from success s
        where s.workspace_id = e."workspaceId" and s.target_type = e."targetType" and s.name = text_folded(e."targetName")
          and s.answered_at > ${ANSWERED_AT})
    on conflict (workspace_id, subject, severity) do update
      set id = excluded.id, code = excluded.code, last_at = excluded.last_at,
        times = excluded.times + case when scim_problem.code = excluded.code then scim_problem.times else 0 end,
        since = case when scim_problem.code = excluded.code then scim_problem.since else excluded.since end,
        client = excluded.client, operation = excluded.operation, target_type = excluded.target_type,
        target_id = excluded.target_id, target_name = coalesce(excluded.target_name, scim_problem.target_name),
        api_key_id = excluded.api_key_id, api_key_label = excluded.api_key_label, network = excluded.network,
        attribute = excluded.attribute, value = excluded.value, closest = excluded.closest, detail = excluded.detail,
        request_id = excluded.request_id, dismissed_at = null
    returning workspace_id as "workspaceId", subject, severity, since`,
  parameters: {
    problems: jsonb<readonly NotedProblem[]>(),
    workspaceIds: arrayOf(uuid),
    firstBatchId: uuid,
    setsSince: timestamptz,
    writingOperations: arrayOf(oneOf(SCIM_OPERATIONS)),
  },
  columns: typesOf(TABLES.scimProblem, 'workspaceId', 'subject', 'severity', 'since'),
});

const ENDED = without(TABLES.scimProblem, 'id', 'lastAt', 'network', 'dismissedAt');

const END_PROBLEMS = statement({
  name: 'provisioningLog.endProblems',
  text: `
    delete from scim_problem p
    using unnest($workspaceIds::uuid[], $subjects::text[], $entryIds::uuid[], $answeredAts::timestamptz[])
      s(workspace, succeeded, entry_id, answered_at)
    where p.workspace_id = s.workspace and ${PROBLEM_ENDED_BY} = s.succeeded and p.id < s.entry_id
      and p.last_at <= s.answered_at
    returning ${selectList(ENDED, 'p')}`,
  parameters: {
    workspaceIds: arrayOf(uuid),
    subjects: arrayOf(text),
    entryIds: arrayOf(uuid),
    answeredAts: arrayOf(timestamptz),
  },
  columns: ENDED.columns,
});

const WITH_PROBLEMS = statement({
  name: 'provisioningLog.workspacesWithProblems',
  text: `
    select w.id from unnest($workspaceIds::uuid[]) as w(id)
    where exists (select 1 from scim_problem p where p.workspace_id = w.id)`,
  parameters: { workspaceIds: arrayOf(uuid) },
  columns: { id: uuid },
});

/** A subject that has succeeded, with the last entry that says so. */
interface Success {
  readonly workspaceId: string;
  readonly subject: string;
  readonly entryId: string;
  readonly answeredAt: Date;
}

/** The entries that a batch writes, in the order of their places, and the earlier ones that it counts again. */
interface WrittenBatch {
  readonly batchId: string;
  readonly entries: readonly LogEntry[];
  readonly repeated: readonly WrittenEntry[];
}

/** Records the problems of a batch, ends those that its successes answer, and queues the webhook events of both (rule 56). */
export async function updateProblems(sql: Sql, batch: WrittenBatch): Promise<void> {
  const problems = notedProblems(batch);
  const noted = await noteProblems(sql, problems);
  const ended = await endProblems(sql, batch);
  await queueProblemEvents(sql, problems, noted, ended);
}

/** By how much the clocks of servers and the database may differ. */
const CLOCK_MS = 1000;
const DAY_MS = 24 * 3_600_000;

async function noteProblems(
  sql: Sql,
  problems: readonly NotedProblem[],
): Promise<Awaited<ReturnType<typeof NOTE_PROBLEMS.rows>>> {
  if (problems.length === 0) return [];
  // Other problems are not resolved by a success of the same target.
  const targeted = problems.filter(({ targetType }) => targetType !== null);
  const earliest = Math.min(Date.now(), ...targeted.map(({ lastAt }) => lastAt.getTime())) - CLOCK_MS;
  return NOTE_PROBLEMS.rows(sql, {
    problems: JSON.stringify(problems),
    workspaceIds: [...new Set(targeted.map(({ workspaceId }) => workspaceId))],
    firstBatchId: firstBatchIdAt(earliest),
    // The requests of a set are of one day, and may be answered on the next one.
    setsSince: new Date(earliest - 2 * DAY_MS),
    writingOperations: [...WRITING_OPERATIONS],
  });
}

/** The problems of a batch: the last one of each subject, with its number of occurrences. */
function notedProblems({ batchId, entries, repeated }: WrittenBatch): NotedProblem[] {
  const problems = new Map<string, NotedProblem>();
  const found = [
    ...entries.flatMap((entry, place) => problemsIn(entry, () => idInBatch(batchId, place))),
    ...repeated.flatMap((entry) => problemsIn(entry, () => entry.id)),
  ];
  for (const problem of found) {
    const key = `${problem.workspaceId} ${problem.severity} ${problem.subject}`;
    const earlier = problems.get(key);
    problems.set(
      key,
      earlier === undefined
        ? problem
        : {
            ...problem,
            ...(earlier.code === problem.code
              ? { times: earlier.times + problem.times, since: earlier.since }
              : {}),
          },
    );
  }
  return [...problems.values()];
}

/**
 * Most workspaces have no problem, and their successes need no comparison.
 * @returns the problems that have ended
 */
async function endProblems(sql: Sql, batch: WrittenBatch): Promise<EndedProblem[]> {
  const { entries } = batch;
  const workspaceIds = [...new Set(entries.map(({ workspaceId }) => workspaceId))];
  if (workspaceIds.length === 0) return [];
  const rows = await WITH_PROBLEMS.rows(sql, { workspaceIds });
  const successes = rows.length === 0 ? [] : successesIn(batch, new Set(rows.map(({ id }) => id)));
  if (successes.length === 0) return [];
  return END_PROBLEMS.rows(sql, {
    workspaceIds: successes.map(({ workspaceId }) => workspaceId),
    subjects: successes.map(({ subject }) => subject),
    entryIds: successes.map(({ entryId }) => entryId),
    answeredAts: successes.map(({ answeredAt }) => answeredAt),
  });
}

/** The subjects in some workspaces that have succeeded in a batch, each with its last success. */
function successesIn({ batchId, entries }: WrittenBatch, workspaceIds: ReadonlySet<string>): Success[] {
  const successes = new Map<string, Success>();
  for (const [place, entry] of entries.entries()) {
    const { workspaceId, client, operation } = entry;
    if (entry.code !== null || !workspaceIds.has(workspaceId)) continue;
    const entryId = idInBatch(batchId, place);
    const answeredAt = new Date(entry.at.getTime() + entry.durationMs);
    const subjects = [`operation:${operation}`, keySubjectOf(client)];
    if (resolvesProblems(entry)) subjects.push(...subjectsOf(entry));
    for (const subject of subjects)
      successes.set(`${workspaceId} ${subject}`, { workspaceId, subject, entryId, answeredAt });
  }
  return [...successes.values()];
}
