import { Migration } from '@mikro-orm/migrations';

/** The provisioning log: answered SCIM requests by day, present problems, and recently deleted keys. */
export class Migration20261129120000_ProvisioningLog extends Migration {
  override name = 'Migration20261129120000_ProvisioningLog';

  override up(): void | Promise<void> {
    // Servers create a partition for each day and drop old ones; a query for recent entries reads few of them.
    this.addSql(
      `create table "scim_request" ("id" uuid not null, "at" timestamptz(3) not null, "workspace_id" uuid not null, "duration_ms" double precision not null, "client" text not null, "api_key_id" uuid null, "api_key_label" text null, "method" text not null, "operation" text not null, "target_type" text null, "target_id" uuid null, "target_name" text null, "status" int not null, "code" text null, "scim_type" text null, "detail" text null, "attribute" text null, "value" text null, "request_id" uuid not null, "notices" jsonb null, "network" text null, "times" int not null, primary key ("id", "at")) partition by range ("at");`,
    );
    this.addSql(`create index "scim_request_of_workspace" on "scim_request" ("workspace_id", "id");`);
    this.addSql(
      `create index "scim_request_of_target" on "scim_request" ("target_id", "id") where target_id is not null;`,
    );
    this.addSql(`create index "scim_request_of_request" on "scim_request" ("request_id");`);

    this.addSql(
      `create table "scim_request_count" ("workspace_id" uuid not null, "hour" timestamptz(3) not null, "code" text not null, "requests" int not null, "dropped" int not null, primary key ("workspace_id", "hour", "code"));`,
    );
    this.addSql(
      `alter table "scim_request_count" add constraint "scim_request_count_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );

    this.addSql(
      `create table "scim_connection" ("workspace_id" uuid not null, "first_request_at" timestamptz(3) not null, "last_request_at" timestamptz(3) not null, "last_success_at" timestamptz(3) null, "refusals_in_row" int not null, "client" text not null, primary key ("workspace_id"));`,
    );
    this.addSql(
      `alter table "scim_connection" add constraint "scim_connection_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on update cascade on delete cascade;`,
    );

    this.addSql(
      `create table "scim_problem" ("workspace_id" uuid not null, "subject" text not null, "severity" text not null, "id" uuid not null, "code" text not null, "since" timestamptz(3) not null, "last_at" timestamptz(3) not null, "times" int not null, "client" text not null, "operation" text not null, "target_type" text null, "target_id" uuid null, "target_name" text null, "api_key_id" uuid null, "api_key_label" text null, "network" text null, "attribute" text null, "value" text null, "closest" text null, "detail" text null, "request_id" uuid not null, "dismissed_at" timestamptz(3) null, primary key ("workspace_id", "subject", "severity"));`,
    );
    this.addSql(
      `alter table "scim_problem" add constraint "scim_problem_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(`create index "scim_problem_last" on "scim_problem" ("last_at");`);

    this.addSql(
      `create table "deleted_api_key_secret" ("lookup" text not null, "hash" text not null, "api_key_id" uuid not null, "workspace_id" uuid not null, "name" text not null, "deleted_at" timestamptz(3) not null, primary key ("lookup"));`,
    );
    this.addSql(
      `alter table "deleted_api_key_secret" add constraint "deleted_api_key_secret_workspace_id_foreign" foreign key ("workspace_id") references "workspace" ("id") on delete cascade;`,
    );
    this.addSql(`create index "deleted_api_key_secret_deleted" on "deleted_api_key_secret" ("deleted_at");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop table "deleted_api_key_secret";`);
    this.addSql(`drop table "scim_problem";`);
    this.addSql(`drop table "scim_connection";`);
    this.addSql(`drop table "scim_request_count";`);
    this.addSql(`drop table "scim_request";`);
  }
}
