import { arrayOf, integer, nullable, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { selectList } from '../../database/tables.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import { AUDIT_ENTRY } from '../audit/record.js';
import { settledTimes } from '../audit/settled.js';
import { type Log, MOST_IN_PAGE, type Position } from './log.js';

const NIL_ID = '00000000-0000-0000-0000-000000000000';

/** The place before every entry that is written at a time or later. Places are `<logged_at> <id>`. */
export function placeAt(time: string): Position {
  return `${time} ${NIL_ID}`;
}

function partsOf(position: Position): { readonly time: string; readonly id: string } {
  const [time = '', id = NIL_ID] = position.split(' ');
  return { time, id };
}

/** With as many digits for every time, so that texts compare as times do. */
const LOGGED = `to_char(e.logged_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const PLACE = { time: text, id: uuid };

const BETWEEN_PARAMETERS = {
  workspaceId: uuid,
  afterTime: text,
  afterId: uuid,
  untilTime: text,
  untilId: uuid,
};

function between(workspaceId: string, after: Position, until: Position) {
  const { time: afterTime, id: afterId } = partsOf(after);
  const { time: untilTime, id: untilId } = partsOf(until);
  return { workspaceId, afterTime, afterId, untilTime, untilId };
}

/** The workspace's entries behind a place and up to another one, over the alias `e`. */
const BETWEEN = `e.workspace_id = $workspaceId
      and (e.logged_at, e.id) > ($afterTime::text::timestamptz, $afterId)
      and (e.logged_at, e.id) <= ($untilTime::text::timestamptz, $untilId)`;

const POSITION = statement({
  name: 'live.auditPosition',
  text: `select ${LOGGED} as time, e.id from audit_entry e where e.workspace_id = $workspaceId and e.id = $id`,
  parameters: { workspaceId: uuid, id: uuid },
  columns: PLACE,
});

const NEWEST = statement({
  name: 'live.auditNewest',
  text: `
    select ${LOGGED} as time, e.id from audit_entry e
    where e.workspace_id = $workspaceId and (e.logged_at, e.id) <= ($untilTime::text::timestamptz, $untilId)
    order by e.logged_at desc, e.id desc limit 1`,
  parameters: { workspaceId: uuid, untilTime: text, untilId: uuid },
  columns: PLACE,
});

/**
 * How many entries a start passes over. When more were committed since the settled time, it is behind the older ones, and
 * those that are still to be committed among them are not followed: it may not take memory without a bound.
 */
const MOST_PASSED = 5_000;

const COMMITTED = statement({
  name: 'live.auditCommitted',
  text: `
    select ${LOGGED} as time, e.id from audit_entry e
    where e.workspace_id = $workspaceId and (e.logged_at, e.id) > ($afterTime::text::timestamptz, $afterId)
    order by e.logged_at desc, e.id desc limit ${MOST_PASSED + 1}`,
  parameters: { workspaceId: uuid, afterTime: text, afterId: uuid },
  columns: PLACE,
});

const PAGE = statement({
  name: 'live.auditPage',
  text: `
    select ${selectList(AUDIT_ENTRY, 'e')}, ${LOGGED} as "loggedText" from audit_entry e
    where ${BETWEEN}
    order by e.logged_at, e.id limit $most::integer`,
  parameters: { ...BETWEEN_PARAMETERS, most: integer },
  columns: { ...AUDIT_ENTRY.columns, loggedText: text },
});

const NEWS = statement({
  name: 'live.auditNews',
  text: `
    select f.id from unnest($ids::uuid[], $times::text[], $entryIds::uuid[]) f(id, time, entry_id)
    where exists (
      select 1 from audit_entry e
      where e.workspace_id = f.id and (e.logged_at, e.id) > (f.time::timestamptz, f.entry_id))`,
  parameters: { ids: arrayOf(uuid), times: arrayOf(text), entryIds: arrayOf(uuid) },
  columns: { id: uuid },
});

/** Entries that are committed late never sort before the settled time, up to which followers read. */
export const AUDIT_LOG: Log<AuditEntry> = {
  async start(sql, workspaceId) {
    const position = placeAt((await settledTimes(sql)).settled);
    const { time, id } = partsOf(position);
    const rows = await COMMITTED.rows(sql, { workspaceId, afterTime: time, afterId: id });
    const passed = rows.map((row) => `${row.time} ${row.id}`);
    return { position: passed[MOST_PASSED] ?? position, passed: passed.slice(0, MOST_PASSED) };
  },
  async positionOf(sql, workspaceId, id) {
    const row = await POSITION.row(sql, { workspaceId, id });
    return row && `${row.time} ${row.id}`;
  },
  async newest(sql, workspaceId, until) {
    const { time: untilTime, id: untilId } = partsOf(until);
    const row = await NEWEST.row(sql, { workspaceId, untilTime, untilId });
    return row && `${row.time} ${row.id}`;
  },
  async page(sql, workspaceId, after, until) {
    const rows = await PAGE.rows(sql, { ...between(workspaceId, after, until), most: MOST_IN_PAGE });
    return rows.map((entry) => ({ entry, position: `${entry.loggedText} ${entry.id}` }));
  },
  async news(sql, places) {
    const parts = [...places.values()].map(partsOf);
    const values = {
      ids: [...places.keys()],
      times: parts.map(({ time }) => time),
      entryIds: parts.map(({ id }) => id),
    };
    return (await NEWS.rows(sql, values)).map(({ id }) => id);
  },
};

/** The types of targets whose entries change nobody's permission. */
const HARMLESS: readonly string[] = ['invitation', 'creditConsumption'];

/** What has changed; without an id, something that concerns the whole workspace. */
export interface Changed {
  readonly targetType: string;
  readonly targetId: string | null;
}

const CHANGED = statement({
  name: 'live.changed',
  text: `
    select distinct e.target_type as "targetType", case when e.target_type = 'member' then e.target_id end as "targetId"
    from audit_entry e
    where ${BETWEEN}
      and e.target_type <> all($harmless::text[])
      and (e.target_type <> 'member' or e.target_id = any($memberIds::uuid[]))`,
  parameters: { ...BETWEEN_PARAMETERS, harmless: arrayOf(text), memberIds: arrayOf(uuid) },
  columns: { targetType: text, targetId: nullable(uuid) },
});

/**
 * What the audit entries between two places of a workspace's log are about, as far as they may change permissions.
 * @param memberIds the members whose permissions are of interest
 */
export function changedBetween(
  sql: Sql,
  workspaceId: string,
  after: Position,
  until: Position,
  memberIds: readonly string[],
): Promise<Changed[]> {
  return CHANGED.rows(sql, { ...between(workspaceId, after, until), harmless: HARMLESS, memberIds });
}
