import { useSearchParams } from 'wouter';
import { dayOf, idOf } from '../../app/parameters.js';
import type {
  ScimClient,
  ScimCode,
  ScimOperation,
  ScimRequestFilter,
  ScimRequestOutcome,
} from '../../app/schema.generated.js';
import { daysOf } from '../audit-log/view.js';

export const CLIENTS: readonly ScimClient[] = [
  'OKTA',
  'ENTRA',
  'ONELOGIN',
  'JUMPCLOUD',
  'GOOGLE',
  'PING',
  'OTHER',
];
export const OUTCOMES: readonly ScimRequestOutcome[] = ['ACCEPTED', 'NOTICED', 'REFUSED'];

/** Does not compile while an operation is missing. */
const OPERATION_TABLE: Readonly<Record<ScimOperation, true>> = {
  USER_CREATE: true,
  USER_UPDATE: true,
  USER_DEACTIVATE: true,
  USER_REACTIVATE: true,
  USER_DELETE: true,
  USER_READ: true,
  USER_SEARCH: true,
  GROUP_CREATE: true,
  GROUP_UPDATE: true,
  GROUP_DELETE: true,
  GROUP_READ: true,
  GROUP_SEARCH: true,
  BULK: true,
  DISCOVERY: true,
  AUTHENTICATE: true,
  OTHER: true,
};
export const OPERATIONS = Object.keys(OPERATION_TABLE).filter(isOperation);

function isOperation(name: string): name is ScimOperation {
  return Object.hasOwn(OPERATION_TABLE, name);
}

/** Does not compile while a code is missing. */
const CODE_TABLE: Readonly<Record<ScimCode, true>> = {
  ALREADY_A_GROUP: true,
  ALREADY_A_MEMBER: true,
  ALREADY_INVITED: true,
  ATTRIBUTE_IGNORED: true,
  CONFLICT: true,
  CREDITS_EXHAUSTED: true,
  CREDIT_LIMIT_NOT_ALLOWED: true,
  EMPTY_VALUE_IGNORED: true,
  EXPIRED_CURSOR: true,
  EXTENSION_IGNORED: true,
  FORBIDDEN: true,
  INACTIVE_ACCESS_IGNORED: true,
  INTERNAL: true,
  INVALID_COUNT: true,
  INVALID_CURSOR: true,
  INVALID_FILTER: true,
  INVALID_INPUT: true,
  INVALID_PATH: true,
  INVALID_SYNTAX: true,
  INVALID_VALUE: true,
  INVALID_VERS: true,
  INVITATION_CLOSED: true,
  KEY_DELETED: true,
  KEY_DISABLED: true,
  KEY_EXPIRED: true,
  KEY_OF_OTHER_WORKSPACE: true,
  KEY_UNKNOWN: true,
  KEY_WITHOUT_SCOPE: true,
  LAST_OWNER: true,
  LOOKS_LIKE_A_MEMBER: true,
  METHOD_NOT_ALLOWED: true,
  MUTABILITY: true,
  NOT_ACCEPTABLE: true,
  NOT_FOUND: true,
  NOT_IMPLEMENTED: true,
  NO_TARGET: true,
  OWNER_PROTECTED: true,
  RATE_LIMITED: true,
  REMOVALS_PAUSED: true,
  ROLES_IGNORED: true,
  ROLE_NOT_ASSIGNABLE: true,
  SCIM_DISABLED: true,
  SEAT_UNAVAILABLE: true,
  SENSITIVE: true,
  STALE_VERSION: true,
  TIMED_OUT: true,
  TOO_LARGE: true,
  TOO_MANY: true,
  UNAUTHENTICATED: true,
  UNAVAILABLE: true,
  UNIQUENESS: true,
  UNKNOWN_ENDPOINT: true,
  UNSUPPORTED_MEDIA_TYPE: true,
  WRONG_WORKSPACE_VERSION: true,
};
export const CODES = Object.keys(CODE_TABLE).sort().filter(isCode);

function isCode(name: string): name is ScimCode {
  return Object.hasOwn(CODE_TABLE, name);
}

/** The filters and page of the requests, all of which are in the URL. */
export interface RequestView {
  readonly reference: string;
  readonly search: string;
  readonly outcome: string;
  readonly code: string;
  readonly status: string;
  readonly client: string;
  readonly operation: string;
  /** The id of an API key. */
  readonly key: string;
  /** The id of a member or group. */
  readonly target: string;
  /** A part of a day, chosen in the chart: its start and its end, as RFC 3339. */
  readonly from: string;
  readonly to: string;
  /** The first and the last day (UTC), such as 2026-11-29. */
  readonly since: string;
  readonly until: string;
  readonly after: string;
}

/** The view of the URL, and a function that changes it. Another filter begins at the first page. */
export function useRequestView(): readonly [RequestView, (change: Partial<RequestView>) => void] {
  const [parameters, setParameters] = useSearchParams();
  const read = (name: keyof RequestView) => parameters.get(name) ?? '';
  const view: RequestView = {
    reference: read('reference'),
    search: read('search'),
    outcome: read('outcome'),
    code: read('code'),
    status: read('status'),
    client: read('client'),
    operation: read('operation'),
    key: idOf(read('key')),
    target: idOf(read('target')),
    from: read('from'),
    to: read('to'),
    since: dayOf(read('since')),
    until: dayOf(read('until')),
    after: read('after'),
  };
  const change = (part: Partial<RequestView>) => {
    const others = Object.fromEntries(parameters);
    const shown = Object.entries({ ...others, ...view, after: '', ...part }).filter(
      ([, value]) => value !== '',
    );
    const isTyped = part.search !== undefined || part.reference !== undefined || part.status !== undefined;
    setParameters(Object.fromEntries(shown), { replace: isTyped });
  };
  return [view, change];
}

/** Whether a text is the number of an HTTP status. */
export function isStatus(text: string): boolean {
  return /^[1-5]\d\d$/.test(text);
}

/** The view as the server's filter. Invalid values, typed into the URL, are omitted. */
export function filterOf(view: RequestView): ScimRequestFilter {
  const { reference, search, outcome, code, status, client, operation, key, target } = view;
  const outcomes = OUTCOMES.filter((known) => known === outcome);
  const clients = CLIENTS.filter((known) => known === client);
  return {
    ...(reference.trim() === '' ? {} : { reference: reference.trim() }),
    ...(search === '' ? {} : { search }),
    ...(outcomes[0] === undefined ? {} : { outcome: outcomes[0] }),
    ...(isCode(code) ? { codes: [code] } : {}),
    ...(isStatus(status) ? { statuses: [Number(status)] } : {}),
    ...(clients.length === 0 ? {} : { clients }),
    ...(isOperation(operation) ? { operations: [operation] } : {}),
    ...(key === '' ? {} : { apiKeyId: key }),
    ...(target === '' ? {} : { targetId: target }),
    ...timesOf(view),
  };
}

/** The part of a day that was chosen in the chart, or else the days. */
function timesOf({ from, to, since, until }: RequestView): Pick<ScimRequestFilter, 'since' | 'until'> {
  if (hasPart({ from, to }))
    return { since: new Date(from).toISOString(), until: new Date(to).toISOString() };
  return daysOf(since, until);
}

/** Whether a part of a day is chosen. */
export function hasPart({ from, to }: Pick<RequestView, 'from' | 'to'>): boolean {
  return !Number.isNaN(Date.parse(from)) && !Number.isNaN(Date.parse(to));
}
