import { Migration } from '@mikro-orm/migrations';

/** Members and groups are ordered together by their externalIds, so the order must not depend on the locale of the database. */
export class Migration20261129170000_ExternalIdOrder extends Migration {
  override name = 'Migration20261129170000_ExternalIdOrder';

  override up(): void | Promise<void> {
    this.addSql(`alter table "member" alter column "external_id" type text collate "C";`);
    this.addSql(`alter table "member_group" alter column "external_id" type text collate "C";`);
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "member" alter column "external_id" type text collate "default";`);
    this.addSql(`alter table "member_group" alter column "external_id" type text collate "default";`);
  }
}
