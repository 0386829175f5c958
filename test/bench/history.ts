import pg from 'pg';
import type { DatabaseTarget } from '../../src/database/orm.ts';
import { pgOptions } from './database.ts';
import { connect, createPartitions, Database, dayOf } from './product.ts';
import { ID as MEMBER_ID } from './seed.ts';

/** Ids in the order of their making, of the n-th row of a table. */
const ID = "('01910000-0000-7000-8000-' || lpad(to_hex(n), 12, '0'))::uuid";

/** A workspace that has a small part of the rows; there are a hundred of them. */
export const OTHER_WORKSPACE_ID = '01920000-0000-7000-8000-000000000001';
const OTHER_ID = "('01920000-0000-7000-8000-' || lpad(to_hex(n % 100), 12, '0'))::uuid";
/** One row in fifty, or in fewer, belongs to the other workspaces. */
const WORKSPACE_ID = `(case when n % 51 = 1 then ${OTHER_ID} else $2 end)`;

/** A group with members. */
export const GROUP_ID = '01910000-0000-7000-8000-000000000002';
/** Alike requests that a busy server has written together. */
const SET_SIZE = 20;

/** Members of a group. */
const GROUP_SIZE = 100;

/**
 * What a workspace of `$1` members has after some years, besides its members: `$1` audit entries, requests of the
 * identity provider, consumptions of credits and memberships of groups, and a tenth as many of the other rows. Removals
 * are by GraphQL, because the brake counts those by SCIM.
 */
