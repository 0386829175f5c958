import { Migration } from '@mikro-orm/migrations';

export class Migration20261125130000_Credits extends Migration {
  override name = 'Migration20261125130000_Credits';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "credit_usage" ("workspace_id" uuid not null, "account_id" uuid not null, "month" text not null, "used" int not null, primary key ("workspace_id", "account_id", "month"));`,
    );

    this.addSql(
      `create table "credit_month" ("workspace_id" uuid not null, "month" text not null, "workspace_version" text not null, "total" int not null, "used" int not null, primary key ("workspace_id", "month"));`,
    );

    this.addSql(
      `create table "credit_consumption" ("id" uuid not null, "workspace_id" uuid not null, "account_id" uuid not null, "member_id" uuid not null, "user_name" text not null, "at" timestamptz(3) not null, "month" text not null, "amount" int not null, "idempotency_key" text not null, "consumed_by" text not null, primary key ("id"));`,
    );
    this.addSql(
      `create index "credit_consumption_of_account" on "credit_consumption" ("workspace_id", "account_id", "id");`,
    );
    this.addSql(
      `create index "credit_consumption_of_month" on "credit_consumption" ("workspace_id", "month", "id");`,
    );
    this.addSql(
      `create index "credit_consumption_of_workspace" on "credit_consumption" ("workspace_id", "id");`,
    );
    this.addSql(
      `alter table "credit_consumption" add constraint "credit_consumption_key_unique" unique ("workspace_id", "idempotency_key");`,
    );

    this.addSql(
      `alter table "credit_usage" add constraint "credit_usage_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "credit_usage" add constraint "credit_usage_account_id_foreign" foreign key ("account_id") references "account" ("id");`,
    );
    this.addSql(`alter table "credit_usage" add constraint "credit_usage_positive" check (used > 0);`);
    this.addSql(
      `alter table "credit_usage" add constraint "credit_usage_month_format" check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$');`,
    );

    this.addSql(
      `alter table "credit_month" add constraint "credit_month_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "credit_month" add constraint "credit_month_not_negative" check (total >= 0 and used >= 0);`,
    );
    this.addSql(
      `alter table "credit_month" add constraint "credit_month_format" check (month ~ '^[0-9]{4}-(0[1-9]|1[0-2])$');`,
    );
    this.addSql(
      `alter table "credit_month" add constraint "credit_month_only_v2" check (workspace_version <> 'V1');`,
    );
    this.addSql(
      `create or replace function "credit_month_credit_month_used_within_total_fn"() returns trigger as $$ begin if new.used > new.total and (tg_op = 'INSERT' or new.used > old.used) then raise exception 'the pool does not hold that many credits' using errcode = 'check_violation', constraint = 'credit_month_used_within_total'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "credit_month_used_within_total" BEFORE INSERT OR UPDATE on "credit_month" for each ROW execute function "credit_month_credit_month_used_within_total_fn"();`,
    );
    this.addSql(
      `create or replace function "credit_month_credit_month_fits_workspace_fn"() returns trigger as $$ begin if not exists (select 1 from workspace w where w.id = new.workspace_id and w.version = new.workspace_version) then raise exception 'the workspace has another version' using errcode = 'check_violation', constraint = 'credit_month_fits_workspace'; end if; return new; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "credit_month_fits_workspace" BEFORE INSERT OR UPDATE on "credit_month" for each ROW execute function "credit_month_credit_month_fits_workspace_fn"();`,
    );

    // The audit log has the pools of past months: the last change in a month applies from it on.
    this.addSql(
      `insert into credit_month (workspace_id, month, workspace_version, total, used) select distinct on (e.workspace_id, to_char(e.at at time zone 'UTC', 'YYYY-MM')) e.workspace_id, to_char(e.at at time zone 'UTC', 'YYYY-MM'), 'V2', (e.changes->'monthlyCredits'->>'after')::integer, 0 from audit_entry e join workspace w on w.id = e.workspace_id and w.version = 'V2' where e.action in ('workspace.create', 'workspace.update') and e.changes->'monthlyCredits'->>'after' is not null order by e.workspace_id, to_char(e.at at time zone 'UTC', 'YYYY-MM'), e.at desc, e.id desc;`,
    );
    this.addSql(
      `insert into credit_month (workspace_id, month, workspace_version, total, used) select w.id, to_char(w.created_at at time zone 'UTC', 'YYYY-MM'), 'V2', w.monthly_credits, 0 from workspace w where w.monthly_credits is not null and not exists (select 1 from credit_month c where c.workspace_id = w.id);`,
    );

    this.addSql(
      `alter table "credit_consumption" add constraint "credit_consumption_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "credit_consumption" add constraint "credit_consumption_account_id_foreign" foreign key ("account_id") references "account" ("id");`,
    );
    this.addSql(
      `alter table "credit_consumption" add constraint "credit_consumption_month_of_its_time" check (month = to_char(at at time zone 'UTC', 'YYYY-MM'));`,
    );
    this.addSql(
      `alter table "credit_consumption" add constraint "credit_consumption_key_length" check (length(idempotency_key) >= 1 and length(idempotency_key) <= 200);`,
    );
    this.addSql(
      `alter table "credit_consumption" add constraint "credit_consumption_amount_positive" check (amount > 0);`,
    );
    this.addSql(
      `create or replace function "credit_consumption_credit_consumption_is_fixed_fn"() returns trigger as $$ begin raise exception 'what was counted stays' using errcode = 'check_violation', constraint = 'credit_consumption_is_fixed'; end; $$ language plpgsql;`,
    );
    this.addSql(
      `create trigger "credit_consumption_is_fixed" BEFORE UPDATE on "credit_consumption" for each ROW execute function "credit_consumption_credit_consumption_is_fixed_fn"();`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table if exists "credit_usage" cascade;`);
    this.addSql(`drop trigger if exists "credit_month_used_within_total" on "credit_month";`);
    this.addSql(`drop function if exists "credit_month_credit_month_used_within_total_fn"();`);
    this.addSql(`drop trigger if exists "credit_month_fits_workspace" on "credit_month";`);
    this.addSql(`drop function if exists "credit_month_credit_month_fits_workspace_fn"();`);
    this.addSql(`drop table if exists "credit_month" cascade;`);
    this.addSql(`drop trigger if exists "credit_consumption_is_fixed" on "credit_consumption";`);
    this.addSql(`drop function if exists "credit_consumption_credit_consumption_is_fixed_fn"();`);
    this.addSql(`drop table if exists "credit_consumption" cascade;`);
  }
}
