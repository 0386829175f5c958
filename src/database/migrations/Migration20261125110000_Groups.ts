import { Migration } from '@mikro-orm/migrations';

export class Migration20261125110000_Groups extends Migration {
  override name = 'Migration20261125110000_Groups';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "member_group" ("id" uuid not null, "workspace_id" uuid not null, "workspace_version" text not null, "display_name" citext not null, "external_id" text null, "granted_role" text null, "granted_seat_type" text null, "version" int not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "member_group_external_id" on "member_group" ("workspace_id", "external_id");`);
    this.addSql(`create index "member_group_of_workspace" on "member_group" ("workspace_id", "id");`);
    this.addSql(
      `alter table "member_group" add constraint "member_group_display_name_unique" unique ("workspace_id", "display_name");`,
    );

    this.addSql(
      `create table "group_member" ("group_id" uuid not null, "member_id" uuid not null, primary key ("group_id", "member_id"));`,
    );
    this.addSql(`create index "group_member_of_member" on "group_member" ("member_id", "group_id");`);

    this.addSql(`alter table "membership" add "access_set_by" text null;`);
    this.addSql(
      `alter table "membership" add constraint "membership_access_origin" check (access_set_by is null or access_set_by in ('WORKSPACE', 'IDENTITY_PROVIDER'));`,
    );

    // Until now nothing recorded who set an access. An access other than the workspace's default was set explicitly.
    this.addSql(
      `update membership s set access_set_by = m.managed_by from member m, workspace w where m.id = s.member_id and w.id = s.workspace_id and s.ended_at is null and s.role <> 'OWNER' and ((w.version = 'V1' and s.seat_type is distinct from w.default_seat_type) or (w.version = 'V2' and s.role <> w.default_role));`,
    );

    this.addSql(
      `alter table "member_group" add constraint "member_group_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "member_group" add constraint "member_group_grant_fits_version" check ((workspace_version = 'V1' and granted_role is null) or (workspace_version = 'V2' and granted_seat_type is null));`,
    );
    this.addSql(
      `alter table "member_group" add constraint "member_group_granted_seat_type_known" check (granted_seat_type is null or granted_seat_type in ('STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'));`,
    );
    this.addSql(
      `alter table "member_group" add constraint "member_group_granted_role_assignable" check (granted_role is null or granted_role in ('ADMIN', 'EDITOR', 'VIEWER'));`,
    );
    this.addSql(
      `create or replace function "member_group_member_group_fits_workspace_fn"() returns trigger as $$ begin if not exists (select 1 from workspace w where w.id = new.workspace_id and w.version = new.workspace_version) then raise exception 'the workspace has another version' using errcode = 'check_violation', constraint = 'member_group_fits_workspace'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "member_group_fits_workspace" BEFORE INSERT OR UPDATE on "member_group" for each ROW execute function "member_group_member_group_fits_workspace_fn"();`,
    );

    this.addSql(
      `alter table "group_member" add constraint "group_member_group_id_foreign" foreign key ("group_id") references "member_group" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "group_member" add constraint "group_member_member_id_foreign" foreign key ("member_id") references "member" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `create or replace function "group_member_group_member_of_one_workspace_fn"() returns trigger as $$ begin if exists (select 1 from joined j join member m on m.id = j.member_id join member_group g on g.id = j.group_id where m.workspace_id <> g.workspace_id) then raise exception 'group and member are of two workspaces' using errcode = 'check_violation', constraint = 'group_member_of_one_workspace'; end if; return null; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "group_member_of_one_workspace" AFTER INSERT on "group_member" referencing new table as joined for each STATEMENT execute function "group_member_group_member_of_one_workspace_fn"();`,
    );
    this.addSql(
      `create or replace function "group_member_group_member_is_fixed_fn"() returns trigger as $$ begin raise exception 'nobody changes places in groups' using errcode = 'check_violation', constraint = 'group_member_is_fixed'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "group_member_is_fixed" BEFORE UPDATE on "group_member" for each ROW execute function "group_member_group_member_is_fixed_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "group_member" drop constraint "group_member_group_id_foreign";`);
    this.addSql(`alter table "group_member" drop constraint "group_member_member_id_foreign";`);

    this.addSql(`drop trigger if exists "member_group_fits_workspace" on "member_group";`);
    this.addSql(`drop function if exists "member_group_member_group_fits_workspace_fn"();`);
    this.addSql(`drop table if exists "member_group" cascade;`);
    this.addSql(`drop trigger if exists "group_member_of_one_workspace" on "group_member";`);
    this.addSql(`drop function if exists "group_member_group_member_of_one_workspace_fn"();`);
    this.addSql(`drop trigger if exists "group_member_is_fixed" on "group_member";`);
    this.addSql(`drop function if exists "group_member_group_member_is_fixed_fn"();`);
    this.addSql(`drop table if exists "group_member" cascade;`);

    this.addSql(`alter table "membership" drop constraint "membership_access_origin";`);
    this.addSql(`alter table "membership" drop column "access_set_by";`);
  }
}