const HISTORY: readonly string[] = [
  `insert into workspace
   select (jsonb_populate_record(w, jsonb_build_object('id', ${OTHER_ID}, 'name', 'Other ' || n))).*
   from workspace w cross join generate_series(0, least(99, $1::integer)) n where w.id = $2`,
  `insert into member
   select (jsonb_populate_record(m, jsonb_build_object('id', ${ID}, 'workspace_id', ${OTHER_ID}))).*
   from generate_series(1, $1::integer / 50) n join member m on m.id = ${MEMBER_ID} and m.workspace_id = $2`,
  `insert into membership
   select (jsonb_populate_record(s, jsonb_build_object('id', ${ID}, 'workspace_id', ${OTHER_ID}, 'member_id', ${ID}))).*
   from generate_series(1, $1::integer / 50) n
   join membership s on s.member_id = ${MEMBER_ID} and s.workspace_id = $2`,
  `insert into audit_entry (id, workspace_id, at, actor_type, actor_id, actor_label, channel, action, target_type,
     target_id, target_label, changes, request_id)
   select ${ID}, ${WORKSPACE_ID}, now(), 'API_KEY', $2, 'Identity provider',
     case when n % 10 = 0 then 'GRAPHQL' else 'SCIM' end,
     case when n % 10 = 0 then 'member.remove' else 'member.add' end, 'member', ${MEMBER_ID}, 'user' || n || '@acme.test',
     '{"active": {"before": null, "after": true}}', gen_random_uuid()
   from generate_series(1, $1::integer) n`,
  `insert into scim_request_set (workspace_id, batch_id, place, at, last_at, client, method, operation, target_type, status,
     code, times, places, ats, durations_ms, target_ids, target_names, request_ids)
   select workspace_id, ('0191' || lpad(to_hex(n / ${SET_SIZE}), 8, '0') || '70008000000000000000')::uuid,
     min(n % ${SET_SIZE}), now(), now(), 'OKTA', 'PUT', 'USER_UPDATE', 'member', case when code is null then 200 else 409 end, code, 1,
     array_agg(n % ${SET_SIZE}), array_agg(now()), array_agg(5), array_agg(member_id), array_agg('user' || n || '@acme.test'),
     array_agg(gen_random_uuid())
   from (
     select n, ${WORKSPACE_ID} as workspace_id, ${MEMBER_ID} as member_id, case when n % 100 = 0 then 'CONFLICT' end as code
     from generate_series(1, $1::integer) n) r
   group by n / ${SET_SIZE}, workspace_id, code`,
  `insert into credit_consumption (id, workspace_id, account_id, member_id, user_name, at, month, amount,
     idempotency_key, consumed_by)
   select ${ID}, ${WORKSPACE_ID}, ${MEMBER_ID}, ${MEMBER_ID}, 'user' || n || '@acme.test', t.at,
     to_char(t.at at time zone 'UTC', 'YYYY-MM'), 1, 'key' || n, 'Product'
   from generate_series(1, $1::integer) n
   cross join lateral (select now() - (n % 180) * interval '1 day' as at) t`,
  `insert into member_group (id, workspace_id, workspace_version, display_name, canonical_display_name, external_id,
     version, created_at, updated_at)
   select ${ID}, ${WORKSPACE_ID}, 'V2', 'Group ' || n, 'group ' || n, '00g' || n, 1, now(), now()
   from generate_series(1, greatest(1, $1::integer / ${GROUP_SIZE})) n`,
  `insert into group_member (group_id, member_id)
   select g.id, m.id
   from (select ('01910000-0000-7000-8000-' || lpad(to_hex(1 + n / ${GROUP_SIZE}), 12, '0'))::uuid as id, ${MEMBER_ID} as
     member_id from generate_series(1, $1::integer - ${GROUP_SIZE}) n) g
   join member m on m.id = g.member_id and m.workspace_id = $2
   join member_group o on o.id = g.id and o.workspace_id = $2`,
  `insert into invitation (id, workspace_id, workspace_version, email, canonical_email, invited_by, lookup, hash,
     created_at, sent_at, expires_at, max_uses, use_count, delivery)
   select ${ID}, ${WORKSPACE_ID}, 'V2', 'guest' || n || '@acme.test', 'guest' || n || '@acme.test', 'owner@acme.test', 'lookup' || n,
     'hash', now(), now(), now() + interval '7 days', 1, 0, 'SENT'
   from generate_series(1, $1::integer / 10) n`,
  `insert into session (id, account_id, lookup, hash, created_at, expires_at, method, last_used_at)
   select ${ID}, m.account_id, 'history' || n, 'hash', now(), now() + interval '7 days', 'MAIL_LINK', now()
   from generate_series(1, $1::integer / 10) n join member m on m.id = ${MEMBER_ID} and m.workspace_id = $2`,
  `insert into sign_in_log_entry (id, workspace_id, reference, at, reason, address, network_address)
   select ${ID}, ${WORKSPACE_ID}, 'history' || n, now(), 'NOT_A_MEMBER', 'user' || n || '@acme.test', '192.0.2.1'
   from generate_series(1, $1::integer / 10) n`,
  `insert into scim_problem (workspace_id, subject, severity, id, code, since, last_at, times, client, operation,
     target_type, target_id, target_name, request_id)
   select ${WORKSPACE_ID}, 'USER ' || ${MEMBER_ID}, 'REFUSAL', ${ID}, 'SEAT_UNAVAILABLE', now(), now(), 1, 'OKTA', 'USER_UPDATE', 'USER',
     ${MEMBER_ID}, 'user' || n || '@acme.test', gen_random_uuid()
   from generate_series(1, $1::integer / 1000) n`,
];

/** Adds the history of a seeded workspace. */
export async function addHistory(
  target: DatabaseTarget,
  workspaceId: string,
  members: number,
): Promise<void> {
  const orm = await connect(target);
  try {
    await createPartitions(await Database.over(orm), [dayOf(new Date())]);
  } finally {
    await orm.close();
  }
  const client = new pg.Client(pgOptions(target));
  await client.connect();
  try {
    for (const statement of HISTORY) await client.query(statement, [members - 1, workspaceId]);
    await client.query('vacuum analyze');
    await client.query('checkpoint');
  } finally {
    await client.end();
  }
}
