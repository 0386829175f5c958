import { arrayOf, integer, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList } from '../../database/tables.js';
import { batchIdOf } from '../../domain/ids.js';
import type { ScimRequest } from '../../model/scim-request.js';
import { SCIM_REQUEST } from '../provisioning-log/entry.js';
import { type Log, MOST_IN_PAGE, type Position } from './log.js';

/** The place before every entry. Places are ids, which are in the order in which entries are committed. */
const START: Position = '00000000-0000-0000-0000-000000000000';
/** The place behind every entry. */
export const SCIM_LOG_END: Position = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

const POSITION = statement({
  name: 'live.scimPosition',
  text: `
    select e.id from scim_request e
    where e.workspace_id = $workspaceId and e.batch_id = $batchId and e.id = $id`,
  parameters: { workspaceId: uuid, batchId: uuid, id: uuid },
  columns: { id: uuid },
});

const NEWEST = statement({
  name: 'live.scimNewest',
  text: `
    select e.id from scim_request e
    where e.workspace_id = $workspaceId and e.batch_id <= $untilBatchId and e.id <= $until
    order by e.batch_id desc, e.id desc limit 1`,
  parameters: { workspaceId: uuid, untilBatchId: uuid, until: uuid },
  columns: { id: uuid },
});

const PAGE = statement({
  name: 'live.scimPage',
  text: `
    select ${selectList(SCIM_REQUEST, 'e')} from scim_request e
    where e.workspace_id = $workspaceId and e.batch_id >= $afterBatchId and e.id > $after and e.id <= $until
    order by e.batch_id, e.id limit $most::integer`,
  parameters: { workspaceId: uuid, afterBatchId: uuid, after: uuid, until: uuid, most: integer },
  columns: SCIM_REQUEST.columns,
});

const NEWS = statement({
  name: 'live.scimNews',
  text: `
    select f.id from unnest($ids::uuid[], $batchIds::uuid[], $entryIds::uuid[]) f(id, batch_id, entry_id)
    where exists (
      select 1 from scim_request e
      where e.workspace_id = f.id and e.batch_id >= f.batch_id and e.id > f.entry_id)`,
  parameters: { ids: arrayOf(uuid), batchIds: arrayOf(uuid), entryIds: arrayOf(uuid) },
  columns: { id: uuid },
});

async function newest(sql: Sql, workspaceId: string, until: Position): Promise<Position | undefined> {
  return (await NEWEST.row(sql, { workspaceId, untilBatchId: batchIdOf(until), until }))?.id;
}

/** Every entry that is committed is behind the ones before, so followers read up to the newest. */
export const SCIM_LOG: Log<ScimRequest> = {
  start: async (sql, workspaceId) => ({
    position: (await newest(sql, workspaceId, SCIM_LOG_END)) ?? START,
    passed: [],
  }),
  async positionOf(sql, workspaceId, id) {
    return (await POSITION.row(sql, { workspaceId, batchId: batchIdOf(id), id }))?.id;
  },
  newest,
  async page(sql, workspaceId, after, until) {
    const values = { workspaceId, afterBatchId: batchIdOf(after), after, until, most: MOST_IN_PAGE };
    return (await PAGE.rows(sql, values)).map((entry) => ({ entry, position: entry.id }));
  },
  async news(sql, places) {
    const entryIds = [...places.values()];
    const values = { ids: [...places.keys()], batchIds: entryIds.map(batchIdOf), entryIds };
    return (await NEWS.rows(sql, values)).map(({ id }) => id);
  },
};
