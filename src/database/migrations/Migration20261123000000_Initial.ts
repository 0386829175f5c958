import { Migration } from '@mikro-orm/migrations';

export class Migration20261123000000_Initial extends Migration {
  override name = 'Migration20261123000000_Initial';

  override up(): void | Promise<void> {
    // Addresses and userNames are compared without case everywhere; citext is a trusted extension.
    this.addSql(`create extension if not exists citext;`);

    this.addSql(
      `create table "account" ("id" uuid not null, "email" citext not null, "created_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`alter table "account" add constraint "account_email_unique" unique ("email");`);

    this.addSql(
      `create table "audit_entry" ("id" uuid not null, "workspace_id" uuid null, "at" timestamptz(3) not null, "actor_type" text not null, "actor_id" uuid null, "actor_label" text not null, "channel" text not null, "action" text not null, "target_type" text not null, "target_id" uuid not null, "target_label" text not null, "changes" jsonb not null, "request_id" text not null, primary key ("id"));`,
    );
    this.addSql(`create index "audit_entry_of_target" on "audit_entry" ("target_id", "id");`);
    this.addSql(`create index "audit_entry_of_workspace" on "audit_entry" ("workspace_id", "id");`);

    this.addSql(
      `create table "session" ("id" uuid not null, "account_id" uuid not null, "lookup" text not null, "hash" text not null, "created_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`alter table "session" add constraint "session_lookup_unique" unique ("lookup");`);
    this.addSql(`create index "session_of_account" on "session" ("account_id");`);

    this.addSql(
      `create table "workspace" ("id" uuid not null, "name" text not null, "version" text not null, "plan" text not null, "scim_enabled" boolean not null, "default_role" text null, "default_seat_type" text null, "default_credit_limit" int null, "monthly_credits" int null, "revision" int not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );

    this.addSql(
      `create table "session_end" ("session_id" uuid not null, "workspace_id" uuid not null, primary key ("session_id", "workspace_id"));`,
    );

    this.addSql(
      `create table "seat_allocation" ("workspace_id" uuid not null, "seat_type" text not null, "workspace_version" text not null, "total" int not null, "used" int not null, primary key ("workspace_id", "seat_type"));`,
    );

    this.addSql(
      `create table "member" ("id" uuid not null, "workspace_id" uuid not null, "account_id" uuid not null, "user_name" citext not null, "external_id" text null, "profile" jsonb not null, "managed_by" text not null, "version" int not null, "created_at" timestamptz(3) not null, "updated_at" timestamptz(3) not null, primary key ("id"));`,
    );
    this.addSql(`create index "member_external_id" on "member" ("workspace_id", "external_id");`);
    this.addSql(`create index "member_of_workspace" on "member" ("workspace_id", "id");`);
    this.addSql(
      `alter table "member" add constraint "member_account_unique" unique ("workspace_id", "account_id");`,
    );
    this.addSql(
      `alter table "member" add constraint "member_user_name_unique" unique ("workspace_id", "user_name");`,
    );

    this.addSql(
      `create table "membership" ("id" uuid not null, "workspace_id" uuid not null, "workspace_version" text not null, "member_id" uuid not null, "started_at" timestamptz(3) not null, "ended_at" timestamptz(3) null, "role" text not null, "seat_type" text null, "credit_limit" int null, "credit_limit_set_by" text null, primary key ("id"));`,
    );
    this.addSql(`create index "membership_of_workspace" on "membership" ("workspace_id", "role");`);
    this.addSql(`create index "membership_of_member" on "membership" ("member_id", "id");`);
    this.addSql(
      `create unique index "membership_one_open" on "membership" ("member_id") where ended_at is null;`,
    );

    this.addSql(
      `create table "api_key" ("id" uuid not null, "workspace_id" uuid not null, "name" text not null, "description" text null, "scopes" text[] not null, "prefix" text not null, "created_by" text not null, "created_at" timestamptz(3) not null, "last_used_at" timestamptz(3) null, "last_used_from" text null, "expires_at" timestamptz(3) null, "disabled_at" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "api_key_of_workspace" on "api_key" ("workspace_id", "id");`);

    this.addSql(
      `create table "api_key_secret" ("lookup" text not null, "api_key_id" uuid not null, "hash" text not null, "expires_at" timestamptz(3) null, primary key ("lookup"));`,
    );
    this.addSql(`alter table "api_key_secret" add constraint "api_key_secret_hash_unique" unique ("hash");`);
    this.addSql(`create index "api_key_secret_of_key" on "api_key_secret" ("api_key_id");`);

    this.addSql(
      `alter table "audit_entry" add constraint "audit_entry_channel_known" check (channel in ('GRAPHQL', 'SCIM', 'CLI', 'SYSTEM'));`,
    );
    this.addSql(
      `alter table "audit_entry" add constraint "audit_entry_actor_type_known" check (actor_type in ('PERSON', 'API_KEY', 'OPERATOR', 'SYSTEM'));`,
    );
    this.addSql(
      `create or replace function "audit_entry_audit_entry_is_append_only_fn"() returns trigger as $$ begin raise exception 'audit entries are append-only' using errcode = 'check_violation', constraint = 'audit_entry_is_append_only'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "audit_entry_is_append_only" BEFORE UPDATE OR DELETE on "audit_entry" for each ROW execute function "audit_entry_audit_entry_is_append_only_fn"();`,
    );

    // Not in the model, because MikroORM would report it as missing every time.
    this.addSql(
      `create trigger "audit_entry_is_kept" before truncate on "audit_entry" for each statement execute function "audit_entry_audit_entry_is_append_only_fn"();`,
    );

    this.addSql(
      `alter table "session" add constraint "session_account_id_foreign" foreign key ("account_id") references "account" ("id") on delete cascade;`,
    );

    this.addSql(
      `alter table "workspace" add constraint "workspace_monthly_credits_not_negative" check (monthly_credits >= 0);`,
    );
    this.addSql(
      `alter table "workspace" add constraint "workspace_default_credit_limit_positive" check (default_credit_limit > 0);`,
    );
    this.addSql(
      `alter table "workspace" add constraint "workspace_default_seat_type_known" check (default_seat_type is null or default_seat_type in ('STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'));`,
    );
    this.addSql(
      `alter table "workspace" add constraint "workspace_default_role_assignable" check (default_role is null or default_role in ('ADMIN', 'EDITOR', 'VIEWER'));`,
    );
    this.addSql(
      `alter table "workspace" add constraint "workspace_defaults_fit_version" check ((version = 'V1' and default_role is null and default_credit_limit is null and monthly_credits is null) or (version = 'V2' and default_role is not null and default_seat_type is null));`,
    );
    this.addSql(
      `alter table "workspace" add constraint "workspace_scim_is_enterprise" check (not scim_enabled or plan = 'ENTERPRISE');`,
    );
    this.addSql(
      `alter table "workspace" add constraint "workspace_plan_known" check (plan in ('FREE', 'TEAM', 'ENTERPRISE'));`,
    );
    this.addSql(
      `alter table "workspace" add constraint "workspace_version_known" check (version in ('V1', 'V2'));`,
    );
    this.addSql(
      `create or replace function "workspace_workspace_version_is_fixed_fn"() returns trigger as $$ begin if old.version <> new.version then raise exception 'a workspace keeps its version' using errcode = 'check_violation', constraint = 'workspace_version_is_fixed'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "workspace_version_is_fixed" BEFORE UPDATE on "workspace" for each ROW execute function "workspace_workspace_version_is_fixed_fn"();`,
    );

    this.addSql(
      `alter table "session_end" add constraint "session_end_session_id_foreign" foreign key ("session_id") references "session" ("id") on update cascade on delete cascade;`,
    );
    this.addSql(
      `alter table "session_end" add constraint "session_end_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `alter table "seat_allocation" add constraint "seat_allocation_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "seat_allocation" add constraint "seat_allocation_used_within_total" check (used >= 0 and used <= total);`,
    );
    this.addSql(
      `alter table "seat_allocation" add constraint "seat_allocation_seat_type_known" check (seat_type in ('STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'));`,
    );
    this.addSql(
      `alter table "seat_allocation" add constraint "seat_allocation_only_v1" check (workspace_version <> 'V2');`,
    );
    this.addSql(
      `create or replace function "seat_allocation_seat_allocation_fits_workspace_fn"() returns trigger as $$ begin if not exists (select 1 from workspace w where w.id = new.workspace_id and w.version = new.workspace_version) then raise exception 'the workspace has another version' using errcode = 'check_violation', constraint = 'seat_allocation_fits_workspace'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "seat_allocation_fits_workspace" BEFORE INSERT OR UPDATE on "seat_allocation" for each ROW execute function "seat_allocation_seat_allocation_fits_workspace_fn"();`,
    );

    this.addSql(
      `alter table "member" add constraint "member_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "member" add constraint "member_account_id_foreign" foreign key ("account_id") references "account" ("id");`,
    );
    this.addSql(
      `alter table "member" add constraint "member_managed_by_known" check (managed_by in ('WORKSPACE', 'IDENTITY_PROVIDER'));`,
    );

    this.addSql(
      `alter table "membership" add constraint "membership_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_member_id_foreign" foreign key ("member_id") references "member" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_ends_after_start" check (ended_at is null or ended_at >= started_at);`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_credit_limit_origin" check ((credit_limit is null) = (credit_limit_set_by is null) and (credit_limit_set_by is null or credit_limit_set_by in ('WORKSPACE', 'IDENTITY_PROVIDER')));`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_credit_limit_role" check (credit_limit is null or role in ('ADMIN', 'EDITOR'));`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_credit_limit_positive" check (credit_limit > 0);`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_access_fits_version" check ((workspace_version = 'V1' and role in ('OWNER', 'ADMIN', 'MEMBER') and credit_limit is null) or (workspace_version = 'V2' and role <> 'MEMBER' and seat_type is null));`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_seat_type_known" check (seat_type is null or seat_type in ('STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'));`,
    );
    this.addSql(
      `alter table "membership" add constraint "membership_role_known" check (role in ('OWNER', 'ADMIN', 'MEMBER', 'EDITOR', 'VIEWER', 'GUEST'));`,
    );
    this.addSql(
      `create or replace function "membership_membership_fits_workspace_fn"() returns trigger as $$ begin if not exists (select 1 from workspace w where w.id = new.workspace_id and w.version = new.workspace_version) then raise exception 'the workspace has another version' using errcode = 'check_violation', constraint = 'membership_fits_workspace'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "membership_fits_workspace" BEFORE INSERT OR UPDATE on "membership" for each ROW execute function "membership_membership_fits_workspace_fn"();`,
    );

    this.addSql(
      `create or replace function "membership_membership_of_own_member_fn"() returns trigger as $$ begin if not exists (select 1 from member m where m.id = new.member_id and m.workspace_id = new.workspace_id) then raise exception 'the member is of another workspace' using errcode = 'check_violation', constraint = 'membership_of_own_member'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "membership_of_own_member" BEFORE INSERT OR UPDATE on "membership" for each ROW execute function "membership_membership_of_own_member_fn"();`,
    );

    this.addSql(
      `alter table "api_key" add constraint "api_key_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "api_key" add constraint "api_key_scopes_known" check (cardinality(scopes) > 0 and scopes <@ array['SCIM', 'MEMBERS_READ', 'MEMBERS_WRITE', 'CREDITS_READ', 'CREDITS_CONSUME', 'AUDIT_READ']);`,
    );

    this.addSql(
      `alter table "api_key_secret" add constraint "api_key_secret_api_key_id_foreign" foreign key ("api_key_id") references "api_key" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "session" drop constraint "session_account_id_foreign";`);
    this.addSql(`alter table "member" drop constraint "member_account_id_foreign";`);
    this.addSql(`alter table "session_end" drop constraint "session_end_session_id_foreign";`);
    this.addSql(`alter table "session_end" drop constraint "session_end_workspace_id_foreign";`);
    this.addSql(`alter table "seat_allocation" drop constraint "seat_allocation_workspace_id_foreign";`);
    this.addSql(`alter table "member" drop constraint "member_workspace_id_foreign";`);
    this.addSql(`alter table "membership" drop constraint "membership_workspace_id_foreign";`);
    this.addSql(`alter table "api_key" drop constraint "api_key_workspace_id_foreign";`);
    this.addSql(`alter table "membership" drop constraint "membership_member_id_foreign";`);
    this.addSql(`alter table "api_key_secret" drop constraint "api_key_secret_api_key_id_foreign";`);

    this.addSql(`drop table if exists "account" cascade;`);
    this.addSql(`drop trigger if exists "audit_entry_is_append_only" on "audit_entry";`);
    this.addSql(`drop function if exists "audit_entry_audit_entry_is_append_only_fn"();`);
    this.addSql(`drop trigger if exists "audit_entry_is_kept" on "audit_entry";`);
    this.addSql(`drop table if exists "audit_entry" cascade;`);
    this.addSql(`drop table if exists "session" cascade;`);
    this.addSql(`drop trigger if exists "workspace_version_is_fixed" on "workspace";`);
    this.addSql(`drop function if exists "workspace_workspace_version_is_fixed_fn"();`);
    this.addSql(`drop table if exists "workspace" cascade;`);
    this.addSql(`drop table if exists "session_end" cascade;`);
    this.addSql(`drop trigger if exists "seat_allocation_fits_workspace" on "seat_allocation";`);
    this.addSql(`drop function if exists "seat_allocation_seat_allocation_fits_workspace_fn"();`);
    this.addSql(`drop table if exists "seat_allocation" cascade;`);
    this.addSql(`drop table if exists "member" cascade;`);
    this.addSql(`drop trigger if exists "membership_fits_workspace" on "membership";`);
    this.addSql(`drop function if exists "membership_membership_fits_workspace_fn"();`);
    this.addSql(`drop trigger if exists "membership_of_own_member" on "membership";`);
    this.addSql(`drop function if exists "membership_membership_of_own_member_fn"();`);
    this.addSql(`drop table if exists "membership" cascade;`);
    this.addSql(`drop table if exists "api_key" cascade;`);
    this.addSql(`drop table if exists "api_key_secret" cascade;`);
  }
}
