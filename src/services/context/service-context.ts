import type { Caller } from '../../auth/actor.js';
import type { Database, Sql } from '../../database/database.js';
import type { Replicas } from '../../database/replicas.js';
import type { WriteQueues } from '../../database/write-queues.js';
import type { RequestTargets } from '../../domain/network-address.js';
import type { Clock, SessionLifetimes } from '../../domain/session.js';
import type { Mailer } from '../../mail/mailer.js';
import { batching } from '../lists/batch.js';
import type { MemberPositions } from '../lists/positions.js';
import type { GroupMemberLists } from '../rows/group-member-lists.js';
import type { RecentMembers } from '../rows/recent-members.js';
import type { Hints } from './activity-hints.js';
import type { Credentials } from './credentials.js';
import type { Grant } from './grant.js';
import type { RateLimits } from './rate-limits.js';
import type { ScimAdapter } from './scim-adapter.js';
import type { SsoEnvironment } from './sso-environment.js';

/** The objects that all requests of a process share. */
export interface Shared {
  readonly database: Database;
  /** Replicas to read from; null when none are configured. */
  readonly replicas: Replicas | null;
  readonly credentials: Credentials;
  readonly positions: MemberPositions;
  readonly recentMembers: RecentMembers;
  readonly groupMemberLists: GroupMemberLists;
  readonly writeQueues: WriteQueues;
  /** Sends invitations by mail; null on the command line, which sends none. */
  readonly mailer: Mailer | null;
  /** Answers the SCIM requests of dry runs; null where there is no adapter. */
  readonly scim: ScimAdapter<ServiceContext> | null;
  readonly rateLimits: RateLimits;
  /** Takes hints that a log has a new entry, for those who follow it. */
  readonly hints: Hints;
  readonly sessionLifetimes: SessionLifetimes;
  readonly clock: Clock;
  readonly sso: SsoEnvironment;
  readonly webhookTargets: RequestTargets;
}

/** The first argument of every service function: the caller, and the database. One per request. */
export interface ServiceContext extends Shared {
  /**
   * The database or a replica, for reads whose results are only shown. A write reads from `database` what it depends
   * on.
   */
  readonly reads: Sql;
  /** As `reads`, for statements that read a few rows by an index. */
  readonly pipelined: Sql;
  /** As `reads`, for relations: the same statement for many parents becomes one statement (`lists/batch.ts`). */
  readonly batched: Sql;
  readonly caller: Caller;
  /** The caller's grants that this request has read, by workspace. */
  readonly grants: Map<string, Promise<Grant>>;
}

/** The context of one request. */
export function serviceContext(shared: Shared, caller: Caller): ServiceContext {
  const { database } = shared;
  return {
    ...shared,
    reads: database,
    pipelined: batching(database.pipelined),
    batched: batching(database),
    caller,
    grants: new Map(),
  };
}

/** The context of a request that writes nothing: it may read from a replica that has all earlier commits. */
export async function readingContext(context: ServiceContext): Promise<ServiceContext> {
  if (context.replicas === null) return context;
  const reads = await context.replicas.caughtUp();
  return { ...context, reads, pipelined: batching(reads), batched: batching(reads) };
}
