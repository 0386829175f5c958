import { boolean, integer, nullable, oneOf, text, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { causeOf, type Fix, fixOf } from '../../domain/provisioning-fixes.js';
import {
  SCIM_CLIENTS,
  SCIM_CODES,
  SCIM_OPERATIONS,
  type ScimClient,
  type ScimCode,
} from '../../domain/provisioning-log.js';
import { SEVERITIES, type Severity } from '../../model/scim-problem.js';
import { record } from '../audit/record.js';
import { authorize } from '../context/authorization.js';
import { runCommand } from '../context/command.js';
import type { ServiceContext } from '../context/service-context.js';
import { decode, encode } from '../lists/cursor.js';

/** The cause that all subjects of a problem share. */
interface ProblemKey {
  readonly severity: Severity;
  readonly code: ScimCode;
  readonly attribute: string | null;
  readonly closest: string | null;
  /** The seat type or role, which distinguishes problems with the same code. */
  readonly value: string | null;
}

/** One cause, with all people whom it affects now (rule 56). */
export interface ScimProblemGroup extends ProblemKey {
  /** Opaque. */
  readonly id: string;
  readonly workspaceId: string;
  readonly cause: string;
  readonly fix: Fix;
  /** The text of the refusals; null when the subjects do not all have the same. */
  readonly detail: string | null;
  readonly client: ScimClient;
  readonly since: Date;
  readonly lastAt: Date;
  readonly times: number;
  readonly subjectCount: number;
}

/** The value that tells problems apart, over the table `p` (scim_problem). */
export const GROUPED_VALUE = `case when p.attribute in ('role', 'seatType') then lower(p.value) end`;

const KEY_COLUMNS = {
  severity: oneOf(SEVERITIES),
  code: oneOf(SCIM_CODES),
  attribute: nullable(text),
  closest: nullable(text),
  value: nullable(text),
};

const GROUPS = statement({
  name: 'provisioningLog.problems',
  text: `
    select p.severity, p.code, p.attribute, p.closest, ${GROUPED_VALUE} as value,
      case when count(p.detail) = count(*) and min(p.detail) = max(p.detail) then min(p.detail) end as detail,
      (array_agg(p.client order by p.last_at desc))[1] as client,
      min(p.since) as since, max(p.last_at) as "lastAt", sum(p.times)::integer as times,
      count(*)::integer as "subjectCount"
    from scim_problem p where p.workspace_id = $workspaceId and (p.dismissed_at is null or $dismissed)
    group by 1, 2, 3, 4, 5
    order by p.severity = 'NOTICE', count(*) desc, max(p.last_at) desc, p.code, p.attribute, 5
    limit 200`,
  parameters: { workspaceId: uuid, dismissed: boolean },
  columns: {
    ...KEY_COLUMNS,
    detail: nullable(text),
    client: oneOf(SCIM_CLIENTS),
    since: timestamptz,
    lastAt: timestamptz,
    times: integer,
    subjectCount: integer,
  },
});

/**
 * The present problems of a workspace: refusals first, then notices; those that affect most people first (rule 56).
 * @param includeDismissed whether to list dismissed problems too
 * @throws DomainError as `authorize` does
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  { includeDismissed = false }: { readonly includeDismissed?: boolean | null } = {},
): Promise<ScimProblemGroup[]> {
  await authorize(context, 'audit.read', workspaceId);
  const rows = await GROUPS.rows(context.reads, { workspaceId, dismissed: includeDismissed === true });
  return rows.map((row) => ({
    ...row,
    workspaceId,
    id: idOf(row),
    cause: causeOf(row.code, row),
    fix: fixOf(row.code, row.client, row),
  }));
}

/** The id of the problem with this cause. */
export function idOf({ severity, code, attribute, closest, value }: ProblemKey): string {
  return encode([severity, code, attribute, closest, value]);
}

/** Decodes the id of a problem. @throws DomainError NOT_FOUND for any other text */
function keyOf(problemId: string): ProblemKey {
  const [severityText, codeText, attribute = null, closest = null, value = null] = decode(problemId);
  const severity = SEVERITIES.find((known) => known === severityText);
  const code = SCIM_CODES.find((known) => known === codeText);
  if (severity === undefined || code === undefined || ![attribute, closest, value].every(isTextOrNull))
    throw noSuchProblem();
  return { severity, code, attribute: textOf(attribute), closest: textOf(closest), value: textOf(value) };
}

function isTextOrNull(part: unknown): boolean {
  return part === null || (typeof part === 'string' && part.isWellFormed() && !part.includes('\0'));
}

function textOf(part: unknown): string | null {
  return typeof part === 'string' ? part : null;
}

function noSuchProblem(): DomainError {
  return new DomainError('NOT_FOUND', 'There is no such problem in this workspace.', {
    attribute: 'problemId',
    hint: 'It may have gone by itself: read the problems again.',
  });
}

/** A member, group, key or kind of request with a problem. */
export interface ProblemSubject {
  readonly workspaceId: string;
  readonly requestEntryId: string;
  readonly targetType: string | null;
  readonly targetId: string | null;
  readonly name: string | null;
  readonly apiKeyLabel: string | null;
  readonly network: string | null;
  readonly operation: (typeof SCIM_OPERATIONS)[number];
  readonly detail: string | null;
  readonly requestId: string;
  readonly since: Date;
  readonly lastAt: Date;
  readonly times: number;
}

const IN_GROUP = `p.workspace_id = $workspaceId and p.severity = $severity and p.code = $code
      and p.attribute is not distinct from $attribute and p.closest is not distinct from $closest
      and ${GROUPED_VALUE} is not distinct from $value`;

const SUBJECTS = statement({
  name: 'provisioningLog.problemSubjects',
  text: `
    select p.workspace_id as "workspaceId", p.id as "requestEntryId", p.target_type as "targetType",
      p.target_id as "targetId", coalesce(p.target_name, m.user_name) as name, p.api_key_label as "apiKeyLabel",
      p.network, p.operation, p.detail, p.request_id as "requestId", p.since, p.last_at as "lastAt", p.times
    from scim_problem p left join member m on m.id = p.target_id and m.workspace_id = p.workspace_id
    where ${IN_GROUP}
    order by p.last_at desc, p.subject limit $first::integer offset $offset::integer`,
  parameters: {
    workspaceId: uuid,
    severity: oneOf(SEVERITIES),
    code: oneOf(SCIM_CODES),
    attribute: nullable(text),
    closest: nullable(text),
    value: nullable(text),
    first: integer,
    offset: integer,
  },
  columns: {
    workspaceId: uuid,
    requestEntryId: uuid,
    targetType: nullable(text),
    targetId: nullable(uuid),
    name: nullable(text),
    apiKeyLabel: nullable(text),
    network: nullable(text),
    operation: oneOf(SCIM_OPERATIONS),
    detail: nullable(text),
    requestId: uuid,
    since: timestamptz,
    lastAt: timestamptz,
    times: integer,
  },
});

const MOST_SUBJECTS = 200;

/**
 * The subjects of a problem, the latest first.
 * @throws DomainError as `authorize` does; INVALID_INPUT for a page that is too large
 */
export async function subjects(
  context: ServiceContext,
  { workspaceId, severity, code, attribute, closest, value }: ScimProblemGroup,
  { first, offset }: { readonly first: number; readonly offset: number },
): Promise<ProblemSubject[]> {
  await authorize(context, 'audit.read', workspaceId);
  if (first < 0 || first > MOST_SUBJECTS || offset < 0) {
    throw new DomainError(
      'INVALID_INPUT',
      `first must be from 0 to ${MOST_SUBJECTS}, and offset not negative.`,
      {
        attribute: offset < 0 ? 'offset' : 'first',
      },
    );
  }
  return SUBJECTS.rows(context.reads, {
    workspaceId,
    severity,
    code,
    attribute,
    closest,
    value,
    first,
    offset,
  });
}

const DISMISS = statement({
  name: 'provisioningLog.dismissProblem',
  text: `update scim_problem p set dismissed_at = $now where ${IN_GROUP} and p.dismissed_at is null returning p.subject`,
  parameters: {
    now: timestamptz,
    workspaceId: uuid,
    severity: oneOf(SEVERITIES),
    code: oneOf(SCIM_CODES),
    attribute: nullable(text),
    closest: nullable(text),
    value: nullable(text),
  },
  columns: { subject: text },
});

/**
 * Hides a problem until it occurs again.
 * @throws DomainError as `authorize` does; NOT_FOUND for a problem that no longer exists
 */
export async function dismiss(
  context: ServiceContext,
  { workspaceId, problemId }: { readonly workspaceId: string; readonly problemId: string },
): Promise<{ readonly problemId: string }> {
  await authorize(context, 'scim.manage', workspaceId);
  const key = keyOf(problemId);
  return runCommand(context, 'scim.manage', workspaceId, async (tx, { workspace }) => {
    const dismissed = await DISMISS.rows(tx, { workspaceId, ...key, now: context.clock() });
    if (dismissed.length === 0) throw noSuchProblem();
    await record(context, tx, {
      workspaceId,
      action: 'scim.dismissProblem',
      target: { type: 'workspace', id: workspaceId, label: workspace.name },
      changes: {
        problem: {
          before: key.attribute === null ? key.code : `${key.code} (${key.attribute})`,
          after: null,
        },
        people: { before: dismissed.length, after: 0 },
      },
    });
    return { problemId };
  });
}
