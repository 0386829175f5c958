import { Entity, ManyToOne, Property } from '@mikro-orm/decorators/legacy';
import { Account } from './account.js';
import { Workspace } from './workspace.js';

/**
 * When a person last stopped being a member of a workspace: by deactivation, by deletion, or because the member got
 * another address. The row outlives the member, so that no earlier invitation lets the person in again (rule 16a).
 */
@Entity({ tableName: 'removal' })
export class Removal {
  @ManyToOne(() => Account, { primary: true, mapToPk: true, fieldName: 'account_id', deleteRule: 'cascade' })
  accountId!: string;

  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  removedAt!: Date;
}
