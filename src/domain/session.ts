/** How a person signed in when the session was opened (rule 32). */
export const SESSION_METHODS = ['PROVIDER', 'MAIL_LINK', 'OPERATOR', 'DEVELOPMENT'] as const;
export type SessionMethod = (typeof SESSION_METHODS)[number];

/** How long sessions last (rule 33). */
export interface SessionLifetimes {
  /** A session ends after this time without use. */
  readonly idleMs: number;
  /** A session ends at this age, even when it is in use. */
  readonly maxMs: number;
}

const HOUR_MS = 3_600_000;

/** The lifetimes from the settings SESSION_IDLE_HOURS and SESSION_MAX_DAYS. */
export function sessionLifetimes({
  sessionIdleHours,
  sessionMaxDays,
}: {
  readonly sessionIdleHours: number;
  readonly sessionMaxDays: number;
}): SessionLifetimes {
  return { idleMs: sessionIdleHours * HOUR_MS, maxMs: sessionMaxDays * 24 * HOUR_MS };
}

export const DEFAULT_IDLE_HOURS = 12;
export const DEFAULT_MAX_DAYS = 7;
export const DEFAULT_LIFETIMES: SessionLifetimes = sessionLifetimes({
  sessionIdleHours: DEFAULT_IDLE_HOURS,
  sessionMaxDays: DEFAULT_MAX_DAYS,
});

/** An operator's session in the browser ends at this age (rule 47). */
export const OPERATOR_SESSION_MS = 8 * HOUR_MS;

/** Returns the current time; tests pass their own. */
export type Clock = () => Date;
