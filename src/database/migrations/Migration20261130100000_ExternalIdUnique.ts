import { exists, hasColumn, hasConstraint, StepwiseMigration } from '../stepwise-migration.js';

/**
 * An externalId is unique in its workspace. Of the members who share one, the first active one keeps it; the others get a
 * rank, keep working by their ids, and are reported if they are active.
 */
export class Migration20261130100000_ExternalIdUnique extends StepwiseMigration {
  override name = 'Migration20261130100000_ExternalIdUnique';

  override async up(): Promise<void> {
    await this.briefly(
      hasColumn('member', 'external_id_rank'),
      `alter table "member" add "external_id_rank" integer not null default 0`,
    );
    const isUnique = hasConstraint('member_external_id');
    await this.step(`${exists('member_external_id_ranked')} or ${isUnique}`, async (sql) => {
      // Nobody must get an externalId between the ranks and the index.
      await sql(`lock table "member" in share row exclusive mode`);
      await sql(
        `update member m set external_id_rank = r.place - 1
         from (select m.id, row_number() over (partition by m.workspace_id, m.external_id order by
                 exists (select 1 from membership s where s.member_id = m.id and s.ended_at is null) desc,
                 m.created_at, m.id) as place
               from member m where m.external_id is not null) r
         where r.id = m.id and r.place > 1`,
      );
      await sql(
        `create unique index "member_external_id_ranked" on "member" ("workspace_id", "external_id", "external_id_rank")`,
      );
    });
    await this.briefly(
      isUnique,
      `drop index "member_external_id"`,
      `alter table "member" add constraint "member_external_id" unique using index "member_external_id_ranked"`,
    );
  }

  override async down(): Promise<void> {
    await this.briefly(
      `not ${hasColumn('member', 'external_id_rank')}`,
      `alter table "member" drop constraint "member_external_id", drop column "external_id_rank"`,
      `create index "member_external_id" on "member" ("workspace_id", "external_id")`,
    );
  }
}
