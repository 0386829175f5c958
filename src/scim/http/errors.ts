import { type ErrorCode, refusalIn } from '../../domain/errors.js';
import { referenceOf } from '../../domain/provisioning-log.js';
import { STATUSES } from '../../http/statuses.js';
import { ScimError, type ScimType } from './scim-error.js';

export const ERROR_MESSAGE = 'urn:ietf:params:scim:api:messages:2.0:Error';

type Headers = Readonly<Record<string, string>>;

/** The scimType of each refusal (the table at the end of the membership rules). */
const SCIM_TYPES: Readonly<Record<ErrorCode, ScimType | undefined>> = {
  UNAUTHENTICATED: undefined,
  FORBIDDEN: undefined,
  NOT_FOUND: undefined,
  INVALID_INPUT: 'invalidValue',
  WRONG_WORKSPACE_VERSION: 'invalidValue',
  ROLE_NOT_ASSIGNABLE: 'invalidValue',
  CREDIT_LIMIT_NOT_ALLOWED: 'invalidValue',
  ALREADY_A_MEMBER: 'uniqueness',
  ALREADY_A_GROUP: 'uniqueness',
  ALREADY_INVITED: 'uniqueness',
  INVITATION_CLOSED: undefined,
  SEAT_UNAVAILABLE: undefined,
  OWNER_PROTECTED: undefined,
  LAST_OWNER: undefined,
  STALE_VERSION: undefined,
  CREDITS_EXHAUSTED: undefined,
  RATE_LIMITED: undefined,
  REMOVALS_PAUSED: undefined,
  UNAVAILABLE: undefined,
};

const HEADERS: Partial<Record<ErrorCode, Headers>> = {
  // RFC 7235 §3.1: "The server generating a 401 response MUST send a WWW-Authenticate header field".
  UNAUTHENTICATED: { 'WWW-Authenticate': 'Bearer realm="SCIM"' },
  // Okta retries after Retry-After; without the header it creates a task for an administrator.
  RATE_LIMITED: { 'Retry-After': '1' },
  // Long enough for an administrator to release the brake; then the provider continues by itself (rule 63).
  REMOVALS_PAUSED: { 'Retry-After': '300' },
};

/** A fault with everything that its answer needs. */
export interface Fault {
  readonly status: number;
  readonly scimType?: ScimType;
  readonly headers?: Headers;
  readonly detail: string;
  /** For the request log: the domain's code, else the scimType, else the status. */
  readonly code: string;
  /** Whether it is unexpected: then it is logged, and the client sees a fixed text. */
  readonly unknown: boolean;
}

/** Maps anything thrown to a SCIM error. */
export function faultOf(error: unknown): Fault {
  const refusal = refusalIn(error);
  if (refusal !== undefined) {
    const { code, details } = refusal;
    const message = details.providerMessage ?? refusal.message;
    const advice = details.providerHint ?? details.hint;
    const { retryAfterSeconds } = details;
    const scimType = SCIM_TYPES[code];
    const headers =
      retryAfterSeconds === undefined ? HEADERS[code] : { 'Retry-After': String(retryAfterSeconds) };
    return {
      status: STATUSES[code],
      ...(scimType === undefined ? {} : { scimType }),
      ...(headers === undefined ? {} : { headers }),
      detail: advice === undefined ? message : `${message} ${advice}`,
      code,
      unknown: false,
    };
  }
  if (error instanceof ScimError) return protocolFault(error);
  // Thrown by decodeURIComponent for a path such as /Users/%zz.
  if (error instanceof URIError) {
    return protocolFault(new ScimError(400, 'The path is not properly percent-encoded.'));
  }
  return {
    status: 500,
    detail: 'Something went wrong on our side. Try again; if it happens again, tell support this reference.',
    code: 'INTERNAL',
    unknown: true,
  };
}

/**
 * The body of an error (RFC 7644 §3.12).
 * @param requestId ends the detail in its short form (rule 58), so that a screenshot of Okta's task shows it
 */
export function errorBody({ status, scimType, detail }: Fault, requestId: string): object {
  return {
    schemas: [ERROR_MESSAGE],
    // RFC 7644 §3.12: "The HTTP status code ... expressed as a JSON string. REQUIRED."
    status: String(status),
    ...(scimType === undefined ? {} : { scimType }),
    detail: `${detail} (ref ${referenceOf(requestId)})`,
  };
}

function protocolFault({ status, scimType, detail }: ScimError): Fault {
  const fault = { status, detail, code: scimType ?? `HTTP_${status}`, unknown: false };
  return scimType === undefined ? fault : { ...fault, scimType };
}
