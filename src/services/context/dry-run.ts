import type { Caller } from '../../auth/actor.js';
import type { Database } from '../../database/database.js';
import { WriteQueues } from '../../database/write-queues.js';
import { MemberPositions } from '../lists/positions.js';
import { GroupMemberLists } from '../rows/group-member-lists.js';
import { RecentMembers } from '../rows/recent-members.js';
import { NO_HINTS } from './activity-hints.js';
import { type ServiceContext, serviceContext } from './service-context.js';

/**
 * A context for commands that are rolled back: its caches are its own, and it sends no mail and no notification.
 * @param database the database from `Database.dryRun`
 */
export function dryRunContext(
  context: ServiceContext,
  database: Database,
  caller: Caller = context.caller,
): ServiceContext {
  return serviceContext(
    {
      ...context,
      database,
      replicas: null,
      positions: new MemberPositions(),
      recentMembers: new RecentMembers(),
      groupMemberLists: new GroupMemberLists(),
      writeQueues: new WriteQueues(),
      mailer: null,
      hints: NO_HINTS,
    },
    caller,
  );
}
