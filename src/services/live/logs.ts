import { arrayOf, integer, text, uuid } from '../../database/column-types.js';
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

const PAGE_PARAMETERS = {
  workspaceId: uuid,
  afterTime: text,
  afterId: uuid,
  untilTime: text,
  untilId: uuid,
  most: integer,
};

/** The rest of a page's statement, over the alias `e`. */
const REST_OF_PAGE = `
    where e.workspace_id = $workspaceId
      and (e.logged_at, e.id) > ($afterTime::text::timestamptz, $afterId)
      and (e.logged_at, e.id) <= ($untilTime::text::timestamptz, $untilId)
    order by e.logged_at, e.id limit $most::integer`;

/** What both logs share: tables with the columns `workspace_id`, `logged_at` and `id`. */
function logOf<Entry extends { readonly id: string }>(
  name: string,
  table: string,
  PAGE: Page<Entry>,
  start: Log<Entry>['start'],
): Log<Entry> {
  const POSITION = statement({
    name: `live.${name}Position`,
    text: `select ${textOf('e.logged_at')} as time, e.id from ${table} e where e.workspace_id = $workspaceId and e.id = $id`,
    parameters: { workspaceId: uuid, id: uuid },
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
    start,
    async positionOf(sql, workspaceId, id) {
      const row = await POSITION.row(sql, { workspaceId, id });
      return row && `${row.time} ${row.id}`;
    },
    async page(sql, workspaceId, after, until) {
      const { time: afterTime, id: afterId } = partsOf(after);
      const { time: untilTime, id: untilId } = partsOf(until);
      const values = { workspaceId, afterTime, afterId, untilTime, untilId, most: MOST_IN_PAGE };
      const rows = await PAGE.rows(sql, values);
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
export const AUDIT_LOG: Log<AuditEntry> = logOf(
  'audit',
  'audit_entry',
  statement({
    name: 'live.auditPage',
    text: `select ${selectList(AUDIT_ENTRY, 'e')}, ${textOf('e.logged_at')} as "loggedText" from audit_entry e ${REST_OF_PAGE}`,
    parameters: PAGE_PARAMETERS,
    columns: { ...AUDIT_ENTRY.columns, loggedText: text },
  }),
  async (sql) => placeAt((await settledTimes(sql)).settled),
);

const NEWEST_REQUEST = statement({
  name: 'live.newestRequest',
  text: `
    select ${textOf('e.logged_at')} as time, e.id from scim_request e
    where e.workspace_id = $workspaceId order by e.logged_at desc, e.id desc limit 1`,
  parameters: { workspaceId: uuid },
  columns: PLACE,
});

/** Writers take turns under a lock until they have committed, so entries are committed in the order of `logged_at`. */
export const SCIM_LOG: Log<ScimRequest> = logOf(
  'scim',
  'scim_request',
  statement({
    name: 'live.scimPage',
    text: `select ${selectList(SCIM_REQUEST, 'e')}, ${textOf('e.logged_at')} as "loggedText" from scim_request e ${REST_OF_PAGE}`,
    parameters: PAGE_PARAMETERS,
    columns: { ...SCIM_REQUEST.columns, loggedText: text },
  }),
  async (sql, workspaceId) => {
    const newest = await NEWEST_REQUEST.row(sql, { workspaceId });
    return newest === undefined ? placeAt('-infinity') : `${newest.time} ${newest.id}`;
  },
);
