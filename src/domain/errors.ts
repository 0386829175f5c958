/**
 * The closed list of refusals (spec "Errors"). Every door owns a complete
 * `Record<ErrorCode, …>`, so a new code does not compile until each has an answer for it.
 */
export const ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'NOT_FOUND',
  'INVALID_INPUT',
  'WRONG_WORKSPACE_VERSION',
  'ROLE_NOT_ASSIGNABLE',
  'CREDIT_LIMIT_NOT_ALLOWED',
  'ALREADY_A_MEMBER',
  'ALREADY_A_GROUP',
  'ALREADY_INVITED',
  'INVITATION_CLOSED',
  'SEAT_UNAVAILABLE',
  'OWNER_PROTECTED',
  'LAST_OWNER',
  'STALE_VERSION',
  'CREDITS_EXHAUSTED',
  'RATE_LIMITED',
  'REMOVALS_PAUSED',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** How full a workspace's seats of one type are. */
export interface SeatCount {
  readonly seatType: string;
  readonly total: number;
  readonly used: number;
}

/** What may block a request for credits, in the order in which it is checked (rule 23). */
export const CREDIT_BLOCKS = ['ROLE', 'MEMBER_LIMIT', 'POOL'] as const;
export type CreditBlock = (typeof CREDIT_BLOCKS)[number];

/** What has blocked a request for credits, with the counts (rule 23). */
export interface CreditFacts {
  readonly blockedBy: CreditBlock;
  readonly requested: number;
  /** The most that may be used in the month: of the member's limit or of the pool; 0 for a role that uses none. */
  readonly limit: number;
  /** What has been used of it. */
  readonly used: number;
  readonly remaining: number;
}

/** Facts that go with a refusal, for people (`hint`) and for screens (the rest). */
export interface ErrorDetails {
  /** The attribute of the input that is at fault, by its public name. */
  readonly attribute?: string;
  /** What to do about it, in one sentence. */
  readonly hint?: string;
  /** The same for the administrator of an identity provider, where that is something else; SCIM answers with it. */
  readonly providerHint?: string;
  /** With SEAT_UNAVAILABLE: the counts the refusal rests on. */
  readonly seat?: SeatCount;
  /** With CREDITS_EXHAUSTED: what has blocked it, and the counts the refusal rests on. */
  readonly credits?: CreditFacts;
  /** With RATE_LIMITED: when trying again may succeed. */
  readonly retryAfterSeconds?: number;
  /** With FORBIDDEN: the path at which to sign in so that it is allowed. */
  readonly signInUrl?: string;
}

/** A refusal by a rule: its message is written for the person who reads it, never for a machine. */
export class DomainError extends Error {
  readonly code: ErrorCode;
  readonly details: ErrorDetails;

  constructor(code: ErrorCode, message: string, details: ErrorDetails = {}) {
    super(message);
    this.name = 'DomainError';
    this.code = code;
    this.details = details;
  }
}
