import type { ErrorCode } from '../domain/errors.js';

/** The HTTP status of each refusal, for SCIM, exports and pages (the table at the end of the membership rules). */
export const STATUSES: Readonly<Record<ErrorCode, number>> = {
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  INVALID_INPUT: 400,
  WRONG_WORKSPACE_VERSION: 400,
  ROLE_NOT_ASSIGNABLE: 400,
  CREDIT_LIMIT_NOT_ALLOWED: 400,
  ALREADY_A_MEMBER: 409,
  ALREADY_A_GROUP: 409,
  ALREADY_INVITED: 409,
  INVITATION_CLOSED: 409,
  SEAT_UNAVAILABLE: 403,
  OWNER_PROTECTED: 403,
  LAST_OWNER: 409,
  STALE_VERSION: 412,
  CREDITS_EXHAUSTED: 402,
  RATE_LIMITED: 429,
  REMOVALS_PAUSED: 429,
  UNAVAILABLE: 503,
};
