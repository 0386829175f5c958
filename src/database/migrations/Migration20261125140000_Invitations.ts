import { Migration } from '@mikro-orm/migrations';

export class Migration20261125140000_Invitations extends Migration {
  override name = 'Migration20261125140000_Invitations';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "invitation" ("id" uuid not null, "workspace_id" uuid not null, "workspace_version" text not null, "email" citext null, "role" text null, "seat_type" text null, "credit_limit" int null, "invited_by" text not null, "lookup" text not null, "hash" text not null, "created_at" timestamptz(3) not null, "sent_at" timestamptz(3) not null, "expires_at" timestamptz(3) not null, "max_uses" int null, "use_count" int not null, "accepted_at" timestamptz(3) null, "accepted_by" uuid null, "revoked_at" timestamptz(3) null, "delivery" text null, "delivery_error" text null, primary key ("id"));`,
    );
    this.addSql(`alter table "invitation" add constraint "invitation_lookup_unique" unique ("lookup");`);
    this.addSql(`create index "invitation_accepted_by" on "invitation" ("accepted_by");`);
    this.addSql(`create index "invitation_of_workspace" on "invitation" ("workspace_id", "id");`);
    this.addSql(
      `create unique index "invitation_one_open" on "invitation" ("workspace_id", "email") where accepted_at is null and revoked_at is null;`,
    );

    this.addSql(
      `alter table "invitation" add constraint "invitation_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_accepted_by_foreign" foreign key ("accepted_by") references "member" ("id") on delete set null;`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_delivery_known" check ((delivery is null) = (email is null) and (delivery is null or delivery in ('NOT_SENT', 'QUEUED', 'SENT', 'FAILED')));`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_of_one_is_used_once" check ((email is null and accepted_at is null and accepted_by is null) or (email is not null and max_uses = 1 and (accepted_at is not null) = (use_count = 1) and (accepted_by is null or accepted_at is not null)));`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_uses_within_limit" check (use_count >= 0 and (max_uses is null or (max_uses > 0 and use_count <= max_uses)));`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_credit_limit_applies" check (credit_limit is null or (credit_limit > 0 and role in ('ADMIN', 'EDITOR')));`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_seat_type_known" check (seat_type is null or seat_type in ('STARTER', 'BUILDER', 'PRO', 'ELITE', 'ELITE_2', 'ELITE_3'));`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_access_is_whole" check (role is not null or (seat_type is null and credit_limit is null));`,
    );
    this.addSql(
      `alter table "invitation" add constraint "invitation_access_fits_version" check ((workspace_version = 'V1' and (role is null or role in ('ADMIN', 'MEMBER')) and credit_limit is null) or (workspace_version = 'V2' and (role is null or role in ('ADMIN', 'EDITOR', 'VIEWER')) and seat_type is null));`,
    );
    this.addSql(
      `create or replace function "invitation_invitation_fits_workspace_fn"() returns trigger as $$ begin if not exists (select 1 from workspace w where w.id = new.workspace_id and w.version = new.workspace_version) then raise exception 'the workspace has another version' using errcode = 'check_violation', constraint = 'invitation_fits_workspace'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "invitation_fits_workspace" BEFORE INSERT OR UPDATE on "invitation" for each ROW execute function "invitation_invitation_fits_workspace_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop trigger if exists "invitation_fits_workspace" on "invitation";`);
    this.addSql(`drop function if exists "invitation_invitation_fits_workspace_fn"();`);
    this.addSql(`drop table if exists "invitation" cascade;`);
  }
}
