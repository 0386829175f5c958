import { authorize } from './authorization.js';
import type { ServiceContext } from './context.js';

/** A V2 workspace's shared credits of one calendar month (UTC). */
export interface CreditPool {
  /** Such as `2026-11`. */
  readonly month: string;
  readonly total: number;
}

/**
 * The pool of a month.
 * @param month null: the current one
 * @returns null on V1, and as long as nobody has set a pool
 * @throws DomainError as `authorize` does
 */
export async function pool(
  context: ServiceContext,
  workspaceId: string,
  month: string | null,
): Promise<CreditPool | null> {
  const { workspace } = await authorize(context, 'credits.read', workspaceId);
  if (workspace.monthlyCredits === null) return null;
  return { month: month ?? new Date().toISOString().slice(0, 7), total: workspace.monthlyCredits };
}
