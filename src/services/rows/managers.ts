import { text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

const MANAGERS = statement({
  name: 'managers.addresses',
  text: `
    select a.email::text as email from membership s join member m on m.id = s.member_id join account a on a.id = m.account_id
    where s.workspace_id = $workspaceId and s.ended_at is null and s.role in ('OWNER', 'ADMIN') order by 1`,
  parameters: { workspaceId: uuid },
  columns: { email: text },
});

/** The addresses of a workspace's owners and admins. */
export async function managersOf(sql: Sql, workspaceId: string): Promise<string[]> {
  return (await MANAGERS.rows(sql, { workspaceId })).map(({ email }) => email);
}
