import type { Database } from '../../database/database.js';
import { WriteQueues } from '../../database/write-queues.js';
import { newId } from '../../domain/ids.js';
import { DEFAULT_LIFETIMES, type SessionLifetimes } from '../../domain/session.js';
import { PUBLIC_TARGETS } from '../../domain/webhooks.js';
import type { Channel } from '../../model/enums.js';
import { MemberPositions } from '../lists/positions.js';
import { GroupMemberLists } from '../rows/group-member-lists.js';
import { RecentMembers } from '../rows/recent-members.js';
import { NO_HINTS } from './activity-hints.js';
import { Credentials } from './credentials.js';
import { RateLimits } from './rate-limits.js';
import { type ServiceContext, serviceContext } from './service-context.js';
import { NO_SSO, type SsoEnvironment } from './sso-environment.js';

/** A context without a request, for the command line (as an operator) and for the platform itself. */
export function localContext(
  database: Database,
  channel: Extract<Channel, 'CLI' | 'SYSTEM'>,
  lifetimes: SessionLifetimes = DEFAULT_LIFETIMES,
  sso: SsoEnvironment = NO_SSO,
): ServiceContext {
  const actor = { type: channel === 'CLI' ? 'OPERATOR' : 'SYSTEM' } as const;
  const credentials = new Credentials(database, undefined);
  return serviceContext(
    {
      database,
      replicas: null,
      credentials,
      positions: new MemberPositions(),
      recentMembers: new RecentMembers(),
      groupMemberLists: new GroupMemberLists(),
      writeQueues: new WriteQueues(),
      mailer: null,
      scim: null,
      hints: NO_HINTS,
      rateLimits: new RateLimits(database),
      sessionLifetimes: lifetimes,
      clock: () => new Date(),
      sso,
      webhookTargets: PUBLIC_TARGETS,
    },
    { actor, channel, requestId: newId() },
  );
}
