import { arrayOf, integer, nullable, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { type Statement, statement } from '../../database/statement.js';
import { selectList } from '../../database/tables.js';
import type { AuditEntry } from '../../model/audit-entry.js';
import type { ScimRequest } from '../../model/provisioning-log.js';
import { AUDIT_ENTRY } from '../audit/record.js';
import { settledTimes } from '../audit/settled.js';
import { SCIM_REQUEST } from '../provisioning-log/entry.js';

/** A place in a log: `<logged_at> <id>`. Places compare as texts in the order of the log. */
export type Position = string;

/** An entry of a log, with its place. */
export interface Logged<Entry> {
  readonly entry: Entry;
  readonly position: Position;
}

/** A log of every workspace, in the order in which its entries were written. */
export interface Log<Entry> {
  /** The place behind which every entry of the workspace is that is committed from now on. */
  start(sql: Sql, workspaceId: string): Promise<Position>;
  /** The place of an entry; undefined when the workspace's log has no entry with the id. */
  positionOf(sql: Sql, workspaceId: string, id: string): Promise<Position | undefined>;
  /** The place of the last entry up to a place; undefined when there is none. */
  newest(sql: Sql, workspaceId: string, until: Position): Promise<Position | undefined>;
  /** The entries between two places, without the first and with the second, oldest first: `MOST_IN_PAGE` at most. */
  page(sql: Sql, workspaceId: string, after: Position, until: Position): Promise<Logged<Entry>[]>;
  /** Which of the workspaces have an entry behind their place. */
  news(sql: Sql, places: ReadonlyMap<string, Position>): Promise<string[]>;
}

export const MOST_IN_PAGE = 200;

const NIL_ID = '00000000-0000-0000-0000-000000000000';
const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** Behind every entry. */
export const END: Position = `9999-12-31T00:00:00.000000Z ${LAST_ID}`;

/** Before every entry that is written at the time or later. */
export function placeAt(time: string): Position {
  return `${time} ${NIL_ID}`;
}

function partsOf(position: Position): { readonly time: string; readonly id: string } {
  const [time = '', id = NIL_ID] = position.split(' ');
  return { time, id };
}

/** With as many digits for every time, so that texts compare as times do. */
const textOf = (column: string) => `to_char(${column} at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"')`;

const PLACE = { time: text, id: uuid };

type Page<Entry> = Statement<
  Entry & { readonly loggedText: string },
  {
    readonly workspaceId: string;
    readonly afterTime: string;
    readonly afterId: string;
    readonly untilTime: string;
    readonly untilId: string;
    readonly most: number;
  }
>;

const BETWEEN_PARAMETERS = {
  workspaceId: uuid,
  afterTime: text,
  afterId: uuid,
  untilTime: text,
  untilId: uuid,
};
const PAGE_PARAMETERS = { ...BETWEEN_PARAMETERS, most: integer };

function between(workspaceId: string, after: Position, until: Position) {
  const { time: afterTime, id: afterId } = partsOf(after);
  const { time: untilTime, id: untilId } = partsOf(until);
  return { workspaceId, afterTime, afterId, untilTime, untilId };
}

/** The workspace's entries behind a place and up to another one, over the alias `e`. */
const BETWEEN = `e.workspace_id = $workspaceId
      and (e.logged_at, e.id) > ($afterTime::text::timestamptz, $afterId)
      and (e.logged_at, e.id) <= ($untilTime::text::timestamptz, $untilId)`;

/** The rest of a page's statement, over the alias `e`. */
const REST_OF_PAGE = `
    where ${BETWEEN}
    order by e.logged_at, e.id limit $most::integer`;

/** What both logs share: tables with the columns `workspace_id`, `logged_at` and `id`. */
function logOf<Entry extends { readonly id: string }>(
  name: string,
  table: string,
  PAGE: Page<Entry>,
): Omit<Log<Entry>, 'start'> {
  const POSITION = statement({
    name: `live.${name}Position`,
    text: `select ${textOf('e.logged_at')} as time, e.id from ${table} e where e.workspace_id = $workspaceId and e.id = $id`,
    parameters: { workspaceId: uuid, id: uuid },
    columns: PLACE,
  });
  const NEWEST = statement({
    name: `live.${name}Newest`,
    text: `
    select ${textOf('e.logged_at')} as time, e.id from ${table} e
    where e.workspace_id = $workspaceId and (e.logged_at, e.id) <= ($untilTime::text::timestamptz, $untilId)
    order by e.logged_at desc, e.id desc limit 1`,
    parameters: { workspaceId: uuid, untilTime: text, untilId: uuid },
    columns: PLACE,
  });
  const NEWS = statement({
    name: `live.${name}News`,
    text: `
    select f.id from unnest($ids::uuid[], $times::text[], $entryIds::uuid[]) f(id, time, entry_id)
    where exists (
      select 1 from ${table} e
      where e.workspace_id = f.id and (e.logged_at, e.id) > (f.time::timestamptz, f.entry_id))`,
    parameters: {
      ids: arrayOf(uuid),
      times: arrayOf(text),
      entryIds: arrayOf(uuid),
    },
    columns: { id: uuid },
  });
  return {
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
}

/** Entries that are committed late never sort before the settled time, up to which followers read. */
export const AUDIT_LOG: Log<AuditEntry> = {
  ...logOf(
    'audit',
    'audit_entry',
    statement({
      name: 'live.auditPage',
      text: `select ${selectList(AUDIT_ENTRY, 'e')}, ${textOf('e.logged_at')} as "loggedText" from audit_entry e ${REST_OF_PAGE}`,
      parameters: PAGE_PARAMETERS,
      columns: { ...AUDIT_ENTRY.columns, loggedText: text },
    }),
  ),
  start: async (sql) => placeAt((await settledTimes(sql)).settled),
};

const REQUESTS = logOf(
  'scim',
  'scim_request',
  statement({
    name: 'live.scimPage',
    text: `select ${selectList(SCIM_REQUEST, 'e')}, ${textOf('e.logged_at')} as "loggedText" from scim_request e ${REST_OF_PAGE}`,
    parameters: PAGE_PARAMETERS,
    columns: { ...SCIM_REQUEST.columns, loggedText: text },
  }),
);

/** Writers take turns under a lock until they have committed, so entries are committed in the order of `logged_at`. */
export const SCIM_LOG: Log<ScimRequest> = {
  ...REQUESTS,
  start: async (sql, workspaceId) => (await REQUESTS.newest(sql, workspaceId, END)) ?? placeAt('-infinity'),
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
