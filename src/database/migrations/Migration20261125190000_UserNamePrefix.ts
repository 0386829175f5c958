import { Migration } from '@mikro-orm/migrations';

/** An index for members whose userName starts with a prefix. */
export class Migration20261125190000_UserNamePrefix extends Migration {
  override name = 'Migration20261125190000_UserNamePrefix';

  override up(): void | Promise<void> {
    this.addSql(
      `create index "member_user_name_prefix" on "member" ("workspace_id", (lower("user_name"::text)) collate "C");`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "member_user_name_prefix";`);
  }
}
