import { Migration } from '@mikro-orm/migrations';

/** The provisioning log writes one index less, and finds the problems that a success ends by an index. */
export class Migration20261129200000_LogIndexes extends Migration {
  override name = 'Migration20261129200000_LogIndexes';

  override up(): void | Promise<void> {
    // The tables are new in this release, so no rows are read.
    this.addSql(`drop index "scim_request_of_workspace";`);
    this.addSql(`alter table "scim_request" drop constraint "scim_request_pkey";`);
    this.addSql(
      `alter table "scim_request" add constraint "scim_request_pkey" primary key ("workspace_id", "id", "at");`,
    );
    this.addSql(
      `create index "scim_problem_ended_by" on "scim_problem" ("workspace_id", (case when severity = 'NOTICE' then left(subject, -1 - length(attribute)) when starts_with(subject, 'key:') then 'key:' || split_part(subject, ':', 2) else subject end));`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "scim_problem_ended_by";`);
    this.addSql(`alter table "scim_request" drop constraint "scim_request_pkey";`);
    this.addSql(`alter table "scim_request" add constraint "scim_request_pkey" primary key ("id", "at");`);
    this.addSql(`create index "scim_request_of_workspace" on "scim_request" ("workspace_id", "id");`);
  }
}
