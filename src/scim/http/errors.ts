import { DomainError, type ErrorCode } from '../../domain/errors.js';
import { referenceOf } from '../../domain/provisioning-log.js';
import { ScimError, type ScimType } from './scim-error.js';

export const ERROR_MESSAGE = 'urn:ietf:params:scim:api:messages:2.0:Error';

/** How a refusal looks in SCIM. */
interface Refusal {
  readonly status: number;
  readonly scimType?: ScimType;
  readonly headers?: Readonly<Record<string, string>>;
}

/** The table at the end of the membership rules: what each refusal of the domain is in SCIM's words. */
const REFUSALS: Readonly<Record<ErrorCode, Refusal>> = {
  // RFC 7235 §3.1: "The server generating a 401 response MUST send a WWW-Authenticate header field".
  UNAUTHENTICATED: { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="SCIM"' } },
  FORBIDDEN: { status: 403 },
  NOT_FOUND: { status: 404 },
  INVALID_INPUT: { status: 400, scimType: 'invalidValue' },
  WRONG_WORKSPACE_VERSION: { status: 400, scimType: 'invalidValue' },
  ROLE_NOT_ASSIGNABLE: { status: 400, scimType: 'invalidValue' },
  CREDIT_LIMIT_NOT_ALLOWED: { status: 400, scimType: 'invalidValue' },
  ALREADY_A_MEMBER: { status: 409, scimType: 'uniqueness' },
  ALREADY_A_GROUP: { status: 409, scimType: 'uniqueness' },
  ALREADY_INVITED: { status: 409, scimType: 'uniqueness' },
  INVITATION_CLOSED: { status: 409 },
  SEAT_UNAVAILABLE: { status: 403 },
  OWNER_PROTECTED: { status: 403 },
  LAST_OWNER: { status: 409 },
  STALE_VERSION: { status: 412 },
  CREDITS_EXHAUSTED: { status: 402 },
  // Okta tries again after what Retry-After says, and makes a task for a person without it.
  RATE_LIMITED: { status: 429, headers: { 'Retry-After': '1' } },
};

/** A fault, ready to be answered. */
export interface Fault extends Refusal {
  readonly detail: string;
  /** For the request log: the domain's code, or SCIM's type, or the status where there is neither. */
  readonly code: string;
  /** Whether nobody expected it: to be logged, and not to be shown. */
  readonly unknown: boolean;
}

/** Puts whatever was thrown into SCIM's words. */
export function faultOf(error: unknown): Fault {
  if (error instanceof DomainError) {
    const { hint } = error.details;
    const detail = hint === undefined ? error.message : `${error.message} ${hint}`;
    return { ...REFUSALS[error.code], detail, code: error.code, unknown: false };
  }
  if (error instanceof ScimError) return protocolFault(error);
  // A path such as /Users/%zz.
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
 * @param requestId ends the detail in its short form, so that it travels with a screenshot of Okta's task (rule 58)
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
