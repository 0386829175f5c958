import { text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';

const OTHERS = 'm.workspace_id = $workspaceId and m.external_id = $externalId and m.id <> $id';
const PARAMETERS = { workspaceId: uuid, externalId: text, id: uuid };

const LOCK_OTHERS = statement({
  name: 'externalIds.lockOthers',
  text: `select 1 from member m where ${OTHERS} order by m.id for no key update`,
  parameters: PARAMETERS,
});

const RELEASE = statement({
  name: 'externalIds.release',
  text: `
    update member m set external_id_rank = (
      select max(o.external_id_rank) + 1 from member o
      where o.workspace_id = $workspaceId and o.external_id = $externalId)
    where ${OTHERS} and m.external_id_rank = 0
      and not exists (select 1 from membership s where s.member_id = m.id and s.ended_at is null)`,
  parameters: PARAMETERS,
});

/**
 * Makes an external id free for a member, where a former member has it (rule 15: an active one is refused). The former
 * member's record goes on showing it, and can be added again once the other has another one.
 */
export async function releaseExternalId(
  sql: Sql,
  { workspaceId, externalId, id }: { workspaceId: string; externalId: string | null; id: string },
): Promise<void> {
  if (externalId === null) return;
  // A statement that waits for a lock does not see that a former member has come back.
  await LOCK_OTHERS.rows(sql, { workspaceId, externalId, id });
  await RELEASE.rows(sql, { workspaceId, externalId, id });
}
