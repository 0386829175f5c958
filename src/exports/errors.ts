import { type ErrorCode, refusalIn } from '../domain/errors.js';
import { STATUSES } from '../http/statuses.js';

type Headers = Readonly<Record<string, string>>;

const HEADERS: Partial<Record<ErrorCode, Headers>> = {
  // RFC 9110 §15.5.2: "The server generating a 401 response MUST send a WWW-Authenticate header field".
  UNAUTHENTICATED: { 'WWW-Authenticate': 'Bearer realm="Rollcall"' },
  RATE_LIMITED: { 'Retry-After': '10' },
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
export interface Fault {
  readonly status: number;
  readonly headers: Headers;
  readonly code: string;
  readonly message: string;
  /** Details such as attribute and hint. */
  readonly details: object;
  /** Whether the error is unexpected: then it is logged, and the client gets a fixed text. */
  readonly unknown: boolean;
}

/** Maps anything thrown to a response: refusals in full, unexpected errors masked. */
export function faultOf(error: unknown): Fault {
  const refusal = refusalIn(error);
  if (refusal !== undefined) {
    const { code, message, details } = refusal;
    const { retryAfterSeconds } = details;
    const headers =
      retryAfterSeconds === undefined ? HEADERS[code] : { 'Retry-After': String(retryAfterSeconds) };
    return { status: STATUSES[code], headers: headers ?? {}, code, message, details, unknown: false };
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
    headers: {},
    code: 'INTERNAL_SERVER_ERROR',
    message: 'Something went wrong on our side. If it happens again, tell us the requestId.',
    details: {},
    unknown: true,
  };
}
