import type { Sql } from '../database/database.js';
import type { Workspace } from '../model/workspace.js';

/** The workspace's columns, of a table called `w`, as the model names them. */
export const WORKSPACE_COLUMNS = `
  w.id, w.name, w.version, w.plan, w.scim_enabled as "scimEnabled", w.default_role as "defaultRole",
  w.default_seat_type as "defaultSeatType", w.default_credit_limit as "defaultCreditLimit",
  w.monthly_credits as "monthlyCredits", w.revision, w.created_at as "createdAt", w.updated_at as "updatedAt"`;

/** The workspace of a grant as it is now: the grant's may be a second old, and commands rest on its settings. */
export async function currentWorkspace(
  sql: Sql,
  { workspace }: { workspace: Workspace },
): Promise<Workspace> {
  const [row] = await sql.rows<Workspace>(`select ${WORKSPACE_COLUMNS} from workspace w where w.id = $1`, [
    workspace.id,
  ]);
  return row ?? workspace;
}
