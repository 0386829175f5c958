import {
  arrayOf,
  double,
  integer,
  jsonb,
  nullable,
  text,
  timestamptz,
  uuid,
} from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { type LogEntry, SCIM_REQUEST, type WrittenEntry } from './entry.js';

/** In what the entries of a set differ. */
const OWN = ['at', 'durationMs', 'targetId', 'targetName', 'requestId'] as const;

/** What the entries of a set have in common. */
type Common = Omit<LogEntry, (typeof OWN)[number] | 'tookUserName'>;

const { fields, columns } = SCIM_REQUEST;
const COMMON = SCIM_REQUEST.properties.filter(isCommon);

function isCommon(name: keyof WrittenEntry): name is keyof Common {
  return name !== 'id' && !OWN.some((own) => own === name);
}

/** Alike entries, in the order of their places in the batch. */
interface EntrySet {
  readonly first: LogEntry;
  readonly day: number;
  readonly places: number[];
}

/** The most entries of a set: a search for one of them reads the whole set. */
const MOST_IN_SET = 100;
/** The number of sets with which an entry is compared. */
const MOST_COMPARED = 8;
const DAY_MS = 24 * 3_600_000;

/** Inserts sets, except those of workspaces that do not exist, which a URL may name. */
const INSERT = statement({
  name: 'provisioningLog.insert',
  text: `
    insert into scim_request_set
      (batch_id, at, last_at, ${COMMON.map((name) => fields[name]).join(', ')}, place, places, ats, durations_ms, target_ids,
       target_names, request_ids)
    select $batchId, (select min(t) from unnest(e.ats) t), (select max(t) from unnest(e.ats) t),
      ${COMMON.map((name) => (name === 'notices' ? `nullif(s.notices, 'null'::jsonb)` : `s."${name}"`)).join(', ')},
      e.places[1], e.places, e.ats, ($durations::double precision[])[s."from":s."to"],
      ($targetIds::uuid[])[s."from":s."to"], ($targetNames::text[])[s."from":s."to"],
      ($requestIds::uuid[])[s."from":s."to"]
    from jsonb_to_recordset($sets) as s("from" integer, "to" integer,
      ${COMMON.map((name) => `"${name}" ${columns[name].name}`).join(', ')})
    cross join lateral (
      select ($places::integer[])[s."from":s."to"] as places, ($times::timestamptz[])[s."from":s."to"] as ats) e
    join workspace w on w.id = s."workspaceId"`,
  parameters: {
    batchId: uuid,
    sets: jsonb<readonly (Common & { readonly from: number; readonly to: number })[]>(),
    places: arrayOf(integer),
    times: arrayOf(timestamptz),
    durations: arrayOf(double),
    targetIds: arrayOf(nullable(uuid)),
    targetNames: arrayOf(nullable(text)),
    requestIds: arrayOf(uuid),
  },
});

/** Inserts the entries of a batch, each at its place. */
export async function insertEntries(sql: Sql, batchId: string, entries: readonly LogEntry[]): Promise<void> {
  const sets = setsOf(entries);
  const places = sets.flatMap((set) => set.places);
  const ordered = places.flatMap((place) => entries[place] ?? []);
  let to = 0;
  const common = sets.map(({ first, places: { length } }) => {
    const from = to + 1;
    to += length;
    return { ...commonOf(first), from, to };
  });
  await INSERT.rows(sql, {
    batchId,
    sets: JSON.stringify(common),
    places,
    times: ordered.map(({ at }) => at),
    durations: ordered.map(({ durationMs }) => durationMs),
    targetIds: ordered.map(({ targetId }) => targetId),
    targetNames: ordered.map(({ targetName }) => targetName),
    requestIds: ordered.map(({ requestId }) => requestId),
  });
}

/** The entries in sets of those that are alike and of the same day. */
function setsOf(entries: readonly LogEntry[]): EntrySet[] {
  const sets: EntrySet[] = [];
  entries.forEach((entry, place) => {
    const day = Math.floor(entry.at.getTime() / DAY_MS);
    const known = fitting(sets, entry, day);
    if (known === undefined) sets.push({ first: entry, day, places: [place] });
    else known.places.push(place);
  });
  return sets;
}

function fitting(sets: readonly EntrySet[], entry: LogEntry, day: number): EntrySet | undefined {
  const oldest = Math.max(0, sets.length - MOST_COMPARED);
  for (let index = sets.length - 1; index >= oldest; index--) {
    const set = sets[index];
    if (set?.day === day && set.places.length < MOST_IN_SET && isAlike(set.first, entry)) return set;
  }
  return undefined;
}

/** Requests that were not let in are counted later, each in a set of its own. */
function isAlike(one: LogEntry, other: LogEntry): boolean {
  return one.network === null && COMMON.every((name) => one[name] === other[name]);
}

function commonOf(entry: LogEntry): Common {
  const {
    at: _1,
    durationMs: _2,
    targetId: _3,
    targetName: _4,
    requestId: _5,
    tookUserName: _6,
    ...common
  } = entry;
  return common;
}
