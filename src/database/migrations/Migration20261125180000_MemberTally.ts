import { Migration } from '@mikro-orm/migrations';

/** The number of members of each workspace, which triggers keep. */
export class Migration20261125180000_MemberTally extends Migration {
  override name = 'Migration20261125180000_MemberTally';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "member_tally" ("workspace_id" uuid not null, "part" int not null, "members" int not null, "deletions" int not null, primary key ("workspace_id", "part"));`,
    );
    this.addSql(
      `alter table "member_tally" add constraint "member_tally_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    // Deleting a workspace with all its members updates no counts.
    this.addSql(
      `create function tally_members() returns trigger as $$ begin
         insert into member_tally (workspace_id, part, members, deletions)
         select c.workspace_id, pg_backend_pid() % 32,
           case tg_op when 'INSERT' then count(*) else -count(*) end, case tg_op when 'DELETE' then count(*) else 0 end
         from changed c join workspace w on w.id = c.workspace_id group by c.workspace_id
         on conflict (workspace_id, part) do update
           set members = member_tally.members + excluded.members,
             deletions = member_tally.deletions + excluded.deletions;
         return null;
       end $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "member_tally_in" after insert on "member" referencing new table as changed for each statement execute function tally_members();`,
    );
    this.addSql(
      `create trigger "member_tally_out" after delete on "member" referencing old table as changed for each statement execute function tally_members();`,
    );
    this.addSql(
      `insert into member_tally (workspace_id, part, members, deletions) select workspace_id, 0, count(*), 0 from member group by workspace_id;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger "member_tally_in" on "member";`);
    this.addSql(`drop trigger "member_tally_out" on "member";`);
    this.addSql(`drop function tally_members();`);
    this.addSql(`drop table "member_tally";`);
  }
}
