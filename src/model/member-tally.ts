import { Entity, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Workspace } from './workspace.js';

/**
 * How many members a workspace has, counted as they come and go by the triggers of `member`: nobody has to look at a
 * million rows to know it. In parts, one for a connection: two who add somebody at the same moment need not wait for
 * each other.
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

  /** Negative where others have added whom this connection deleted; the parts' sum is what counts. */
  @Property({ type: 'integer' })
  members!: number;

  /** The number of records ever deleted: while it is unchanged, no member's position has moved up. */
  @Property({ type: 'integer' })
  deletions!: number;
}
