import { creditLimitApplies, type Role } from './access.js';
import { type CreditBlock, DomainError } from './errors.js';

/** The sources of a credit limit: the member, or the workspace's default for members without one (rule 5). */
export const CREDIT_LIMIT_SOURCES = ['MEMBER', 'WORKSPACE_DEFAULT'] as const;
export type CreditLimitSource = (typeof CREDIT_LIMIT_SOURCES)[number];

export const LONGEST_IDEMPOTENCY_KEY = 200;

/** The credit limit that applies to a member, and its source. */
export interface CreditLimit {
  readonly limit: number;
  readonly source: CreditLimitSource;
}

/** The values that decide whether a member may use credits. */
export interface CreditState {
  /** Null when the member is not active. */
  readonly role: Role | null;
  /** Null when only the pool limits the member. */
  readonly limit: CreditLimit | null;
  /** The credits that the person used in the month, in all memberships (rule 18). */
  readonly used: number;
  /** The credits in the pool; null until somebody sets them. */
  readonly poolTotal: number | null;
  readonly poolUsed: number;
}

/**
 * Rule 7: a viewer "reads and uses no credits"; a guest may do less than a viewer. MEMBER exists only on V1, without
 * credits.
 */
export function usesCredits(role: Role | null): boolean {
  return role === 'OWNER' || role === 'ADMIN' || role === 'EDITOR';
}

/**
 * The credit limit that applies to a member with this role (rules 5, 6): for admins and editors the member's limit,
 * else the workspace's default. Owners have none.
 */
export function creditLimitOf(
  { role, creditLimit }: { readonly role: Role | null; readonly creditLimit: number | null },
  defaultCreditLimit: number | null,
): CreditLimit | null {
  if (role === null || !creditLimitApplies(role)) return null;
  if (creditLimit !== null) return { limit: creditLimit, source: 'MEMBER' };
  return defaultCreditLimit === null ? null : { limit: defaultCreditLimit, source: 'WORKSPACE_DEFAULT' };
}

/** What prevents the member from using this many credits; null when nothing does. */
export function creditBlock(state: CreditState, amount: number): CreditBlock | null {
  const { role, limit, used, poolTotal, poolUsed } = state;
  if (!usesCredits(role)) return 'ROLE';
  if (limit !== null && amount > limit.limit - used) return 'MEMBER_LIMIT';
  return amount > (poolTotal ?? 0) - poolUsed ? 'POOL' : null;
}

/** How many credits the member can still use: 0 exactly when something blocks a request for one credit. */
export function creditsLeft({ role, limit, used, poolTotal, poolUsed }: CreditState): number {
  if (!usesCredits(role)) return 0;
  const leftInPool = (poolTotal ?? 0) - poolUsed;
  return Math.max(0, limit === null ? leftInPool : Math.min(leftInPool, limit.limit - used));
}

/** Who requests how many credits, and for which month. */
export interface CreditRequest {
  readonly userName: string;
  readonly amount: number;
  /** For example `2026-11`. */
  readonly month: string;
}

/** The refusal of rule 23, which says what blocked the request and what people can do about it. */
export function creditsExhausted(
  blockedBy: CreditBlock,
  state: CreditState,
  request: CreditRequest,
): DomainError {
  const { limit, used, message, hint } = EXPLANATIONS[blockedBy](state, request);
  return new DomainError('CREDITS_EXHAUSTED', message, {
    hint,
    credits: { blockedBy, requested: request.amount, limit, used, remaining: Math.max(0, limit - used) },
  });
}

interface Explanation {
  readonly limit: number;
  readonly used: number;
  readonly message: string;
  readonly hint: string;
}

/** Why members with this role use no credits, and what people can do about it. */
export function refusedToRole(
  role: Role | null,
  userName: string,
): { readonly message: string; readonly hint: string } {
  if (role === null) {
    return {
      message: `${userName} is not an active member, and so uses no credits.`,
      hint: 'Add the person again first.',
    };
  }
  const name = role.toLowerCase();
  return {
    message: `${userName} is a ${name}, and ${name}s use no credits.`,
    hint: 'Change the role to editor or admin.',
  };
}

const EXPLANATIONS: Readonly<
  Record<CreditBlock, (state: CreditState, request: CreditRequest) => Explanation>
> = {
  ROLE: ({ role, used }, { userName }) => ({ limit: 0, used, ...refusedToRole(role, userName) }),
  MEMBER_LIMIT: ({ limit, used }, { userName, amount, month }) => ({
    limit: limit?.limit ?? 0,
    used,
    message: `${userName} has used ${used} of ${limit?.limit ?? 0} credits in ${month}, and asked for ${amount} more.`,
    hint:
      limit?.source === 'MEMBER'
        ? `Raise or clear the member's credit limit, or wait until ${nextMonth(month)}-01 (UTC).`
        : `Raise the workspace's default credit limit, give the member one of its own, or wait until ${nextMonth(month)}-01 (UTC).`,
  }),
  POOL: ({ poolTotal, poolUsed }, { amount, month }) =>
    poolTotal === null
      ? {
          limit: 0,
          used: 0,
          message: 'The workspace has no credits: nobody has set its pool yet.',
          hint: 'An owner or admin sets how many credits there are each month.',
        }
      : {
          limit: poolTotal,
          used: poolUsed,
          message: `The workspace has used ${poolUsed} of ${poolTotal} credits in ${month}, and ${amount} more were asked for.`,
          hint: `Ask an owner or admin to raise the pool, or wait until ${nextMonth(month)}-01 (UTC).`,
        },
};

function nextMonth(month: string): string {
  const year = Number(month.slice(0, 4));
  const number = Number(month.slice(5));
  return number === 12 ? `${year + 1}-01` : `${year}-${String(number + 1).padStart(2, '0')}`;
}
