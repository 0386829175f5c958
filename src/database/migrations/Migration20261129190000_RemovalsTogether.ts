import { Migration } from '@mikro-orm/migrations';
import { COUNT_EACH_REMOVAL } from './Migration20261129130000_RemovalBrake.js';

/**
 * Counts the removals of a statement together: a statement may remove several members, and the row of the workspace's
 * brake is locked from the count to the commit.
 */
export class Migration20261129190000_RemovalsTogether extends Migration {
  override name = 'Migration20261129190000_RemovalsTogether';

  override up(): void | Promise<void> {
    this.addSql(`drop trigger "audit_entry_brakes_removals" on "audit_entry";`);
    this.addSql(`drop function brake_scim_removals();`);
    // Numbers have no gaps, so the first one in the window shows how many there are.
    this.addSql(
      `create function brake_scim_removals() returns trigger as $$
       declare
         statement record;
         brake scim_brake%rowtype;
         first_number bigint;
         removed bigint;
         active int;
         window_start timestamptz;
       begin
         for statement in
           select i.workspace_id, count(*) as removals, array_agg(i.target_id order by i.id) as member_ids,
             array_agg(i.id order by i.id) as entry_ids
           from inserted i
           where i.actor_type = 'API_KEY'
             and (i.action = 'member.remove'
               or (i.action = 'member.delete' and i.changes #> '{active,before}' = 'true'::jsonb))
             and (i.channel = 'SCIM'
               or exists (select 1 from api_key k where k.id = i.actor_id and 'SCIM' = any(k.scopes)))
           group by i.workspace_id order by i.workspace_id
         loop
           update scim_brake set removals = removals + statement.removals
             where workspace_id = statement.workspace_id returning * into brake;
           if not found then
             insert into scim_brake (workspace_id) values (statement.workspace_id) on conflict do nothing;
             update scim_brake set removals = removals + statement.removals
               where workspace_id = statement.workspace_id returning * into brake;
           end if;
           insert into scim_removal (workspace_id, number, at, member_id, audit_entry_id)
             select statement.workspace_id, brake.removals - statement.removals + r.place, clock_timestamp(), r.member_id,
               r.entry_id
             from unnest(statement.member_ids, statement.entry_ids) with ordinality r (member_id, entry_id, place);
           if brake.enabled and (brake.released_until is null or brake.released_until <= clock_timestamp()) then
             window_start := clock_timestamp() - make_interval(mins => brake.window_minutes);
             select number into first_number from scim_removal
               where workspace_id = statement.workspace_id and at > window_start order by at, number limit 1;
             removed := brake.removals - first_number + 1;
             if brake.engaged_at is null and removed > brake.most_members
               and (brake.base is null or brake.base_at <= window_start)
             then
               select count(*) into active from membership
                 where workspace_id = statement.workspace_id and ended_at is null
                   and member_id <> all(statement.member_ids);
               brake.base := active + removed;
               update scim_brake set base = brake.base, base_at = clock_timestamp()
                 where workspace_id = statement.workspace_id;
             end if;
             if brake.engaged_at is not null
               or (removed > brake.most_members and brake.base >= 20
                 and removed * 100 > brake.base::bigint * brake.most_percent)
             then
               raise exception 'removals are paused' using errcode = 'RC429';
             end if;
           end if;
         end loop;
         return null;
       end $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "audit_entry_brakes_removals" after insert on "audit_entry" referencing new table as inserted for each statement execute function brake_scim_removals();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger "audit_entry_brakes_removals" on "audit_entry";`);
    this.addSql(`drop function brake_scim_removals();`);
    for (const statement of COUNT_EACH_REMOVAL) this.addSql(statement);
  }
}
