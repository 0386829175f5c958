import type { Caller } from '../auth/actor.js';
import type { Database } from '../database/database.js';
import type { Grant } from './authorization.js';
import type { Credentials } from './credentials.js';

/** What every service function is given first: who asks, and what there is to work with. One per request. */
export interface ServiceContext {
  readonly database: Database;
  readonly credentials: Credentials;
  readonly caller: Caller;
  /** What has been found out in this request about the caller's standing, workspace by workspace. */
  readonly grants: Map<string, Promise<Grant>>;
}
