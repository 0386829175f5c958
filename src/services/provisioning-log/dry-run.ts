import type { KeyHolder } from '../../auth/actor.js';
import type { Database } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { newId, newRequestId } from '../../domain/ids.js';
import type { Workspace } from '../../model/workspace.js';
import { dryRunContext } from '../context/dry-run.js';
import type { AdapterAnswer, AdapterRequest } from '../context/scim-adapter.js';
import type { ServiceContext } from '../context/service-context.js';

/** Each dry run holds a connection and the locks of what it changes. */
const MOST_AT_ONCE = 4;
let underWay = 0;

/** A change that waits for another transaction would hold its connection for as long. */
const LIMIT_WAITING = statement({
  name: 'provisioningLog.limitWaiting',
  text: `select 1 from set_config('lock_timeout', '5s', true)`,
  parameters: {},
});

/** The answer to a request in a dry run, with the id under which it would be audited. */
export interface TriedRequest extends AdapterAnswer {
  readonly requestId: string;
}

/** Answers requests as the identity provider of a workspace would get them, in order. */
export interface DryRun {
  readonly database: Database;
  send(request: AdapterRequest): Promise<TriedRequest>;
}

/**
 * Executes SCIM requests in a transaction that is rolled back (rules 60, 61): they leave no audit entry, log entry,
 * mail, notification or seat, and nothing in the caches of the process. The caller has authorized them.
 * @throws DomainError RATE_LIMITED when too many dry runs are under way; whatever `work` throws
 */
export async function dryRun<Result>(
  context: ServiceContext,
  workspace: Workspace,
  work: (run: DryRun) => Promise<Result>,
): Promise<Result> {
  const { scim } = context;
  if (scim === null) throw new Error('this process has no SCIM adapter');
  if (underWay >= MOST_AT_ONCE) {
    throw new DomainError('RATE_LIMITED', 'Too many dry runs are under way.', {
      hint: 'Try again in a moment.',
      retryAfterSeconds: 5,
    });
  }
  underWay += 1;
  try {
    return await context.database.dryRun(async (database) => {
      await LIMIT_WAITING.rows(database, {});
      const actor: KeyHolder = {
        type: 'API_KEY',
        apiKeyId: newId(),
        name: 'Dry run',
        scopes: ['SCIM'],
        workspace,
      };
      const send = async (request: AdapterRequest): Promise<TriedRequest> => {
        const requestId = newRequestId();
        const services = dryRunContext(context, database, { actor, channel: 'SCIM', requestId });
        return { ...(await scim(services, request)), requestId };
      };
      return work({ database, send });
    });
  } finally {
    underWay -= 1;
  }
}
