import { query, rowOf, rowsOf } from '../../database/query.js';
import { selection } from '../../database/statement.js';
import { selectList } from '../../database/tables.js';
import { DomainError } from '../../domain/errors.js';
import { batchIdOf, firstBatchIdAt, isId, timeOfRequestId } from '../../domain/ids.js';
import {
  requestIdsOf,
  type ScimClient,
  type ScimCode,
  type ScimOperation,
} from '../../domain/provisioning-log.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import type { ScimRequest } from '../../model/scim-request.js';
import { auditEntriesOf } from '../audit/of-requests.js';
import { authorize } from '../context/authorization.js';
import type { ServiceContext } from '../context/service-context.js';
import { likeEscaped } from '../lists/comparison.js';
import { asIs, Page, type PageArguments } from '../lists/page.js';
import { SCIM_REQUEST } from './entry.js';

export const REQUEST_OUTCOMES = ['ACCEPTED', 'REFUSED', 'NOTICED'] as const;
export type RequestOutcome = (typeof REQUEST_OUTCOMES)[number];

/** Conditions on requests; all of them must hold (rule 58). */
export interface ScimRequestFilter {
  /** The reference at the end of a refusal, or the whole id of a request. */
  readonly reference?: string | null;
  /** A part of the name of the member or group, in any case. */
  readonly search?: string | null;
  readonly targetId?: string | null;
  readonly apiKeyId?: string | null;
  readonly outcome?: RequestOutcome | null;
  readonly codes?: readonly ScimCode[] | null;
  readonly statuses?: readonly number[] | null;
  readonly operations?: readonly ScimOperation[] | null;
  readonly clients?: readonly ScimClient[] | null;
  readonly since?: Date | null;
  readonly until?: Date | null;
}

const REQUEST_LIST = selection({
  name: 'provisioningLog.list',
  columns: selectList(SCIM_REQUEST, 'r'),
  types: SCIM_REQUEST.columns,
  from: 'scim_request r',
});

const OUTCOMES: Readonly<Record<RequestOutcome, string>> = {
  ACCEPTED: 'r.code is null',
  REFUSED: 'r.code is not null',
  NOTICED: 'r.notices is not null',
};

/**
 * The filter as SQL, over the table `r` (scim_request).
 * @param values the statement's values so far; the filter's are added
 * @throws DomainError INVALID_INPUT for an invalid reference
 */
function filterSql(workspaceId: string, filter: ScimRequestFilter, values: unknown[]): string {
  const { reference, search, targetId, apiKeyId, outcome, since, until } = filter;
  const place = (value: unknown, type = '') => `$${values.push(value)}${type}`;
  // First, because the requests of many members are read at once.
  const conditions = targetId == null ? [] : [isId(targetId) ? targetSql(place(targetId)) : 'false'];
  conditions.push(`r.workspace_id = ${place(workspaceId)}`);
  if (reference != null) conditions.push(referenceSql(reference, place));
  if (search != null && search.trim() !== '')
    conditions.push(`r.target_name ilike ${place(`%${likeEscaped(search.trim())}%`)}`);
  if (apiKeyId != null) conditions.push(isId(apiKeyId) ? `r.api_key_id = ${place(apiKeyId)}` : 'false');
  if (outcome != null) conditions.push(OUTCOMES[outcome]);
  const among = { code: filter.codes, operation: filter.operations, client: filter.clients };
  for (const [column, list] of Object.entries(among)) {
    if (list != null) conditions.push(`r.${column} = any(${place(list, '::text[]')})`);
  }
  if (filter.statuses != null) conditions.push(`r.status = any(${place(filter.statuses, '::integer[]')})`);
  if (since != null) conditions.push(sinceSql(place(since)));
  if (until != null) conditions.push(untilSql(place(until)));
  return conditions.join(' and ');
}

/** The conditions, over `r`, name the set first: PostgreSQL leaves out sets, partitions among them, before it reads requests. */
function targetSql(value: string): string {
  return `r.set_target_ids @> array[${value}::uuid] and r.target_id = ${value}::uuid`;
}

/** The requests of a set are of one day. */
function sinceSql(value: string): string {
  const day = `${value}::timestamptz - interval '24 hours'`;
  return `r.set_at > ${day} and r.set_last_at >= ${value}::timestamptz and r.at >= ${value}::timestamptz`;
}

function untilSql(value: string): string {
  return `r.set_at < ${value}::timestamptz and r.at < ${value}::timestamptz`;
}

