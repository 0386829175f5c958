import { arrayOf, integer, jsonb, uuid } from '../../database/column-types.js';
import type { Database, Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList, TABLES, typesOf, without } from '../../database/tables.js';
import {
  keySubjectsOf,
  type LogEntry,
  type NotedProblem,
  problemsIn,
  resolvesProblems,
  SCIM_REQUEST,
  subjectsOf,
} from './entry.js';
import { withLookAlikes } from './look-alikes.js';
import { type EndedProblem, queueProblemEvents } from './problem-events.js';

/** A batch of entries to write. */
export interface Batch {
  readonly entries: readonly LogEntry[];
  /** Written entries whose requests have been repeated since (rule 51). */
  readonly repeated: readonly Repetition[];
  /** The number of dropped requests, by workspace. */
  readonly dropped: ReadonlyMap<string, number>;
}

/** A number of requests to add to a written entry. */
export interface Repetition {
  readonly entry: LogEntry;
  readonly more: number;
}

/**
 * Writers take turns, so that a refusal in one process and the success that resolves it in another are written in
 * order.
 */
const WRITER_LOCK = 4_917_232;

const LOCK = statement({
  name: 'provisioningLog.lock',
  text: 'select 1 from pg_advisory_xact_lock($lock::integer::bigint)',
  parameters: { lock: integer },
});

const HOUR_MS = 3_600_000;

const { fields } = SCIM_REQUEST;
const COLUMNS = Object.values(fields).join(', ');
/** The names of the properties in the JSON of a batch, with their types. */
const RECORD = Object.keys(fields)
  .map((name) => `"${name}" ${typeOf(name)}`)
  .join(', ');

function typeOf(property: string): string {
  switch (property) {
    case 'id':
    case 'workspaceId':
    case 'apiKeyId':
    case 'targetId':
    case 'requestId':
      return 'uuid';
    case 'at':
      return 'timestamptz';
    case 'durationMs':
      return 'double precision';
    case 'status':
    case 'times':
      return 'integer';
    case 'notices':
      return 'jsonb';
    default:
      return 'text';
  }
}

/** Inserts entries, except those of workspaces that do not exist, which a URL may name. */
const INSERT = statement({
  name: 'provisioningLog.insert',
  text: `
    insert into scim_request (${COLUMNS})
    select ${Object.keys(fields)
      .map((name) => (name === 'notices' ? `nullif(e."notices", 'null'::jsonb)` : `e."${name}"`))
      .join(', ')}
    from jsonb_to_recordset($entries) as e(${RECORD}) join workspace w on w.id = e."workspaceId"
    order by e."id"`,
  parameters: { entries: jsonb<readonly LogEntry[]>() },
});

const REPEAT = statement({
  name: 'provisioningLog.repeat',
  text: `
    update scim_request r set times = r.times + e.more
    from jsonb_to_recordset($repeated) as e(id uuid, at timestamptz, more integer)
    where r.id = e.id and r.at = e.at`,
  parameters: { repeated: jsonb<readonly object[]>() },
});

const COUNT = statement({
  name: 'provisioningLog.count',
  text: `
    insert into scim_request_count (workspace_id, hour, code, requests, dropped)
    select w.id, date_trunc('hour', e.at, 'UTC'), e.code, sum(e.requests), sum(e.dropped)
    from jsonb_to_recordset($counts) as e("workspaceId" uuid, at timestamptz, code text, requests integer, dropped integer)
    join workspace w on w.id = e."workspaceId"
    group by 1, 2, 3
    on conflict (workspace_id, hour, code) do update
      set requests = scim_request_count.requests + excluded.requests,
        dropped = scim_request_count.dropped + excluded.dropped`,
  parameters: { counts: jsonb<readonly object[]>() },
});

const CONNECT = statement({
  name: 'provisioningLog.connect',
  text: `
    insert into scim_connection
      (workspace_id, first_request_at, last_request_at, last_success_at, refusals_in_row, client)
    select w.id, e.first, e.last, e.success, e.refusals, e.client
    from jsonb_to_recordset($connections)
      as e("workspaceId" uuid, first timestamptz, last timestamptz, success timestamptz, refusals integer, client text)
    join workspace w on w.id = e."workspaceId"
    on conflict (workspace_id) do update
      set last_request_at = greatest(scim_connection.last_request_at, excluded.last_request_at),
        last_success_at = greatest(scim_connection.last_success_at, excluded.last_success_at),
        refusals_in_row = case when excluded.last_success_at is null
          then scim_connection.refusals_in_row + excluded.refusals_in_row else excluded.refusals_in_row end,
        client = excluded.client`,
  parameters: { connections: jsonb<readonly object[]>() },
});

