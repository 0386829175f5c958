import { UnavailableError } from '../domain/errors.js';

/** AWAY: it cannot be reached. BUSY: a time-out. CLOSED: it takes no changes (read-only, or its disk is full). */
export type FailureKind = 'AWAY' | 'BUSY' | 'CLOSED';

/** A failure of the database, not of the statement. */
export interface DatabaseFailure {
  readonly kind: FailureKind;
  /** For the log. */
  readonly reason: string;
  /** Whether PostgreSQL says that it has rolled the statement back, so that it may run again. */
  readonly isRolledBack: boolean;
}

/** Errors of the operating system on the way to PostgreSQL. */
const UNREACHABLE =
  /^(ECONNREFUSED|ECONNRESET|ECONNABORTED|EPIPE|ENOENT|ENOTFOUND|EAI_AGAIN|EHOSTUNREACH|ENETUNREACH|ETIMEDOUT)$/;

/** pg has no codes for a connection that ends, or that cannot be had in time. */
const CONNECTION_MESSAGE =
  /^(Connection terminated|timeout expired$|Client (was closed|has encountered a connection error)|Query read timeout)/;

/** pg-pool's message when no connection became free. */
const POOL_WAIT = 'timeout exceeded when trying to connect';

/** No connection became free in time. */
export class NoConnectionError extends Error {
  constructor() {
    super(POOL_WAIT);
    this.name = 'NoConnectionError';
  }
}

/** Deadlock and serialization failure: the same work may succeed at once (appendix A of PostgreSQL's manual). */
const CONFLICTS: ReadonlySet<string> = new Set(['40P01', '40001']);

/** SQLSTATEs with which PostgreSQL says that it has not run the statement, or has rolled it back. */
const ROLLED_BACK: ReadonlySet<string> = new Set([
  ...CONFLICTS,
  '57P01', // admin_shutdown: sent at a safe point, never after the commit
  '57P03', // cannot_connect_now
  '53300', // too_many_connections
  '55P03', // lock_not_available
  '57014', // query_canceled
  '25006', // read_only_sql_transaction
  '25P03', // idle_in_transaction_session_timeout
]);

/** @returns undefined when the database works and the statement is at fault */
export function failureOf(error: unknown): DatabaseFailure | undefined {
  if (!(error instanceof Error)) return undefined;
  const code = 'code' in error && typeof error.code === 'string' ? error.code : '';
  const kind = kindOf(code, error.message);
  if (kind === undefined) return undefined;
  // For a name with several addresses Node raises an aggregate error without a message.
  const reason = error.message === '' ? code : error.message;
  return { kind, reason, isRolledBack: ROLLED_BACK.has(code) };
}

/** Whether the same work may succeed at once: another transaction was in the way, and has won. */
export function isConflict(error: unknown): boolean {
  return error instanceof Error && 'code' in error && CONFLICTS.has(String(error.code));
}

function kindOf(code: string, message: string): FailureKind | undefined {
  if (UNREACHABLE.test(code) || CONNECTION_MESSAGE.test(message)) return 'AWAY';
  if (message === POOL_WAIT || CONFLICTS.has(code) || ['55P03', '57014', '25P04'].includes(code))
    return 'BUSY';
  if (code === '25006' || code === '53100') return 'CLOSED';
  // Connection exceptions, insufficient resources, operator intervention, idle transactions, system errors.
  return /^(08|53|57P|25P03|58)/.test(code) ? 'AWAY' : undefined;
}

const REFUSALS: Readonly<Record<FailureKind, readonly [message: string, retryAfterSeconds: number]>> = {
  AWAY: ['The server cannot reach its database at the moment.', 5],
  BUSY: ['This took too long, because the database is busy with other requests.', 2],
  CLOSED: ['The database takes no changes at the moment.', 10],
};

/** What a request gets that the database failed. */
export function unavailable(kind: FailureKind): UnavailableError {
  return new UnavailableError(...REFUSALS[kind]);
}