function referenceSql(reference: string, place: (value: unknown) => string): string {
  if (isId(reference.trim())) return requestSql(reference.trim().toLowerCase(), place);
  const ids = requestIdsOf(reference);
  if (ids === undefined) {
    throw new DomainError('INVALID_INPUT', 'This is no reference.', {
      attribute: 'filter.reference',
      hint: 'A reference has eight letters and digits, such as 7F3K-Q2M9. It ends the answer that the provider shows.',
    });
  }
  return `${sentSql(ids.first, place)} and r.request_id between ${place(ids.first)} and ${place(ids.last)}`;
}

/** The id of a request tells when it came. */
function requestSql(requestId: string, place: (value: unknown) => string): string {
  return `${sentSql(requestId, place)} and r.request_id = ${place(requestId)}`;
}

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** By how much the clocks of servers and the database may differ. */
const CLOCK_MS = 5000;

/** The times between which a request and its operations come; a bulk request takes less than an hour. */
function timesOf(requestId: string): { readonly since: Date; readonly until: Date } {
  const sent = timeOfRequestId(requestId).getTime();
  return { since: new Date(sent - CLOCK_MS), until: new Date(sent + HOUR_MS) };
}

function sentSql(requestId: string, place: (value: unknown) => string): string {
  const { since, until } = timesOf(requestId);
  const firstBatchId = place(firstBatchIdAt(since.getTime()));
  return `r.batch_id >= ${firstBatchId} and ${sinceSql(place(since))} and ${untilSql(place(until))}`;
}

/**
 * The requests of a workspace, newest first.
 * @throws DomainError as `authorize` does; INVALID_INPUT for an invalid reference
 */
export async function list(
  context: ServiceContext,
  workspaceId: string,
  filter: ScimRequestFilter,
  page: PageArguments,
): Promise<Page<ScimRequest>> {
  await authorize(context, 'audit.read', workspaceId);
  const values: unknown[] = [];
  return new Page<ScimRequest>(
    context.batched,
    {
      ...REQUEST_LIST,
      where: filterSql(workspaceId, filter, values),
      values,
      id: 'r.id',
      // The index of batches gives this order; entries are sorted within a batch alone.
      orderBy: { column: 'r.batch_id', type: 'uuid' },
      descending: true,
      ofRow: filter.targetId != null,
    },
    page,
    asIs,
  );
}

/** @throws DomainError as `authorize` does */
export async function get(
  context: ServiceContext,
  workspaceId: string,
  id: string,
): Promise<ScimRequest | null> {
  await authorize(context, 'audit.read', workspaceId);
  const request = await rowOf(
    context.reads,
    query
      .selectFrom('scimRequest')
      .select(SCIM_REQUEST.properties)
      .where('workspaceId', '=', workspaceId)
      .where('batchId', '=', batchIdOf(id))
      .where('id', '=', id),
  );
  return request ?? null;
}

/**
 * The audit entry of the change that a request made.
 * @returns null when it changed nothing, or several things (a change of a group)
 * @throws DomainError as `authorize` does
 */
export async function auditEntryOf(
  context: ServiceContext,
  { workspaceId, requestId, targetId }: Pick<ScimRequest, 'workspaceId' | 'requestId' | 'targetId'>,
): Promise<AuditEntry | null> {
  await authorize(context, 'audit.read', workspaceId);
  const entries = await auditEntriesOf(context.batched, workspaceId, requestId);
  return entries.find((entry) => entry.targetId === targetId) ?? null;
}

/**
 * The SCIM request that made an audited change.
 * @returns null when the change came through another channel, or the entry has expired
 * @throws DomainError as `authorize` does
 */
export async function ofAuditEntry(
  context: ServiceContext,
  { workspaceId, requestId, targetId, channel }: AuditEntry,
): Promise<ScimRequest | null> {
  if (workspaceId === null || channel !== 'SCIM' || !isId(requestId)) return null;
  await authorize(context, 'audit.read', workspaceId);
  const { since, until } = timesOf(requestId);
  const requests = await rowsOf(
    context.batched,
    query
      .selectFrom('scimRequest')
      .select(SCIM_REQUEST.properties)
      .where('workspaceId', '=', workspaceId)
      // The change is committed, so the database took the entry soon after.
      .where('batchId', '>=', firstBatchIdAt(since.getTime()))
      .where('batchId', '<', firstBatchIdAt(until.getTime()))
      .where('setAt', '>', new Date(since.getTime() - DAY_MS))
      .where('setAt', '<', until)
      .where('setLastAt', '>=', since)
      .where('requestId', '=', requestId)
      .orderBy('id')
      .limit(MOST_OF_REQUEST),
  );
  // Each operation of a bulk request has an entry; a change of a group is audited for its members too.
  return (
    requests.find((request) => request.targetId === targetId) ??
    (requests.length === 1 ? (requests[0] ?? null) : null)
  );
}

/** A bulk request has at most 1,000 operations, and an entry of its own. */
const MOST_OF_REQUEST = 1_001;
