import { arrayOf, jsonb, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, typesOf, without } from '../../database/tables.js';
import { PROBLEM_ENDED_BY } from '../../model/provisioning-log.js';
import {
  keySubjectOf,
  type LogEntry,
  type NotedProblem,
  problemsIn,
  resolvesProblems,
  subjectsOf,
} from './entry.js';
import { type EndedProblem, queueProblemEvents } from './problem-events.js';

/**
 * A success in another process may have been written before the refusal that it resolves. Without `offset 0`, PostgreSQL
 * makes a join that reads all requests of the day, where an index finds the few that came later.
 */
const NOTE_PROBLEMS = statement({
  name: 'provisioningLog.noteProblems',
  text: `
    insert into scim_problem
      (workspace_id, subject, severity, id, code, since, last_at, times, client, operation, target_type, target_id,
       target_name, api_key_id, api_key_label, network, attribute, value, closest, detail, request_id)
    select w.id, e.subject, e.severity, e.id, e.code, e.since, e."lastAt", e.times, e.client, e.operation,
      e."targetType", e."targetId", e."targetName", e."apiKeyId", e."apiKeyLabel", e.network, e.attribute, e.value,
      e.closest, e.detail, e."requestId"
    from jsonb_to_recordset($problems)
      as e("workspaceId" uuid, subject text, severity text, id uuid, code text, since timestamptz, "lastAt" timestamptz,
        times integer, client text, operation text, "targetType" text, "targetId" uuid, "targetName" text,
        "apiKeyId" uuid, "apiKeyLabel" text, network text, attribute text, value text, closest text, detail text,
        "requestId" uuid)
    join workspace w on w.id = e."workspaceId"
    where not exists (
      select 1 from scim_request s
      where s.workspace_id = e."workspaceId" and s.id > e.id and s.at >= e."lastAt" and s.code is null
        and s.target_type = e."targetType" and s.operation not in ('USER_READ', 'USER_SEARCH', 'GROUP_READ', 'GROUP_SEARCH')
        and (s.target_id = e."targetId" or text_folded(s.target_name) = text_folded(e."targetName"))
      offset 0)
    on conflict (workspace_id, subject, severity) do update
      set id = excluded.id, code = excluded.code, last_at = excluded.last_at, times = scim_problem.times + excluded.times,
        since = case when scim_problem.code = excluded.code then scim_problem.since else excluded.since end,
        client = excluded.client, operation = excluded.operation, target_type = excluded.target_type,
        target_id = excluded.target_id, target_name = coalesce(excluded.target_name, scim_problem.target_name),
        api_key_id = excluded.api_key_id, api_key_label = excluded.api_key_label, network = excluded.network,
        attribute = excluded.attribute, value = excluded.value, closest = excluded.closest, detail = excluded.detail,
        request_id = excluded.request_id, dismissed_at = null
    returning workspace_id as "workspaceId", subject, severity, since`,
  parameters: { problems: jsonb<readonly NotedProblem[]>() },
  columns: typesOf(TABLES.scimProblem, 'workspaceId', 'subject', 'severity', 'since'),
});

const ENDED = without(TABLES.scimProblem, 'id', 'lastAt', 'network', 'dismissedAt');

const END_PROBLEMS = statement({
  name: 'provisioningLog.endProblems',
  text: `
    delete from scim_problem p
    using unnest($workspaceIds::uuid[], $subjects::text[], $entryIds::uuid[]) s(workspace, succeeded, entry_id)
    where p.workspace_id = s.workspace and ${PROBLEM_ENDED_BY} = s.succeeded and p.id < s.entry_id
    returning ${selectList(ENDED, 'p')}`,
  parameters: { workspaceIds: arrayOf(uuid), subjects: arrayOf(text), entryIds: arrayOf(uuid) },
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
}

/**
 * Records the problems of a batch, ends those that its successes answer, and queues the webhook events of both (rule 56).
 * @param repeated entries of earlier batches whose requests have been repeated
 */
export async function updateProblems(
  sql: Sql,
  entries: readonly LogEntry[],
  repeated: readonly LogEntry[],
): Promise<void> {
  const problems = notedProblems([...entries, ...repeated]);
  const noted =
    problems.length === 0 ? [] : await NOTE_PROBLEMS.rows(sql, { problems: JSON.stringify(problems) });
  const ended = await endProblems(sql, entries);
  await queueProblemEvents(sql, problems, noted, ended);
}

/** The problems of a batch: the last one of each subject, with its number of occurrences. */
function notedProblems(entries: readonly LogEntry[]): NotedProblem[] {
  const problems = new Map<string, NotedProblem>();
  for (const problem of entries.flatMap(problemsIn)) {
    const key = `${problem.workspaceId} ${problem.severity} ${problem.subject}`;
    const earlier = problems.get(key);
    problems.set(
      key,
      earlier === undefined
        ? problem
        : {
            ...problem,
            times: earlier.times + problem.times,
            since: earlier.code === problem.code ? earlier.since : problem.since,
          },
    );
  }
  return [...problems.values()];
}

/**
 * Most workspaces have no problem, and their successes need no comparison.
 * @returns the problems that have ended
 */
async function endProblems(sql: Sql, entries: readonly LogEntry[]): Promise<EndedProblem[]> {
  const workspaceIds = [...new Set(entries.map(({ workspaceId }) => workspaceId))];
  if (workspaceIds.length === 0) return [];
  const rows = await WITH_PROBLEMS.rows(sql, { workspaceIds });
  const withProblems = new Set(rows.map(({ id }) => id));
  const successes = successesIn(entries.filter(({ workspaceId }) => withProblems.has(workspaceId)));
  if (successes.length === 0) return [];
  return END_PROBLEMS.rows(sql, {
    workspaceIds: successes.map(({ workspaceId }) => workspaceId),
    subjects: successes.map(({ subject }) => subject),
    entryIds: successes.map(({ entryId }) => entryId),
  });
}

/** The subjects that have succeeded in a batch, each with its last success. */
function successesIn(entries: readonly LogEntry[]): Success[] {
  const successes = new Map<string, Success>();
  for (const entry of entries) {
    if (entry.code !== null) continue;
    const { workspaceId, id: entryId, client, operation } = entry;
    const subjects = [`operation:${operation}`, keySubjectOf(client)];
    if (resolvesProblems(entry)) subjects.push(...subjectsOf(entry));
    for (const subject of subjects)
      successes.set(`${workspaceId} ${subject}`, { workspaceId, subject, entryId });
  }
  return [...successes.values()];
}
