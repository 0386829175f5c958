import { expect } from 'vitest';
import type { TestApp } from './app.js';

/** What must hold in every workspace after whatever has happened: each statement gives the rows that break a rule. */
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
  'rule 13: a workspace has an owner': `
    select w.id from workspace w
    where not exists (
      select 1 from membership s where s.workspace_id = w.id and s.role = 'OWNER' and s.ended_at is null)`,
  'rule 28: every stay was begun by one audited change': `
    select s.member_id, count(*)::integer as stays
    from membership s
    group by s.member_id
    having count(*) <> (
      select count(*) from audit_entry e
      where e.target_id = s.member_id and e.action = 'member.add' and e.changes->'active'->>'after' = 'true')`,
  'rule 28: every version of a member has its entry': `
    select m.id, m.version, count(e.id)::integer as entries
    from member m left join audit_entry e on e.target_id = m.id
    group by m.id, m.version having m.version <> count(e.id)`,
} as const;

/** Checks every invariant over the whole database, whatever workspaces it holds. */
export async function expectInvariants({ sql }: Pick<TestApp, 'sql'>): Promise<void> {
  const broken = await Promise.all(
    Object.entries(BROKEN).map(async ([rule, statement]) => ({ rule, rows: await sql(statement) })),
  );
  expect(broken.filter(({ rows }) => rows.length > 0)).toEqual([]);
}
