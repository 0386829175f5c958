import { Migration } from '@mikro-orm/migrations';

/** Webhooks, the events that are or were sent to them, and each attempt. */
export class Migration20261129140000_Webhooks extends Migration {
  override name = 'Migration20261129140000_Webhooks';

  override up(): void | Promise<void> {
    this.addSql(
      `create table "webhook" ("id" uuid not null, "workspace_id" uuid not null, "url" text not null, "description" text null, "event_types" text[] not null, "secret" text not null, "previous_secret" text null, "previous_secret_until" timestamptz(3) null, "created_by" text not null, "created_at" timestamptz(3) not null, "disabled_at" timestamptz(3) null, "disabled_reason" text null, "failing_since" timestamptz(3) null, "paused_until" timestamptz(3) null, "read_to" timestamptz not null default clock_timestamp(), "read_to_id" uuid not null default '00000000-0000-0000-0000-000000000000', primary key ("id"));`,
    );
    this.addSql(`create index "webhook_of_workspace" on "webhook" ("workspace_id", "id");`);
    this.addSql(
      `create table "webhook_delivery" ("id" uuid not null, "workspace_id" uuid not null, "webhook_id" uuid not null, "event_id" uuid not null, "event_type" text not null, "body" text not null, "status" text not null, "tries" int not null, "created_at" timestamptz(3) not null, "next_attempt_at" timestamptz(3) null, "claimed_until" timestamptz(3) null, primary key ("id"));`,
    );
    this.addSql(`create index "webhook_delivery_created" on "webhook_delivery" ("created_at");`);
    this.addSql(
      `create index "webhook_delivery_claimed" on "webhook_delivery" ("webhook_id", "claimed_until") where claimed_until is not null;`,
    );
    this.addSql(
      `create index "webhook_delivery_due" on "webhook_delivery" ("webhook_id", "next_attempt_at", "id") where next_attempt_at is not null;`,
    );
    this.addSql(`create index "webhook_delivery_of_webhook" on "webhook_delivery" ("webhook_id", "id");`);
    this.addSql(
      `alter table "webhook_delivery" add constraint "webhook_delivery_once" unique ("webhook_id", "event_id");`,
    );
    this.addSql(
      `create table "webhook_attempt" ("id" uuid not null, "delivery_id" uuid not null, "at" timestamptz(3) not null, "duration_ms" int not null, "status" int null, "error" text null, "response" text null, primary key ("id"));`,
    );
    this.addSql(`create index "webhook_attempt_of_delivery" on "webhook_attempt" ("delivery_id", "id");`);
    this.addSql(
      `alter table "webhook" add constraint "webhook_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "webhook" add constraint "webhook_disabled_reason_known" check (disabled_reason is null or disabled_reason in ('FAILING', 'GONE') and disabled_at is not null);`,
    );
    this.addSql(
      `alter table "webhook" add constraint "webhook_has_event_types" check (cardinality(event_types) > 0);`,
    );
    this.addSql(
      `alter table "webhook_delivery" add constraint "webhook_delivery_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "webhook_delivery" add constraint "webhook_delivery_webhook_id_foreign" foreign key ("webhook_id") references "webhook" ("id") on delete cascade;`,
    );
    this.addSql(
      `alter table "webhook_delivery" add constraint "webhook_delivery_pending_has_time" check ((status = 'PENDING') = (next_attempt_at is not null));`,
    );
    this.addSql(
      `alter table "webhook_delivery" add constraint "webhook_delivery_status_known" check (status in ('PENDING', 'DELIVERED', 'FAILED'));`,
    );
    this.addSql(
      `alter table "webhook_attempt" add constraint "webhook_attempt_delivery_id_foreign" foreign key ("delivery_id") references "webhook_delivery" ("id") on delete cascade;`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table "webhook_attempt";`);
    this.addSql(`drop table "webhook_delivery";`);
    this.addSql(`drop table "webhook";`);
  }
}
