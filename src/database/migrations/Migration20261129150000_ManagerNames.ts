import { Migration } from '@mikro-orm/migrations';

/**
 * RFC 7643 §4.3: `manager.displayName` is read-only, so what clients have sent for it is removed, with objects that
 * have nothing else. Members who showed it get another version.
 */
export class Migration20261129150000_ManagerNames extends Migration {
  override name = 'Migration20261129150000_ManagerNames';

  override up(): void | Promise<void> {
    this.addSql(`
      with stripped as (
        select id, profile #- '{enterprise,manager,displayName}' as profile from member
        where profile #> '{enterprise,manager,displayName}' is not null),
      unmanaged as (
        select id, case when profile #> '{enterprise,manager}' = '{}' then profile #- '{enterprise,manager}'
          else profile end as profile from stripped)
      update member m set version = m.version + 1, updated_at = greatest(clock_timestamp(), m.updated_at),
        profile = case when u.profile->'enterprise' = '{}' then u.profile - 'enterprise' else u.profile end
      from unmanaged u where u.id = m.id;`);
  }

  override down(): void | Promise<void> {}
}
