import type { WorkspaceVersion } from '../../domain/access.js';
import { refusalIn } from '../../domain/errors.js';
import { isJsonList, isJsonObject, type Json, type JsonObject } from '../../domain/profile.js';
import {
  cut,
  LONGEST_DETAIL,
  READING_OPERATIONS,
  type ScimClient,
  type ScimCode,
  type ScimEvent,
  type ScimOperation,
  type ScimTarget,
} from '../../domain/provisioning-log.js';
import type { ScimAnswer } from './endpoint.js';
import type { Fault } from './errors.js';
import { property } from './message.js';
import { noticesOf } from './notices.js';
import type { Query } from './query.js';
import type { ScimType } from './scim-error.js';

/** An answered request and its result. */
export interface AnsweredRequest {
  readonly method: string;
  /** The path of the endpoint, such as `/Users/:id`; undefined when there is none. */
  readonly endpoint: string | undefined;
  readonly id: string;
  readonly query: Query;
  readonly client: ScimClient;
  readonly requestId: string;
  readonly workspaceVersion: WorkspaceVersion;
  /** The body, if it was read. */
  readonly sent: JsonObject | undefined;
  readonly at: Date;
  readonly durationMs: number;
  readonly answer: ScimAnswer;
  /** Why the request was refused, and the error that was thrown. */
  readonly refusal: { readonly fault: Fault; readonly error: unknown } | undefined;
}

const NO_NOTICES: ScimEvent['notices'] = [];

/** Describes an answered request for the provisioning log (rules 49, 50): its facts, never its body. */
export function describeRequest(request: AnsweredRequest): ScimEvent {
  const { method, client, requestId, at, durationMs, answer, refusal } = request;
  const operation = operationOf(request);
  return {
    at,
    durationMs,
    client,
    method,
    operation,
    target: targetOf(request, operation),
    status: answer.status,
    ...refusalOf(request),
    requestId,
    notices: refusal === undefined ? noticesOf(request, operation) : NO_NOTICES,
    tookUserName: answer.tookUserName ?? false,
  };
}

/** The operation of a request that changes nothing; undefined for one that may change something. */
export function readOf(method: string, endpoint: string | undefined): ScimOperation | undefined {
  const operation = operationOf({ method, endpoint, sent: undefined });
  return READING_OPERATIONS.has(operation) ? operation : undefined;
}

function operationOf({
  method,
  endpoint = '',
  sent,
}: Pick<AnsweredRequest, 'method' | 'endpoint' | 'sent'>): ScimOperation {
  switch (endpoint) {
    case '/Users':
      return method === 'POST' ? 'USER_CREATE' : 'USER_SEARCH';
    case '/Users/:id':
      return userOperation(method, sent);
    case '/Groups':
      return method === 'POST' ? 'GROUP_CREATE' : 'GROUP_SEARCH';
    case '/Groups/:id':
      if (method === 'DELETE') return 'GROUP_DELETE';
      return method === 'PUT' || method === 'PATCH' ? 'GROUP_UPDATE' : 'GROUP_READ';
    case '/Users/.search':
    case '/.search':
      return 'USER_SEARCH';
    case '/Groups/.search':
      return 'GROUP_SEARCH';
    case '/Bulk':
      return 'BULK';
    default:
      return /^\/(ServiceProviderConfig|ResourceTypes|Schemas)/.test(endpoint) ? 'DISCOVERY' : 'OTHER';
  }
}

function userOperation(method: string, sent: JsonObject | undefined): ScimOperation {
  if (method === 'DELETE') return 'USER_DELETE';
  if (method !== 'PUT' && method !== 'PATCH') return 'USER_READ';
  const active = sent === undefined ? undefined : sentValue(sent, 'active');
  const text = String(active).trim().toLowerCase();
  if (text === 'false') return 'USER_DEACTIVATE';
  // A PUT carries `active: true` with every change.
  return text === 'true' && method === 'PATCH' ? 'USER_REACTIVATE' : 'USER_UPDATE';
}

/**
 * Filters by the attributes with which providers search for a user. Values of other attributes are not stored (rule
 * 50).
 */
const NAMING_FILTER =
  /^\s*(?:[\w:.-]+:)?(?:userName|externalId|displayName|emails(?:\[[^\]]*\])?(?:\.value)?|id)\s+\w+\s+"((?:[^"\\]|\\.)*)"/i;

function targetOf({ id, query, sent, answer }: AnsweredRequest, operation: ScimOperation): ScimTarget | null {
  const type = operation.startsWith('USER_')
    ? 'member'
    : operation.startsWith('GROUP_')
      ? 'group'
      : undefined;
  if (type === undefined) return null;
  if (operation === 'USER_SEARCH' || operation === 'GROUP_SEARCH') {
    const name = NAMING_FILTER.exec(query.get('filter') ?? '')?.[1];
    return name === undefined ? null : { type, id: null, name: cut(name) };
  }
  const attribute = type === 'member' ? 'userName' : 'displayName';
  const named =
    (sent && textIn(sentValue(sent, attribute))) ??
    textIn(fieldOf(answer.body, attribute)) ??
    (sent && textIn(sentValue(sent, 'externalId')));
  const made = textIn(fieldOf(answer.body, 'id'));
  return { type, id: idOrNull(id === '' ? made : id), name: named === undefined ? null : cut(named) };
}

