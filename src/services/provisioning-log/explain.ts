import { DomainError } from '../../domain/errors.js';
import { type Fix, fixOf } from '../../domain/provisioning-fixes.js';
import type { ScimCode, ScimNotice } from '../../domain/provisioning-log.js';
import type { AuditChanges } from '../../model/audit-entry.js';
import { auditEntriesOf } from '../audit/of-requests.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { type DryRun, dryRun, type TriedRequest } from './dry-run.js';

const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;

/** A SCIM request to explain. */
export interface RequestToExplain {
  readonly workspaceId: string;
  readonly method: string;
  /** The path below the base URL of the workspace, or the whole URL. */
  readonly path: string;
  readonly body?: unknown;
  /** The SCIM base URL, for the URLs in the answer. */
  readonly baseUrl: string;
}

/** A change that the request would make. */
export interface ExplainedChange {
  readonly action: string;
  readonly targetLabel: string;
  readonly changes: AuditChanges;
}

/** The answer to an explained request, and the changes that it would make. */
export interface Explanation {
  readonly status: number;
  readonly body: object | null;
  /** Null for a request that would be accepted. */
  readonly code: ScimCode | null;
  readonly detail: string | null;
  readonly attribute: string | null;
  readonly notices: readonly ScimNotice[];
  /** Null for a request that would be accepted. */
  readonly fix: Fix | null;
  readonly changes: readonly ExplainedChange[];
}

/**
 * Returns what the SCIM adapter would answer to a request, without executing it (rule 60).
 * @throws DomainError as `authorize` does; INVALID_INPUT for a method or path that SCIM does not have; RATE_LIMITED
 */
export async function explain(context: ServiceContext, request: RequestToExplain): Promise<Explanation> {
  const { workspace } = await authorize(context, 'scim.manage', request.workspaceId);
  const method = METHODS.find((known) => known === request.method.trim().toUpperCase());
  if (method === undefined) {
    throw new DomainError('INVALID_INPUT', `method must be one of ${METHODS.join(', ')}.`, {
      attribute: 'method',
    });
  }
  const path = pathBelow(request.path, request.baseUrl);
  return dryRun(context, workspace, async (run) => {
    const answer = await run.send({ method, path, body: request.body, baseUrl: request.baseUrl });
    return { ...explained(answer), changes: await changesOf(run, workspace.id, answer) };
  });
}

/** Returns the path below the base URL. @throws DomainError INVALID_INPUT for any other URL */
function pathBelow(path: string, baseUrl: string): string {
  const trimmed = path.trim();
  const below = trimmed.toLowerCase().startsWith(baseUrl.toLowerCase())
    ? trimmed.slice(baseUrl.length)
    : trimmed;
  if (below.startsWith('/') && !below.startsWith('//')) return below;
  throw new DomainError('INVALID_INPUT', 'path must begin with a slash, or with the SCIM base URL.', {
    attribute: 'path',
    hint: `Send a path such as /Users, or an address such as ${baseUrl}/Users.`,
  });
}

/** The answer without the changes. */
export function explained({ status, body, event }: TriedRequest): Omit<Explanation, 'changes'> {
  const { code, detail, attribute, notices, client } = event;
  return {
    status,
    body: body && withoutReference(body),
    code,
    detail,
    attribute,
    notices,
    fix: code === null ? null : fixOf(code, client, { attribute }),
  };
}

/** A request that was only tried has no entry that its reference could find. */
function withoutReference(body: object): object {
  if (!('detail' in body) || typeof body.detail !== 'string') return body;
  return { ...body, detail: body.detail.replace(/ \(ref \S+\)$/, '') };
}

async function changesOf(
  { database }: DryRun,
  workspaceId: string,
  { requestId }: TriedRequest,
): Promise<ExplainedChange[]> {
  const entries = await auditEntriesOf(database, workspaceId, requestId);
  return entries.map(({ action, targetLabel, changes }) => ({ action, targetLabel, changes }));
}
