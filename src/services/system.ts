import type { Database } from '../database/database.js';
import { newId } from '../domain/ids.js';
import type { Channel } from '../model/enums.js';
import { type ServiceContext, serviceContext } from './context.js';
import { Credentials } from './credentials.js';

/**
 * A context for work that no request has asked for: the command line's (an operator at the machine) and the
 * platform's own.
 */
export function localContext(
  database: Database,
  channel: Extract<Channel, 'CLI' | 'SYSTEM'>,
): ServiceContext {
  const actor = { type: channel === 'CLI' ? 'OPERATOR' : 'SYSTEM' } as const;
  return serviceContext(database, new Credentials(database, undefined), {
    actor,
    channel,
    requestId: newId(),
  });
}
