import type { ClientConfig } from 'pg';

/** How long the database may keep a request waiting, in milliseconds. 0 is no limit. */
export interface DatabaseLimits {
  /** A statement waits so long for a lock. */
  readonly lockMs: number;
  readonly statementMs: number;
  /** A transaction waits so long for its next statement. */
  readonly idleInTransactionMs: number;
  /** A request waits so long for a connection. */
  readonly waitMs: number;
  /** The most connections that one workspace holds while others can use them, in percent. */
  readonly sharePercent: number;
}

/** For migrations, the command line and tests. */
export const UNLIMITED: DatabaseLimits = {
  lockMs: 0,
  statementMs: 0,
  idleInTransactionMs: 0,
  waitMs: 0,
  sharePercent: 100,
};

/** The limits as settings have them. */
export function databaseLimits(settings: {
  readonly databaseLockSeconds: number;
  readonly databaseStatementSeconds: number;
  readonly databaseIdleSeconds: number;
  readonly databaseWaitSeconds: number;
  readonly databaseSharePercent: number;
}): DatabaseLimits {
  return {
    lockMs: 1000 * settings.databaseLockSeconds,
    statementMs: 1000 * settings.databaseStatementSeconds,
    idleInTransactionMs: 1000 * settings.databaseIdleSeconds,
    waitMs: 1000 * settings.databaseWaitSeconds,
    sharePercent: settings.databaseSharePercent,
  };
}

/**
 * The parameters of a connection: PostgreSQL keeps the limits, at no cost to statements.
 * @param isPooled PgBouncer refuses those of PostgreSQL, and `examinePooler` has found that it sets them itself
 */
export function connectionParameters(limits: DatabaseLimits, isPooled: boolean): ClientConfig {
  const { lockMs, statementMs, idleInTransactionMs, waitMs } = limits;
  if (isPooled) return { connectionTimeoutMillis: waitMs };
  return {
    lock_timeout: lockMs,
    statement_timeout: statementMs,
    idle_in_transaction_session_timeout: idleInTransactionMs,
    connectionTimeoutMillis: waitMs,
  };
}
