import { DomainError, type ErrorCode } from '../domain/errors.js';

/** How a refusal looks in HTTP. */
interface Refusal {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
}

/** What each refusal of the domain is here: the statuses of the membership rules' table. */
const REFUSALS: Readonly<Record<ErrorCode, Refusal>> = {
  // RFC 9110 §15.5.2: "The server generating a 401 response MUST send a WWW-Authenticate header field".
  UNAUTHENTICATED: { status: 401, headers: { 'WWW-Authenticate': 'Bearer realm="Rollcall"' } },
  FORBIDDEN: { status: 403 },
  NOT_FOUND: { status: 404 },
  INVALID_INPUT: { status: 400 },
  WRONG_WORKSPACE_VERSION: { status: 400 },
  ROLE_NOT_ASSIGNABLE: { status: 400 },
  CREDIT_LIMIT_NOT_ALLOWED: { status: 400 },
  ALREADY_A_MEMBER: { status: 409 },
  ALREADY_A_GROUP: { status: 409 },
  ALREADY_INVITED: { status: 409 },
  INVITATION_CLOSED: { status: 409 },
  SEAT_UNAVAILABLE: { status: 403 },
  OWNER_PROTECTED: { status: 403 },
  LAST_OWNER: { status: 409 },
  STALE_VERSION: { status: 412 },
  CREDITS_EXHAUSTED: { status: 402 },
  RATE_LIMITED: { status: 429, headers: { 'Retry-After': '10' } },
};

/** An error of the request itself: an unknown path, an unsupported method. */
export class ExportError extends Error {
  constructor(
    readonly status: number,
    readonly code: 'NOT_FOUND' | 'METHOD_NOT_ALLOWED' | 'BAD_REQUEST',
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}

/** An error with everything that its response needs. */
export interface Fault extends Refusal {
  readonly code: string;
  readonly message: string;
  /** Such as attribute and hint. */
  readonly details: object;
  /** Whether it is unexpected: then it is logged, and the client sees a fixed text. */
  readonly unknown: boolean;
}

/** Maps anything thrown to a response: refusals in full, unexpected errors masked. */
export function faultOf(error: unknown): Fault {
  if (error instanceof DomainError) {
    const { code, message, details } = error;
    return { ...REFUSALS[code], code, message, details, unknown: false };
  }
  if (error instanceof ExportError) {
    const { status, code, message, headers } = error;
    return { status, code, message, headers, details: {}, unknown: false };
  }
  // Thrown by Express's router for a path such as /workspaces/%zz.
  if (error instanceof URIError) {
    return faultOf(new ExportError(400, 'BAD_REQUEST', 'The path is not properly percent-encoded.'));
  }
  return {
    status: 500,
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong on our side. If it happens again, tell us the requestId.',
    details: {},
    unknown: true,
  };
}
