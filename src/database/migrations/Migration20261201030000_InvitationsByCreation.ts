import { exists, StepwiseMigration } from '../stepwise-migration.js';

/** The newest pending invitations are found without reading all invitations of a workspace. */
export class Migration20261201030000_InvitationsByCreation extends StepwiseMigration {
  override name = 'Migration20261201030000_InvitationsByCreation';

  override async up(): Promise<void> {
    await this.step(exists('invitation_by_creation'), async (sql) => {
      await sql(`create index "invitation_by_creation" on "invitation" ("workspace_id", "created_at", "id")`);
    });
    await this.briefly(`not ${exists('invitation_of_workspace')}`, `drop index "invitation_of_workspace"`);
  }

  override async down(): Promise<void> {
    await this.step(exists('invitation_of_workspace'), async (sql) => {
      await sql(`create index "invitation_of_workspace" on "invitation" ("workspace_id", "id")`);
    });
    await this.briefly(`not ${exists('invitation_by_creation')}`, `drop index "invitation_by_creation"`);
  }
}
