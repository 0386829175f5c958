import { arrayOf, double, integer, jsonb, nullable, text, uuid } from '../../database/column-types.js';
import type { Sql } from '../../database/database.js';
import { statement } from '../../database/statement.js';
import { type LogEntry, SCIM_REQUEST } from './entry.js';

/** The columns in which the entries of a batch differ. */
const OWN = ['id', 'at', 'durationMs', 'targetId', 'targetName', 'requestId'] as const;

/** What entries have in common: a batch repeats few combinations of these, unless many requests are refused. */
type Common = Omit<LogEntry, (typeof OWN)[number]>;

const { fields, columns } = SCIM_REQUEST;
const COMMON = SCIM_REQUEST.properties.filter((name) => !OWN.some((own) => own === name));

/** Inserts entries, except those of workspaces that do not exist, which a URL may name. */
const INSERT = statement({
  name: 'provisioningLog.insert',
  text: `
    with common as materialized (
      select c.* from rows from (
        jsonb_to_recordset($common) as (${COMMON.map((name) => `"${name}" ${columns[name].name}`).join(', ')})
      ) with ordinality c (${COMMON.map((name) => fields[name]).join(', ')}, place)
      join workspace w on w.id = c.workspace_id)
    insert into scim_request (${[...OWN, ...COMMON].map((name) => fields[name]).join(', ')})
    select e.id, to_timestamp(e.at / 1000), e.duration_ms, e.target_id, e.target_name, e.request_id,
      ${COMMON.map((name) => (name === 'notices' ? `nullif(c.notices, 'null'::jsonb)` : `c.${fields[name]}`)).join(', ')}
    from unnest($ids::uuid[], $times::double precision[], $durations::double precision[], $targetIds::uuid[],
        $targetNames::text[], $requestIds::uuid[], $places::integer[])
      as e (id, at, duration_ms, target_id, target_name, request_id, place)
    join common c on c.place = e.place
    order by e.id`,
  parameters: {
    common: jsonb<readonly Common[]>(),
    ids: arrayOf(uuid),
    times: arrayOf(double),
    durations: arrayOf(double),
    targetIds: arrayOf(nullable(uuid)),
    targetNames: arrayOf(nullable(text)),
    requestIds: arrayOf(uuid),
    places: arrayOf(integer),
  },
});

/** The number of combinations with which an entry is compared; one that is older is sent again. */
const MOST_COMPARED = 8;

/** Inserts the entries of a batch. What several have in common is sent once, because parsing it costs most of an insert. */
export async function insertEntries(sql: Sql, entries: readonly LogEntry[]): Promise<void> {
  const combinations: LogEntry[] = [];
  await INSERT.rows(sql, {
    places: entries.map((entry) => placeOf(entry, combinations)),
    common: JSON.stringify(combinations.map(commonOf)),
    ids: entries.map(({ id }) => id),
    times: entries.map(({ at }) => at.getTime()),
    durations: entries.map(({ durationMs }) => durationMs),
    targetIds: entries.map(({ targetId }) => targetId),
    targetNames: entries.map(({ targetName }) => targetName),
    requestIds: entries.map(({ requestId }) => requestId),
  });
}

/** The place, counted from 1, of an entry's combination among those of the batch, to which it is added if it is new. */
function placeOf(entry: LogEntry, combinations: LogEntry[]): number {
  const oldest = Math.max(0, combinations.length - MOST_COMPARED);
  for (let place = combinations.length; place > oldest; place--) {
    const known = combinations[place - 1];
    if (known !== undefined && COMMON.every((name) => known[name] === entry[name])) return place;
  }
  return combinations.push(entry);
}

function commonOf(entry: LogEntry): Common {
  const { id: _1, at: _2, durationMs: _3, targetId: _4, targetName: _5, requestId: _6, ...common } = entry;
  return common;
}
