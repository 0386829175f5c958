import { Migration } from '@mikro-orm/migrations';

/** An index for filters on the profile: two values that are equal apart from case contain each other, at any depth. */
export class Migration20261125120000_ProfileIndex extends Migration {
  override name = 'Migration20261125120000_ProfileIndex';

  override up(): void | Promise<void> {
    this.addSql(
      `create function profile_folded(profile jsonb) returns jsonb language sql immutable strict parallel safe return lower(profile::text)::jsonb;`,
    );
    this.addSql(
      `create index "member_profile_folded" on "member" using gin (profile_folded(profile) jsonb_path_ops);`,
    );
  }

  override down(): void | Promise<void> {
    this.addSql(`drop index "member_profile_folded";`);
    this.addSql(`drop function profile_folded(jsonb);`);
  }
}
