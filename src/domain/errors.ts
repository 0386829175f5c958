/**
 * The closed list of refusals (spec "Errors"). Each API has a complete `Record<ErrorCode, …>`, so a new code does not
 * compile until each API has an answer for it.
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
  'UNAVAILABLE',
] as const;

export type ErrorCode = (typeof ERROR_CODES)[number];

/** How many seats of one type a workspace has, and how many are taken. */
export interface SeatCount {
  readonly seatType: string;
  readonly total: number;
  readonly used: number;
}

/** What may block a request for credits, in the order of the checks (rule 23). */
export const CREDIT_BLOCKS = ['ROLE', 'MEMBER_LIMIT', 'POOL'] as const;
export type CreditBlock = (typeof CREDIT_BLOCKS)[number];

/** What blocked a request for credits, with the counts (rule 23). */
export interface CreditFacts {
  readonly blockedBy: CreditBlock;
  readonly requested: number;
  /** The limit for the month: the member's or the pool's; 0 for a role that uses no credits. */
  readonly limit: number;
  /** The credits used so far under this limit. */
  readonly used: number;
  readonly remaining: number;
}

/** Details of a refusal, for people (`hint`) and for programs (the other fields). */
export interface ErrorDetails {
  /** The public name of the input attribute that is wrong. */
  readonly attribute?: string;
  /** What to do, in one sentence. */
  readonly hint?: string;
  /** The message for the administrator of an identity provider, where it differs; SCIM answers with it. */
  readonly providerMessage?: string;
  /** The hint for the administrator of an identity provider, where it differs; SCIM answers with it. */
  readonly providerHint?: string;
  /** With SEAT_UNAVAILABLE: the seat counts. */
  readonly seat?: SeatCount;
  /** With CREDITS_EXHAUSTED: what blocked the request, and the counts. */
  readonly credits?: CreditFacts;
  /** With RATE_LIMITED and UNAVAILABLE: the number of seconds after which a new attempt may succeed. */
  readonly retryAfterSeconds?: number;
  /** With FORBIDDEN: the path where the person signs in to be allowed. */
  readonly signInUrl?: string;
}

/** A request turned down by a rule. Its message is written for people, not for programs. */
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

/**
 * The database failed. It is not a `DomainError`, so that no service takes it for a refusal of what was asked; each API
 * answers it with its `refusal`.
 */
export class UnavailableError extends Error {
  readonly refusal: DomainError;

  /** @param retryAfterSeconds when a new attempt may succeed */
  constructor(message: string, retryAfterSeconds: number) {
    super(message);
    this.name = 'UnavailableError';
    const hint = `Try again in ${retryAfterSeconds} seconds.`;
    this.refusal = new DomainError('UNAVAILABLE', message, { hint, retryAfterSeconds });
  }
}

/** Returns the refusal with which an error is answered; undefined for a fault of ours. */
export function refusalIn(error: unknown): DomainError | undefined {
  if (error instanceof UnavailableError) return error.refusal;
  return error instanceof DomainError ? error : undefined;
}
