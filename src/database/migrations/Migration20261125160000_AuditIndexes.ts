import { Migration } from '@mikro-orm/migrations';

/** Indexes for audit entries by action, actor and request, and a lasting order for exports. */
export class Migration20261125160000_AuditIndexes extends Migration {
  override name = 'Migration20261125160000_AuditIndexes';

  override up(): void | Promise<void> {
    // A constant for existing entries, which are exported first, in the order of ids; the clock for new entries.
    this.addSql(`alter table "audit_entry" add column "logged_at" timestamptz not null default 'epoch';`);
    this.addSql(`alter table "audit_entry" alter column "logged_at" set default clock_timestamp();`);
    this.addSql(`create index "audit_entry_logged" on "audit_entry" ("workspace_id", "logged_at", "id");`);
    this.addSql(`create index "audit_entry_of_action" on "audit_entry" ("workspace_id", "action", "id");`);
    this.addSql(
      `create index "audit_entry_of_actor" on "audit_entry" ("workspace_id", "actor_id", "id") where actor_id is not null;`,
    );
    this.addSql(`create index "audit_entry_of_request" on "audit_entry" ("request_id");`);
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "audit_entry_of_request";`);
    this.addSql(`drop index "audit_entry_of_actor";`);
    this.addSql(`drop index "audit_entry_of_action";`);
    this.addSql(`alter table "audit_entry" drop column "logged_at";`);
  }
}
