import { Migration } from '@mikro-orm/migrations';

// The row of the workspace's brake is locked from here to the commit, so any two removals are counted one after the other.
// Numbers have no gaps, so the first one in the window shows how many there are.
const FUNCTION = `create function brake_scim_removals() returns trigger as $$
       declare
         brake scim_brake%rowtype;
         first_number bigint;
         removed bigint := 1;
         active int;
         window_start timestamptz;
       begin
         if new.channel <> 'SCIM'
           and not exists (select 1 from api_key where id = new.actor_id and 'SCIM' = any(scopes)) then
           return new;
         end if;
         update scim_brake set removals = removals + 1 where workspace_id = new.workspace_id returning * into brake;
         if not found then
           insert into scim_brake (workspace_id) values (new.workspace_id) on conflict do nothing;
           update scim_brake set removals = removals + 1 where workspace_id = new.workspace_id returning * into brake;
         end if;
         if brake.enabled and (brake.released_until is null or brake.released_until <= clock_timestamp()) then
           window_start := clock_timestamp() - make_interval(mins => brake.window_minutes);
           select number into first_number from scim_removal
             where workspace_id = new.workspace_id and at > window_start order by at, number limit 1;
           removed := coalesce(brake.removals - first_number + 1, 1);
           if brake.engaged_at is null and removed > brake.most_members then
             if brake.base is null or brake.base_at <= window_start then
               -- This member may be counted or not, since its own statement has not ended.
               select count(*) into active from membership
                 where workspace_id = new.workspace_id and ended_at is null and member_id <> new.target_id;
               brake.base := active + removed;
               update scim_brake set base = brake.base, base_at = clock_timestamp()
                 where workspace_id = new.workspace_id;
             end if;
           end if;
           if brake.engaged_at is not null
             or (removed > brake.most_members and brake.base >= 20 and removed * 100 > brake.base::bigint * brake.most_percent)
           then
             raise exception 'removals are paused' using errcode = 'RC429';
           end if;
         end if;
         insert into scim_removal (workspace_id, number, at, member_id, audit_entry_id)
           values (new.workspace_id, brake.removals, clock_timestamp(), new.target_id, new.id);
         return new;
       end $$ language plpgsql;`;

const TRIGGER = `create trigger "audit_entry_brakes_removals" before insert on "audit_entry" for each row when (new.actor_type = 'API_KEY' and (new.action = 'member.remove' or (new.action = 'member.delete' and new.changes #> '{active,before}' = 'true'::jsonb))) execute function brake_scim_removals();`;

/** Counts each removal by itself. */
export const COUNT_EACH_REMOVAL = [FUNCTION, TRIGGER];

/** The brake on removals by identity providers, which counts audit entries, so that no way of removing is missed. */
export class Migration20261129130000_RemovalBrake extends Migration {
  override name = 'Migration20261129130000_RemovalBrake';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "scim_brake" ("workspace_id" uuid not null, "enabled" boolean not null default true, "most_members" int not null default 10, "most_percent" int not null default 20, "window_minutes" int not null default 10, "removals" bigint not null default 0, "base" int null, "base_at" timestamptz(3) null, "engaged_at" timestamptz(3) null, "released_until" timestamptz(3) null, primary key ("workspace_id"));`,
    );
    this.addSql(
      `alter table "scim_brake" add constraint "scim_brake_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "scim_brake" add constraint "scim_brake_settings_in_range" check (most_members >= 1 and most_members <= 100000 and most_percent >= 1 and most_percent <= 100 and window_minutes >= 1 and window_minutes <= 1440);`,
    );
    this.addSql(
      `create table "scim_removal" ("workspace_id" uuid not null, "number" bigint not null, "at" timestamptz(3) not null, "member_id" uuid not null, "audit_entry_id" uuid not null, primary key ("workspace_id", "number"));`,
    );
    this.addSql(
      `alter table "scim_removal" add constraint "scim_removal_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(`create index "scim_removal_at" on "scim_removal" ("workspace_id", "at");`);
    for (const statement of COUNT_EACH_REMOVAL) this.addSql(statement);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger "audit_entry_brakes_removals" on "audit_entry";`);
    this.addSql(`drop function brake_scim_removals();`);
    this.addSql(`drop table "scim_removal";`);
    this.addSql(`drop table "scim_brake";`);
  }
}
