import type { Caller } from '../../auth/actor.js';
import type { Database, Sql } from '../../database/database.js';
import type { Replicas } from '../../database/replicas.js';
import type { Clock, SessionLifetimes } from '../../domain/session.js';
import type { Mailer } from '../../mail/mailer.js';
import { batching } from '../lists/batch.js';
import type { MemberPositions } from '../lists/positions.js';
import type { MembersSeen } from '../rows/recent-members.js';
import type { Grant } from './authorization.js';
import type { Credentials } from './credentials.js';
import type { SignInLimits } from './sign-in-limits.js';
import type { SsoEnvironment } from './sso-environment.js';

/** What all requests of a process share. */
export interface Shared {
  readonly database: Database;
  /** Copies of the database to read from; null where there are none. */
  readonly replicas: Replicas | null;
  readonly credentials: Credentials;
  readonly positions: MemberPositions;
  readonly seen: MembersSeen;
  /** Sends invitations; null where nobody has put a mailer in: then none is sent. */
  readonly mailer: Mailer | null;
  readonly signInLimits: SignInLimits;
  readonly sessionLifetimes: SessionLifetimes;
  readonly clock: Clock;
  readonly sso: SsoEnvironment;
}

/** What every service function is given first: who asks, and what there is to work with. One per request. */
export interface ServiceContext extends Shared {
  /** The database, or a replica of it: for what is only shown. What a write depends on is read from `database`. */
  readonly reads: Sql;
  /** The same, for what finds one row by an index. */
  readonly lookUps: Sql;
  /** The same as `reads`, for questions about relations: those that are asked of many parents at once go together. */
  readonly batched: Sql;
  readonly caller: Caller;
  /** What has been found out in this request about the caller's standing, workspace by workspace. */
  readonly grants: Map<string, Promise<Grant>>;
}

/** The context of one request. */
export function serviceContext(shared: Shared, caller: Caller): ServiceContext {
  const { database } = shared;
  return {
    ...shared,
    reads: database,
    lookUps: batching(database.lookUps),
    batched: batching(database),
    caller,
    grants: new Map(),
  };
}

/** The context of a request that writes nothing: it may read from a replica, which knows all that was written before. */
export async function readingContext(context: ServiceContext): Promise<ServiceContext> {
  if (context.replicas === null) return context;
  const reads = await context.replicas.caughtUp();
  return { ...context, reads, lookUps: batching(reads), batched: batching(reads) };
}
