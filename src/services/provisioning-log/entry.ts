import { TABLES, without } from '../../database/tables.js';
import { canonicalName, canonicalUserName } from '../../domain/canonical.js';
import {
  type ScimCode,
  type ScimEvent,
  type ScimNotice,
  WRITING_OPERATIONS,
} from '../../domain/provisioning-log.js';
import type { Severity } from '../../model/scim-problem.js';

/** The view of entries, without the columns of their sets. */
export const SCIM_REQUEST = without(TABLES.scimRequest, 'batchId', 'setAt', 'setLastAt', 'setTargetIds');

/** The workspace and the key of a request. */
export interface LogKey {
  readonly workspaceId: string;
  readonly apiKeyId: string | null;
  readonly apiKeyLabel: string | null;
}

/** An entry of the log that is not yet written. With its id, its stored fields are exactly the columns (rule 50). */
export interface LogEntry extends LogKey {
  readonly at: Date;
  readonly durationMs: number;
  readonly client: ScimEvent['client'];
  readonly method: string;
  readonly operation: ScimEvent['operation'];
  readonly targetType: 'member' | 'group' | null;
  readonly targetId: string | null;
  readonly targetName: string | null;
  readonly status: number;
  readonly code: ScimCode | null;
  readonly scimType: string | null;
  readonly detail: string | null;
  readonly attribute: string | null;
  readonly value: string | null;
  readonly requestId: string;
  readonly notices: readonly ScimNotice[] | null;
  readonly network: string | null;
  readonly times: number;
  /** Whether an active member got its userName by the request; not stored. */
  readonly tookUserName: boolean;
}

/** An entry that is written. */
export interface WrittenEntry extends LogEntry {
  /** Ids are in the order in which entries are committed. */
  readonly id: string;
}

/** The entry for an event. */
export function entryOf(event: ScimEvent, key: LogKey): LogEntry {
  const { target, notices } = event;
  // Each field by name: copying the rest of an object costs as much as all else here.
  return {
    workspaceId: key.workspaceId,
    apiKeyId: key.apiKeyId,
    apiKeyLabel: key.apiKeyLabel,
    at: event.at,
    durationMs: event.durationMs,
    client: event.client,
    method: event.method,
    operation: event.operation,
    targetType: target?.type ?? null,
    targetId: target?.id ?? null,
    targetName: target === null ? null : withoutSecrets(target.name),
    status: event.status,
    code: event.code,
    scimType: event.scimType,
    detail: withoutSecrets(event.detail),
    attribute: event.attribute,
    value: withoutSecrets(event.value),
    requestId: event.requestId,
    notices: notices.length === 0 ? null : notices,
    network: null,
    times: 1,
    tookUserName: event.tookUserName,
  };
}

const SECRETS = /rollcall_[a-z_]+_[0-9a-f]{16}_[\w-]*/g;

/** A credential that was pasted into the wrong field must not be stored. */
function withoutSecrets(text: string | null): string | null {
  if (text === null || !text.includes('rollcall_')) return text;
  return text.replace(SECRETS, '…');
}

/** Whether a refusal is a problem; a request for an unknown user is not. */
function isProblem({ code, operation }: LogEntry): boolean {
  if (code === null) return false;
  return !(code === 'NOT_FOUND' && (operation === 'USER_READ' || operation === 'GROUP_READ'));
}

/** Whether an accepted request resolves an earlier refusal of the same member or group. */
export function resolvesProblems({ code, operation }: LogEntry): boolean {
  return code === null && WRITING_OPERATIONS.has(operation);
}

/** A problem to record, for the first time or again. */
export interface NotedProblem extends Omit<WrittenEntry, 'times' | 'notices' | 'at' | 'code'> {
  readonly subject: string;
  readonly severity: Severity;
  readonly code: ScimCode;
  readonly closest: string | null;
  readonly since: Date;
  readonly lastAt: Date;
  readonly times: number;
}

/** The prefix of the subject of a person who is known by userName alone; the canonical form follows (rule 15a). */
const NAME_SUBJECT = 'name:';

/**
 * The subjects under which the problems of an entry's member, group or kind of request are stored; the first is the
 * entry's own.
 */
export function subjectsOf({ targetType, targetId, targetName, operation }: LogEntry): string[] {
  const subjects: string[] = [];
  if (targetId !== null) subjects.push(`${targetType}:${targetId}`);
  if (targetName !== null && !isSearch(operation)) {
    const subject =
      targetType === 'member'
        ? `${NAME_SUBJECT}${canonicalUserName(targetName)}`
        : `groupName:${canonicalName(targetName)}`;
    subjects.push(subject);
  }
  if (subjects.length === 0) subjects.push(`operation:${operation}`);
  return subjects;
}

function isSearch(operation: LogEntry['operation']): boolean {
  return operation === 'USER_SEARCH' || operation === 'GROUP_SEARCH';
}

const NO_PROBLEMS: readonly NotedProblem[] = [];

/** The problems that an entry has: its refusal, or its notices. @param idOf returns the entry's id */
export function problemsIn(entry: LogEntry, idOf: () => string): readonly NotedProblem[] {
  if (entry.code === null && entry.notices === null) return NO_PROBLEMS;
  const { notices, at, ...facts } = entry;
  const [own = ''] = entry.network === null ? subjectsOf(entry) : [keySubject(entry)];
  const seen = { ...facts, id: idOf(), since: at, lastAt: at };
  if (facts.code !== null) {
    return isProblem(entry)
      ? [{ ...seen, code: facts.code, subject: own, severity: 'REFUSAL', closest: null }]
      : [];
  }
  return (notices ?? []).map(({ code, attribute, closest }) => ({
    ...seen,
    code,
    attribute,
    closest,
    subject: `${own} ${attribute}`,
    severity: 'NOTICE',
  }));
}

/** Problems with keys are stored by client, key and network, because another client's success does not resolve them. */
function keySubject({ client, apiKeyId, network }: LogEntry): string {
  return `${keySubjectOf(client)}:${apiKeyId ?? network ?? ''}`;
}

/** The subject whose success ends a client's problems with keys. */
export function keySubjectOf(client: LogEntry['client']): string {
  return `key:${client}`;
}
