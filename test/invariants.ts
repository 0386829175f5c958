import { expect } from 'vitest';
import type { TestApp } from './app.js';

/** The invariants of every workspace after any test: each statement returns the rows that break a rule. */
const BROKEN = {
  'rule 11: used seats are the active members who hold the type': `
    select a.workspace_id, a.seat_type, a.used, count(s.id)::integer as held
    from seat_allocation a
    left join membership s
      on s.workspace_id = a.workspace_id and s.seat_type = a.seat_type and s.ended_at is null
    group by a.workspace_id, a.seat_type, a.used having a.used <> count(s.id)`,
  'rule 11: nobody holds a seat that was never bought': `
    select s.id, s.seat_type from membership s
    where s.seat_type is not null and s.ended_at is null
      and not exists (
        select 1 from seat_allocation a where a.workspace_id = s.workspace_id and a.seat_type = s.seat_type)`,
  'members are counted as they come and go': `
    select w.id, t.members, m.members as counted
    from workspace w
    cross join lateral (
      select coalesce(sum(members), 0) as members from member_tally where workspace_id = w.id) t
    cross join lateral (select count(*) as members from member where workspace_id = w.id) m
    where t.members <> m.members`,
  'rule 15: one active member of a workspace has an externalId': `
    select m.workspace_id, m.external_id from member m
    join membership s on s.member_id = m.id and s.ended_at is null
    group by m.workspace_id, m.external_id having count(*) > 1 and m.external_id is not null`,
  'rule 13: a workspace has an owner': `
    select w.id from workspace w
    where not exists (
      select 1 from membership s where s.workspace_id = w.id and s.role = 'OWNER' and s.ended_at is null)`,
  'rule 23: what a pool has lost in a month is what its accounts have used in it': `
    select c.workspace_id, c.month, c.used, coalesce(sum(u.used), 0)::integer as by_accounts
    from credit_month c left join credit_usage u on u.workspace_id = c.workspace_id and u.month = c.month
    group by c.workspace_id, c.month having c.used <> coalesce(sum(u.used), 0)`,
  'rule 23: what an account has used in a month was counted one by one': `
    select workspace_id, account_id, month, u.used, c.used as counted
    from credit_usage u full join (
      select workspace_id, account_id, month, sum(amount)::integer as used
      from credit_consumption group by workspace_id, account_id, month) c using (workspace_id, account_id, month)
    where u.used is distinct from c.used`,
  'rule 23: no more is used than a pool holds, but where it has been lowered': `
    select c.workspace_id, c.month, c.used, c.total from credit_month c
    where c.used > c.total and c.used > (
      select max((e.changes->'monthlyCredits'->>'after')::integer) from audit_entry e
      where e.workspace_id = c.workspace_id and e.changes->'monthlyCredits'->>'after' is not null)`,
  'rule 23: a month holds what the workspace was set to last': `
    select w.id, w.monthly_credits, c.total from workspace w
    left join lateral (
      select total from credit_month m where m.workspace_id = w.id order by month desc limit 1) c on true
    where w.monthly_credits is distinct from c.total`,
  'rule 28: every use of credits is one audited change': `
    select c.id, c.amount from credit_consumption c
    where 1 <> (
      select count(*) from audit_entry e
      where e.target_id = c.id and e.action = 'credits.consume' and e.changes->'amount'->>'after' = c.amount::text)`,
  'rule 28: every stay was begun by one audited change': `
    select s.member_id, count(*)::integer as stays
    from membership s
    group by s.member_id
    having count(*) <> (
      select count(*) from audit_entry e
      where e.target_id = s.member_id and e.action = 'member.add' and e.changes->'active'->>'after' = 'true')`,
  // A member shows its groups, so that it has another version when one of them comes, goes or is renamed: the entry of
  // that is the group's. Where the same change gave other access, the member has an entry of its own, of that moment.
  'rule 28: every version of a member has its entry, or the entry of a group that it shows': `
    with member_of as (select m.id, m.version, jsonb_build_array(jsonb_build_object('id', m.id)) as who from member m),
    shown as (
      select m.id, g.id as entry, g.at, g.request_id from member_of m join audit_entry g
        on g.target_type = 'group' and (
          g.changes->'members.added'->'after' @> m.who or g.changes->'members.removed'->'before' @> m.who
          or (g.action = 'group.update' and g.changes ? 'displayName' and (
            select h.inside from (
              select e.id, coalesce(e.changes->'members.added'->'after' @> m.who, false) as inside
              from audit_entry e where e.target_id = g.target_id and e.id < g.id and (
                e.changes->'members.added'->'after' @> m.who or e.changes->'members.removed'->'before' @> m.who)
              union all
              select e.id, false from audit_entry e where e.target_id = m.id and e.id < g.id
                and e.changes->'groups'->'before' @> jsonb_build_array(jsonb_build_object('id', g.target_id))
            ) h order by h.id desc limit 1)))),
    counted as (
      select m.id, m.version,
        (select count(*) from audit_entry e where e.target_id = m.id)::integer as entries,
        (select count(*) from shown s where s.id = m.id and not exists (
          select 1 from audit_entry e where e.target_id = m.id and e.at = s.at and e.request_id = s.request_id
        ))::integer as of_groups
      from member_of m)
    select * from counted where version <> entries + of_groups`,
  // A group shows its members' names, so that it has another version when one of them changes. Which name a member showed is
  // not in the entry that changes another one: `replay.ts` counts exactly, and this says how many there can be.
  'rule 28: every version of a group has its entry, or the entry of a member who has left it or has another name': `
    select g.id, g.version, own.entries, named.entries as names from member_group g
    cross join lateral (
      select count(*)::integer as entries from audit_entry e where e.target_id = g.id
        or e.changes->'groups'->'before' @> jsonb_build_array(jsonb_build_object('id', g.id))) own
    cross join lateral (
      select count(*)::integer as entries from audit_entry e
      where e.target_type = 'member' and e.workspace_id = g.workspace_id and e.action <> 'member.delete'
        and e.changes ?| array['userName', 'profile.displayName']
        and exists (
          select 1 from audit_entry j where j.target_id = g.id
            and j.changes->'members.added'->'after' @> jsonb_build_array(jsonb_build_object('id', e.target_id)))) named
    where g.version not between own.entries and own.entries + named.entries`,
  'rule 22: every use of an invitation is one audited acceptance': `
    select i.id, i.use_count, count(e.id)::integer as acceptances from invitation i
    left join audit_entry e on e.target_id = i.id and e.action = 'invitation.accept'
    group by i.id, i.use_count having i.use_count <> count(e.id)`,
  'rule 22: who has accepted is a member of the workspace': `
    select i.id from invitation i join member m on m.id = i.accepted_by where m.workspace_id <> i.workspace_id`,
  'rule 29: groups hold members of their own workspace': `
    select i.* from group_member i join member_group g on g.id = i.group_id join member m on m.id = i.member_id
    where m.workspace_id <> g.workspace_id`,
  'rule 30: whose access nobody has set has the strongest grant of its groups': `
    select m.user_name, s.role, s.seat_type from membership s
    join member m on m.id = s.member_id
    join lateral (
      select max(array_position(array['VIEWER', 'EDITOR', 'ADMIN'], g.granted_role)) as role,
        max(array_position(array['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'], g.granted_seat_type)) as seat
      from group_member i join member_group g on g.id = i.group_id where i.member_id = m.id) best on true
    where s.ended_at is null and s.access_set_by is null and s.role <> 'OWNER' and (
      best.role <> array_position(array['VIEWER', 'EDITOR', 'ADMIN'], s.role)
      or best.seat is distinct from
        array_position(array['STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'], s.seat_type)
        and best.seat is not null)`,
} as const;

/** Checks every invariant over the whole database, whatever workspaces it holds. */
export async function expectInvariants({ sql }: Pick<TestApp, 'sql'>): Promise<void> {
  const broken = await Promise.all(
    Object.entries(BROKEN).map(async ([rule, statement]) => ({ rule, rows: await sql(statement) })),
  );
  expect(broken.filter(({ rows }) => rows.length > 0)).toEqual([]);
}
