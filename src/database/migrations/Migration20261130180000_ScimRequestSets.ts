import { exists, type StepSql, StepwiseMigration } from '../stepwise-migration.js';

/** What the requests of a set have in common. */
const COMMON = [
  'client',
  'api_key_id',
  'api_key_label',
  'method',
  'operation',
  'target_type',
  'status',
  'code',
  'scim_type',
  'detail',
  'attribute',
  'value',
  'notices',
  'network',
  'times',
].join(', ');

const SETS = `"workspace_id", "batch_id", "place", "at", "last_at", ${COMMON}, "places", "ats", "durations_ms", "target_ids",
  "target_names", "request_ids"`;

/** The last 16 bits of an id are the place in its batch. */
const BATCH_ID = `overlay(id::text placing '0000' from 33)::uuid`;
const PLACE = `('x' || right(id::text, 4))::bit(16)::integer`;

const ENTRIES = `"id", "at", "workspace_id", "duration_ms", "target_id", "target_name", "request_id", ${COMMON}`;

/**
 * The provisioning log stores alike requests that were written together as one row. A request of before is a set of its
 * own, with the id that it had. What servers of the previous release write after its day was copied is lost.
 */
export class Migration20261130180000_ScimRequestSets extends StepwiseMigration {
  override name = 'Migration20261130180000_ScimRequestSets';

  override async up(): Promise<void> {
    await this.step(exists('scim_request_set'), async (sql) => {
      await sql(
        `create table "scim_request_set" ("workspace_id" uuid not null, "batch_id" uuid not null, "place" int not null, "at" timestamptz(3) not null, "last_at" timestamptz(3) not null, "client" text not null, "api_key_id" uuid null, "api_key_label" text null, "method" text not null, "operation" text not null, "target_type" text null, "status" int not null, "code" text null, "scim_type" text null, "detail" text null, "attribute" text null, "value" text null, "notices" jsonb null, "network" text null, "times" int not null, "places" integer[] not null, "ats" timestamptz[] not null, "durations_ms" double precision[] not null, "target_ids" uuid[] not null, "target_names" text[] not null, "request_ids" uuid[] not null, primary key ("batch_id", "place", "at")) partition by range ("at")`,
      );
      await sql(
        `create index "scim_request_set_of_workspace" on "scim_request_set" ("workspace_id", "batch_id")`,
      );
      await sql(
        `create index "scim_request_set_targets" on "scim_request_set" using gin ("target_ids") with (gin_pending_list_limit = 512)`,
      );
    });
    const days: string[] = [];
    await this.step('false', async (sql) => void days.push(...(await daysOf(sql, 'scim_request'))));
    for (const day of days) await this.#copy(day);
    await this.briefly(
      isView,
      `drop table "scim_request"`,
      `create view "scim_request" as
         select s.workspace_id, overlay(s.batch_id::text placing lpad(to_hex(r.place), 4, '0') from 33)::uuid as id, r.at,
           r.duration_ms, s.client, s.api_key_id, s.api_key_label, s.method, s.operation, s.target_type, r.target_id,
           r.target_name, s.status, s.code, s.scim_type, s.detail, s.attribute, s.value, r.request_id, s.notices,
           s.network, s.times, s.batch_id, s.at as set_at, s.last_at as set_last_at, s.target_ids as set_target_ids
         from scim_request_set s
         cross join lateral unnest(s.places, s.ats, s.durations_ms, s.target_ids, s.target_names, s.request_ids)
           r(place, at, duration_ms, target_id, target_name, request_id)`,
    );
  }

  async #copy(day: string): Promise<void> {
    const [from, to] = [`scim_request_${day}`, `scim_request_set_${day}`];
    await this.step(exists(to), async (sql) => {
      await sql(`create table ${to} partition of "scim_request_set" ${valuesOf(day)}`);
      await sql(
        `insert into ${to} (${SETS})
         select workspace_id, ${BATCH_ID}, ${PLACE}, at, at, ${COMMON}, array[${PLACE}], array[at], array[duration_ms],
           array[target_id], array[target_name], array[request_id]
         from ${from}`,
      );
    });
  }

  override async down(): Promise<void> {
    await this.step(`${exists('scim_request_row')} or not ${exists('scim_request_set')}`, async (sql) => {
      await sql(
        `create table "scim_request_row" ("workspace_id" uuid not null, "id" uuid not null, "at" timestamptz(3) not null, "logged_at" timestamptz not null default clock_timestamp(), "duration_ms" double precision not null, "client" text not null, "api_key_id" uuid null, "api_key_label" text null, "method" text not null, "operation" text not null, "target_type" text null, "target_id" uuid null, "target_name" text null, "status" int not null, "code" text null, "scim_type" text null, "detail" text null, "attribute" text null, "value" text null, "request_id" uuid not null, "notices" jsonb null, "network" text null, "times" int not null, constraint "scim_request_pkey" primary key ("workspace_id", "id", "at")) partition by range ("at")`,
      );
      await sql(
        `create index "scim_request_of_target" on "scim_request_row" ("target_id", "id") where target_id is not null`,
      );
      await sql(`create index "scim_request_of_request" on "scim_request_row" ("request_id")`);
      await sql(
        `create index "scim_request_logged" on "scim_request_row" ("workspace_id", "logged_at", "id")`,
      );
      for (const day of await daysOf(sql, 'scim_request_set'))
        await sql(`create table scim_request_${day} partition of "scim_request_row" ${valuesOf(day)}`);
      await sql(`insert into scim_request_row (${ENTRIES}) select ${ENTRIES} from scim_request order by id`);
    });
    await this.briefly(
      `not ${exists('scim_request_row')}`,
      `drop view "scim_request"`,
      `drop table "scim_request_set"`,
      `alter table "scim_request_row" rename to "scim_request"`,
    );
  }
}

/** The days of a partitioned table, as they end the names of its partitions. */
async function daysOf(sql: StepSql, table: string): Promise<string[]> {
  const rows = await sql<{ day: string }>(
    `select right(c.relname::text, 8) as day from pg_inherits i join pg_class c on c.oid = i.inhrelid
     where i.inhparent = to_regclass('${table}') order by 1`,
  );
  return rows.map(({ day }) => day);
}

function valuesOf(day: string): string {
  return `for values from ('${day} 00:00:00+00') to ('${day} 00:00:00+00'::timestamptz + interval '24 hours')`;
}

const isView = `exists (select 1 from pg_class where oid = to_regclass('scim_request') and relkind = 'v')`;