/** A success in another process may have been written before the refusal that it resolves. */
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
        and (s.target_id = e."targetId" or text_folded(s.target_name) = text_folded(e."targetName")))
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
    using jsonb_to_recordset($answers) as e("workspaceId" uuid, subject text, prefix text, id uuid)
    where p.workspace_id = e."workspaceId" and p.id < e.id
      and (p.subject = e.subject or starts_with(p.subject, e.prefix))
    returning ${selectList(ENDED, 'p')}`,
  parameters: { answers: jsonb<readonly Answer[]>() },
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

/** A success that resolves the problems of one subject, and of subjects with a prefix. */
interface Answer {
  readonly workspaceId: string;
  readonly subject: string | null;
  readonly prefix: string | null;
  readonly id: string;
}

/** Writes a batch, or nothing of it. */
export async function writeBatch(database: Database, batch: Batch): Promise<void> {
  const { repeated } = batch;
  await database.transaction(async (tx) => {
    await LOCK.rows(tx, { lock: WRITER_LOCK });
    const entries = await withLookAlikes(tx, batch.entries);
    const problems = notedProblems([...entries, ...repeated.map(asRepeated)]);
    if (entries.length > 0) await INSERT.rows(tx, { entries: JSON.stringify(entries) });
    if (repeated.length > 0) await REPEAT.rows(tx, { repeated: JSON.stringify(repeated.map(repetition)) });
    await COUNT.rows(tx, { counts: JSON.stringify(countsOf(batch)) });
    await connect(tx, [...entries, ...repeated.map(asRepeated)]);
    const noted =
      problems.length === 0 ? [] : await NOTE_PROBLEMS.rows(tx, { problems: JSON.stringify(problems) });
    const ended = await endProblems(tx, entries);
    await queueProblemEvents(tx, problems, noted, ended);
  });
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
  const answers = answersIn(entries.filter(({ workspaceId }) => withProblems.has(workspaceId)));
  return answers.length === 0 ? [] : END_PROBLEMS.rows(sql, { answers: JSON.stringify(answers) });
}

function asRepeated({ entry, more }: Repetition): LogEntry {
  return { ...entry, times: more };
}

function repetition({ entry: { id, at }, more }: Repetition): object {
  return { id, at, more };
}

function countsOf({ entries, repeated, dropped }: Batch): object[] {
  const now = new Date();
  const counts = new Map<
    string,
    { workspaceId: string; at: Date; code: string; requests: number; dropped: number }
  >();
  for (const { workspaceId, at, code, times } of [...entries, ...repeated.map(asRepeated)]) {
    const key = `${workspaceId} ${Math.floor(at.getTime() / HOUR_MS)} ${code ?? ''}`;
    const count = counts.get(key);
    if (count === undefined)
      counts.set(key, { workspaceId, at, code: code ?? '', requests: times, dropped: 0 });
    else count.requests += times;
  }
  const lost = [...dropped].map(([workspaceId, number]) => ({
    workspaceId,
    at: now,
    code: '',
    requests: 0,
    dropped: number,
  }));
  return [...counts.values(), ...lost];
}

interface Connection {
  readonly workspaceId: string;
  readonly first: Date;
  last: Date;
  success: Date | null;
  refusals: number;
  client: string;
}

async function connect(sql: Sql, entries: readonly LogEntry[]): Promise<void> {
  const connections = new Map<string, Connection>();
  for (const { workspaceId, at, code, client, times, apiKeyId } of entries) {
    const known = connections.get(workspaceId);
    // An unknown key does not come from the identity provider.
    if (apiKeyId === null && known === undefined && code === 'KEY_UNKNOWN') continue;
    const connection = known ?? { workspaceId, first: at, last: at, success: null, refusals: 0, client };
    connection.last = at;
    connection.client = client;
    if (code === null) {
      connection.success = at;
      connection.refusals = 0;
    } else connection.refusals += times;
    connections.set(workspaceId, connection);
  }
  if (connections.size > 0)
    await CONNECT.rows(sql, { connections: JSON.stringify([...connections.values()]) });
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

/** The subjects whose problems the successes of a batch resolve, each with its last success. */
function answersIn(entries: readonly LogEntry[]): Answer[] {
  const answers = new Map<string, Answer>();
  const add = (answer: Answer) =>
    answers.set(`${answer.workspaceId} ${answer.subject ?? ''} ${answer.prefix ?? ''}`, answer);
  for (const entry of entries) {
    if (entry.code !== null) continue;
    const { workspaceId, id, client, operation } = entry;
    add({ workspaceId, id, subject: `operation:${operation}`, prefix: keySubjectsOf(client) });
    // Notices of a member are stored under its subject, followed by the attribute.
    if (resolvesProblems(entry)) {
      for (const subject of subjectsOf(entry)) add({ workspaceId, id, subject, prefix: `${subject} ` });
    }
  }
  return [...answers.values()];
}
