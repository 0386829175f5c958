import { integer, text, timestamptz, uuid } from '../../database/column-types.js';
import { statement } from '../../database/statement.js';
import { DomainError } from '../../domain/errors.js';
import { record } from '../audit/record.js';
import type { ServiceContext } from '../context/service-context.js';
import { managersOf } from '../rows/managers.js';

const ENGAGE = statement({
  name: 'removalBrake.engage',
  text: `
    update scim_brake b set engaged_at = $now
    from workspace w
    where b.workspace_id = $workspaceId and w.id = b.workspace_id and b.enabled and b.engaged_at is null
    returning w.name, b.window_minutes as minutes,
      (select count(*)::integer from scim_removal r
       where r.workspace_id = b.workspace_id and r.at > clock_timestamp() - make_interval(mins => b.window_minutes)) as removed`,
  parameters: { now: timestamptz, workspaceId: uuid },
  columns: { name: text, minutes: integer, removed: integer },
});

/**
 * Runs a command that may remove members. When the database refuses a removal because of the brake, the brake is engaged:
 * audited once, and owners and admins are notified (rule 64).
 * @throws what `work` throws; REMOVALS_PAUSED while the brake is engaged
 */
export async function withBrake<Result>(
  context: ServiceContext,
  workspaceId: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError && error.code === 'REMOVALS_PAUSED') await engage(context, workspaceId);
    throw error;
  }
}

/** When several removals are refused concurrently, only one engages the brake. */
async function engage(context: ServiceContext, workspaceId: string): Promise<void> {
  await context.database.transaction(async (tx) => {
    const engaged = await ENGAGE.row(tx, { workspaceId, now: new Date() });
    if (engaged === undefined) return;
    const { name, minutes, removed } = engaged;
    await record(context, tx, {
      workspaceId,
      action: 'scim.brakeEngage',
      target: { type: 'workspace', id: workspaceId, label: name },
      changes: { brake: { before: 'off', after: 'engaged' }, removals: { before: null, after: removed } },
    });
    const addresses = await managersOf(tx, workspaceId);
    tx.afterCommit(() => {
      for (const to of addresses)
        context.mailer?.warnOfRemovals({ to, workspaceName: name, removed, minutes });
    });
  });
}
