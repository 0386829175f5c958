import { Entity, Index, ManyToOne, PrimaryKey, Property, Unique } from '@mikro-orm/decorators/legacy';
import { Account } from './account.js';
import { Workspace } from './workspace.js';

/** A person's credential: an opaque token, hashed at rest, expiring. */
@Entity({ tableName: 'session' })
@Index({ name: 'session_of_account', properties: ['accountId'] })
export class Session {
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Account, { mapToPk: true, fieldName: 'account_id', deleteRule: 'cascade' })
  accountId!: string;

  /** The part of the token that finds the row. */
  @Property({ type: 'text' })
  @Unique({ name: 'session_lookup_unique' })
  lookup!: string;

  /** SHA-256 of the whole token, in hex. */
  @Property({ type: 'text' })
  hash!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  expiresAt!: Date;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  endedAt!: Date | null;
}

/**
 * A session that a removal has ended for one workspace (rule 16). It goes on elsewhere, and stays ended here
 * when the person is added again.
 */
@Entity({ tableName: 'session_end' })
export class SessionEnd {
  @ManyToOne(() => Session, { primary: true, mapToPk: true, fieldName: 'session_id', deleteRule: 'cascade' })
  sessionId!: string;

  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;
}
