import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Workspace } from './workspace.js';

/**
 * The number of members of a workspace. Triggers of `member` keep it, so that no query counts a million rows. Each
 * connection has its own row, so that concurrent additions do not wait for each other.
 */
@Entity({ tableName: 'member_tally' })
export class MemberTally {
  @ManyToOne(() => Workspace, {
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
    primary: true,
  })
  workspaceId!: string;

  @PrimaryKey({ type: 'integer' })
  part!: number;

  /** May be negative, if this connection deleted members that others added; only the sum of the rows matters. */
  @Property({ type: 'integer' })
  members!: number;

  /** The number of records ever deleted: while it is unchanged, no member has moved up in the list. */
  @Property({ type: 'integer' })
  deletions!: number;
}
