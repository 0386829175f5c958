import { exists, StepwiseMigration } from '../stepwise-migration.js';

/** Members and groups are ordered together by their externalIds, so the order must not depend on the locale of the database. */
export class Migration20261129170000_ExternalIdOrder extends StepwiseMigration {
  override name = 'Migration20261129170000_ExternalIdOrder';

  override async up(): Promise<void> {
    const isOrdered = `exists (select 1 from pg_attribute where attrelid = 'member'::regclass and attname = 'external_id' and attcollation = '"C"'::regcollation)`;
    // PostgreSQL keeps an index when a column gets the collation that the index has.
    await this.step(`${exists('member_external_id_in_order')} or ${isOrdered}`, async (sql) => {
      await sql(
        `create index "member_external_id_in_order" on "member" ("workspace_id", "external_id" collate "C");`,
      );
      await sql(
        `create index "member_group_external_id_in_order" on "member_group" ("workspace_id", "external_id" collate "C");`,
      );
    });
    await this.briefly(
      isOrdered,
      `drop index "member_external_id", "member_group_external_id";`,
      `alter table "member" alter column "external_id" type text collate "C";`,
      `alter table "member_group" alter column "external_id" type text collate "C";`,
      `alter index "member_external_id_in_order" rename to "member_external_id";`,
      `alter index "member_group_external_id_in_order" rename to "member_group_external_id";`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`alter table "member" alter column "external_id" type text collate "default";`);
    this.addSql(`alter table "member_group" alter column "external_id" type text collate "default";`);
  }
}
