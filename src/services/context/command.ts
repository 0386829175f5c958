import type { Action } from '../../auth/policy.js';
import type { Transaction } from '../../database/database.js';
import { lockMembers } from '../rows/members.js';
import { authorize, authorizeNow } from './authorization.js';
import type { Grant } from './grant.js';
import type { ServiceContext } from './service-context.js';

/**
 * Runs a command of a workspace in a transaction. The caller's own member is locked, and its rights are read again: a
 * command that waits for a lock does not outlive them.
 * @throws DomainError as `authorize` does; whatever `work` throws
 */
export async function runCommand<Result>(
  context: ServiceContext,
  action: Action,
  workspaceId: string,
  work: (tx: Transaction, now: Grant) => Promise<Result>,
): Promise<Result> {
  const { workspace, memberId } = await authorize(context, action, workspaceId);
  return context.database.transaction(async (tx) => {
    if (memberId !== null) await lockMembers(tx, workspace.id, [memberId]);
    return work(tx, await authorizeNow(context, tx, action, workspace.id));
  });
}
