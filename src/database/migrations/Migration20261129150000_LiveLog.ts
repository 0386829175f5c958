import { Migration } from '@mikro-orm/migrations';

/** The provisioning log can be followed: entries have the time at which they were written, in the order of commits. */
export class Migration20261129150000_LiveLog extends Migration {
  override name = 'Migration20261129150000_LiveLog';

  override up(): void | Promise<void> {
    this.addSql(
      `alter table "scim_request" add column "logged_at" timestamptz not null default clock_timestamp();`,
    );
    this.addSql(`create index "scim_request_logged" on "scim_request" ("workspace_id", "logged_at", "id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "scim_request_logged";`);
    this.addSql(`alter table "scim_request" drop column "logged_at";`);
  }
}
