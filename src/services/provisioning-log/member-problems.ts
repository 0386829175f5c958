import { arrayOf, integer, nullable, oneOf, text, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { causeOf, type Fix, fixOf } from '../../domain/provisioning-fixes.js';
import { SCIM_CLIENTS, SCIM_CODES, type ScimCode } from '../../domain/provisioning-log.js';
import { SEVERITIES, type Severity } from '../../model/scim-problem.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { IS_SHOWN_OF_MEMBER, PROBLEM_MEMBER, PROBLEM_TABLES } from '../rows/scim-problems.js';
import { GROUPED_VALUE, idOf } from './problems.js';

/** A problem of provisioning, as it concerns one member (rule 56). */
export interface MemberProblem {
  /** The id of the problem that the member shares with everybody who has the same. */
  readonly id: string;
  readonly severity: Severity;
  readonly code: ScimCode;
  readonly cause: string;
  readonly detail: string | null;
  readonly fix: Fix;
  readonly since: Date;
  readonly lastAt: Date;
  readonly times: number;
}

const PROBLEMS = statement({
  name: 'provisioningLog.problemsOfMembers',
  text: `
    select ${PROBLEM_MEMBER} as "memberId", p.severity, p.code, p.attribute, p.closest, ${GROUPED_VALUE} as value,
      p.client, p.detail, p.since, p.last_at as "lastAt", p.times
    from ${PROBLEM_TABLES}
    where p.workspace_id = $workspaceId and ${IS_SHOWN_OF_MEMBER} and ${PROBLEM_MEMBER} = any($memberIds)
    order by p.severity = 'NOTICE', p.last_at desc, p.subject`,
  parameters: { workspaceId: uuid, memberIds: arrayOf(uuid) },
  columns: {
    memberId: nullable(uuid),
    severity: oneOf(SEVERITIES),
    code: oneOf(SCIM_CODES),
    attribute: nullable(text),
    closest: nullable(text),
    value: nullable(text),
    client: oneOf(SCIM_CLIENTS),
    detail: nullable(text),
    since: timestamptz,
    lastAt: timestamptz,
    times: integer,
  },
});

interface MemberKey {
  readonly id: string;
  readonly workspaceId: string;
}

/**
 * The problems of members that are not dismissed: refusals first, then notices; the latest first.
 * @returns for each member, in order, its problems, or why the caller may not read them
 */
export async function problemsOf(
  context: ServiceContext,
  members: readonly MemberKey[],
): Promise<(MemberProblem[] | Error)[]> {
  const found = new Map<string, MemberProblem[] | Error>();
  for (const [workspaceId, asked] of Map.groupBy(members, (member) => member.workspaceId)) {
    const result = await problemsIn(context, workspaceId, asked);
    for (const { id } of asked) found.set(id, result instanceof Error ? result : (result.get(id) ?? []));
  }
  return members.map(({ id }) => found.get(id) ?? []);
}

async function problemsIn(
  context: ServiceContext,
  workspaceId: string,
  members: readonly MemberKey[],
): Promise<Map<string | null, MemberProblem[]> | Error> {
  try {
    await authorize(context, 'audit.read', workspaceId);
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
  const memberIds = members.map(({ id }) => id);
  const problems = new Map<string | null, MemberProblem[]>();
  for (const { memberId, ...row } of await PROBLEMS.rows(context.reads, { workspaceId, memberIds })) {
    const { severity, code, detail, since, lastAt, times, client } = row;
    const facts = { severity, code, detail, since, lastAt, times };
    const problem = { ...facts, id: idOf(row), cause: causeOf(code, row), fix: fixOf(code, client, row) };
    problems.set(memberId, [...(problems.get(memberId) ?? []), problem]);
  }
  return problems;
}
