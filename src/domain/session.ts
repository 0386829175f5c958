/** How a person proved who they are when a session was opened (rule 32). */
export const SESSION_METHODS = ['PROVIDER', 'MAIL_LINK', 'OPERATOR', 'DEVELOPMENT'] as const;
export type SessionMethod = (typeof SESSION_METHODS)[number];

/** How long sessions last (rule 33). */
export interface SessionLifetimes {
  /** A session ends when it is not used for so long. */
  readonly idleMs: number;
  /** A session ends at this age, however much it is used. */
  readonly maxMs: number;
}

const HOUR_MS = 3_600_000;

/** The lifetimes that the settings SESSION_IDLE_HOURS and SESSION_MAX_DAYS say. */
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

/** An operator's own session in the browser ends at this age (rule 47). */
export const OPERATOR_SESSION_MS = 8 * HOUR_MS;

/** Tells the time; tests pass one of their own. */
export type Clock = () => Date;