const ID = /^[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}$/i;

function idOrNull(text: string | undefined): string | null {
  return text !== undefined && ID.test(text) ? text.toLowerCase() : null;
}

function fieldOf(body: object | undefined, name: string): unknown {
  return body === undefined || !Object.hasOwn(body, name) ? undefined : Reflect.get(body, name);
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

type Refused = Pick<ScimEvent, 'code' | 'scimType' | 'detail' | 'attribute' | 'value'>;

const ACCEPTED: Refused = { code: null, scimType: null, detail: null, attribute: null, value: null };

function refusalOf({ refusal, sent }: AnsweredRequest): Refused {
  if (refusal === undefined) return ACCEPTED;
  const { fault, error } = refusal;
  const attribute = attributeAtFault(error, fault.detail);
  const value = attribute === undefined || sent === undefined ? undefined : sentValue(sent, attribute);
  return {
    code: codeOf(error, fault),
    scimType: fault.scimType ?? null,
    detail: cut(fault.detail, LONGEST_DETAIL),
    attribute: attribute === undefined ? null : cut(attribute),
    value: scalarText(value),
  };
}

/** The attributes that the adapter checks itself: its messages begin with their names. */
const NAMED_FIRST = /^(userName|externalId|active|role|seatType|creditLimit|displayName|members)\b/;

function attributeAtFault(error: unknown, detail: string): string | undefined {
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal.details.attribute;
  return NAMED_FIRST.exec(detail)?.[1];
}

/** A list or an object may contain anything, so only plain values are stored (rule 50). */
function scalarText(value: Json | undefined): string | null {
  if (value === undefined || typeof value === 'object') return null;
  return cut(String(value));
}

/** The value of an attribute in a body: at the top, in an extension, or in an operation of a PATCH. */
function sentValue(body: JsonObject, attribute: string): Json | undefined {
  const name = attribute.split('.').at(-1)?.toLowerCase() ?? '';
  const operations = property(body, 'Operations');
  if (isJsonList(operations)) {
    return operations
      .map((operation) => operationValue(operation, name))
      .findLast((one) => one !== undefined);
  }
  return valueUnder(body, name);
}

function operationValue(operation: Json, name: string): Json | undefined {
  if (!isJsonObject(operation)) return undefined;
  const path = property(operation, 'path');
  const value = property(operation, 'value');
  if (typeof path === 'string' && path !== '') {
    const last = path.split(/[.:]/).at(-1)?.toLowerCase();
    if (last === name) return isJsonList(value) && value.length === 1 ? memberOf(value[0]) : value;
    return undefined;
  }
  return isJsonObject(value) ? valueUnder(value, name) : undefined;
}

/** Entra sends single values as a list of one object. */
function memberOf(value: Json | undefined): Json | undefined {
  return isJsonObject(value) ? property(value, 'value') : value;
}

function valueUnder(object: JsonObject, name: string): Json | undefined {
  for (const key of Object.keys(object)) {
    const value = object[key];
    if (endsWithName(key, name)) return value;
    if (key.startsWith('urn:') && isJsonObject(value)) {
      const inner = valueUnder(value, name);
      if (inner !== undefined) return inner;
    }
  }
  return undefined;
}

/** Whether a key, or what follows its last colon, is a name of ASCII letters in any case. */
function endsWithName(key: string, name: string): boolean {
  const start = key.length - name.length;
  if (start === 0) return key.toLowerCase() === name;
  return start > 0 && key[start - 1] === ':' && key.slice(start).toLowerCase() === name;
}

const SCIM_TYPES: Readonly<Record<ScimType, ScimCode>> = {
  invalidFilter: 'INVALID_FILTER',
  tooMany: 'TOO_MANY',
  uniqueness: 'UNIQUENESS',
  mutability: 'MUTABILITY',
  invalidSyntax: 'INVALID_SYNTAX',
  invalidPath: 'INVALID_PATH',
  noTarget: 'NO_TARGET',
  invalidValue: 'INVALID_VALUE',
  invalidVers: 'INVALID_VERS',
  sensitive: 'SENSITIVE',
  invalidCursor: 'INVALID_CURSOR',
  expiredCursor: 'EXPIRED_CURSOR',
  invalidCount: 'INVALID_COUNT',
};

const STATUSES: ReadonlyMap<number, ScimCode> = new Map([
  [400, 'INVALID_SYNTAX'],
  [404, 'UNKNOWN_ENDPOINT'],
  [405, 'METHOD_NOT_ALLOWED'],
  [406, 'NOT_ACCEPTABLE'],
  [409, 'CONFLICT'],
  [413, 'TOO_LARGE'],
  [415, 'UNSUPPORTED_MEDIA_TYPE'],
  [501, 'NOT_IMPLEMENTED'],
  [503, 'TIMED_OUT'],
]);

function codeOf(error: unknown, { status, scimType }: Fault): ScimCode {
  const refusal = refusalIn(error);
  if (refusal !== undefined) return refusal.code;
  if (scimType !== undefined) return SCIM_TYPES[scimType];
  return STATUSES.get(status) ?? 'INTERNAL';
}
