import type { Caller } from '../auth/actor.js';
import type { Database, Sql } from '../database/database.js';
import type { Mailer } from '../mail/mailer.js';
import type { Grant } from './authorization.js';
import { batching } from './batch.js';
import type { Credentials } from './credentials.js';

/** What every service function is given first: who asks, and what there is to work with. One per request. */
export interface ServiceContext {
  readonly database: Database;
  /** The same, for questions about relations: those that are asked of many parents at once go together. */
  readonly batched: Sql;
  readonly credentials: Credentials;
  readonly caller: Caller;
  /** Sends invitations; null where nobody has put a mailer in: then none is sent. */
  readonly mailer: Mailer | null;
  /** What has been found out in this request about the caller's standing, workspace by workspace. */
  readonly grants: Map<string, Promise<Grant>>;
}

/** The context of one request. */
export function serviceContext(
  database: Database,
  credentials: Credentials,
  caller: Caller,
  mailer: Mailer | null = null,
): ServiceContext {
  return { database, batched: batching(database), credentials, caller, mailer, grants: new Map() };
}
