import { exists, StepwiseMigration } from '../stepwise-migration.js';

/**
 * `text_folded` compares text of profiles without case, whatever the locale of the database: it is `foldedText` of
 * `domain/canonical.ts`. `lower` alone depends on the locale.
 */
export class Migration20261129160000_TextFolded extends StepwiseMigration {
  override name = 'Migration20261129160000_TextFolded';

  override async up(): Promise<void> {
    // Until the index is back, filters on profiles read all members.
    await this.briefly(
      "to_regproc('text_folded') is not null",
      `drop index "member_profile_folded";`,
      `create function text_folded(value text) returns text language sql immutable strict parallel safe return lower(normalize(value, NFC) collate "pg_c_utf8");`,
      `create or replace function profile_folded(profile jsonb) returns jsonb language sql immutable strict parallel safe return text_folded(profile::text)::jsonb;`,
    );
    await this.step(exists('member_profile_folded'), async (sql) => {
      await sql(
        `create index "member_profile_folded" on "member" using gin (profile_folded(profile) jsonb_path_ops);`,
      );
    });
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "member_profile_folded";`);
    this.addSql(
      `create or replace function profile_folded(profile jsonb) returns jsonb language sql immutable strict parallel safe return lower(profile::text)::jsonb;`,
    );
    this.addSql(`drop function text_folded(text);`);
    this.addSql(
      `create index "member_profile_folded" on "member" using gin (profile_folded(profile) jsonb_path_ops);`,
    );
  }
}
