import { exists, hasConstraint, StepwiseMigration } from '../stepwise-migration.js';

/** A browser keeps its cookie when it requests another sign-in link, so that the first link works too. */
export class Migration20261201020000_LinksOfABrowser extends StepwiseMigration {
  override name = 'Migration20261201020000_LinksOfABrowser';

  override async up(): Promise<void> {
    await this.step(exists('sign_in_link_browser'), async (sql) => {
      await sql(`create index "sign_in_link_browser" on "sign_in_link" ("browser_lookup")`);
    });
    await this.briefly(
      `not ${hasConstraint('sign_in_link_browser_lookup_unique')}`,
      `alter table "sign_in_link" drop constraint "sign_in_link_browser_lookup_unique"`,
    );
  }

  override async down(): Promise<void> {
    await this.step(hasConstraint('sign_in_link_browser_lookup_unique'), async (sql) => {
      await sql(
        `delete from sign_in_link l using sign_in_link newer
         where newer.browser_lookup = l.browser_lookup and newer.id > l.id`,
      );
      await sql(
        `alter table "sign_in_link" add constraint "sign_in_link_browser_lookup_unique" unique ("browser_lookup")`,
      );
    });
    await this.briefly(`not ${exists('sign_in_link_browser')}`, `drop index "sign_in_link_browser"`);
  }
}
