import { Check, Entity, Index, ManyToOne, PrimaryKey, Property } from '@mikro-orm/decorators/legacy';
import { Workspace } from './workspace.js';

/**
 * A workspace's brake on removals by its identity provider (rules 63 to 65). A trigger of `audit_entry` counts removals
 * under the lock of this row, so that no command, key or process can bypass the brake.
 */
@Entity({ tableName: 'scim_brake' })
@Check({
  name: 'scim_brake_settings_in_range',
  expression:
    'most_members >= 1 and most_members <= 100000 and most_percent >= 1 and most_percent <= 100 and window_minutes >= 1 and window_minutes <= 1440',
})
export class ScimBrake {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @Property({ type: 'boolean', default: true })
  enabled!: boolean;

  /** The number of members that may be removed in the window, whatever their share. */
  @Property({ type: 'integer', default: 10 })
  mostMembers!: number;

  /** The percentage of active members that may be removed in the window, whatever their number. */
  @Property({ type: 'integer', default: 20 })
  mostPercent!: number;

  @Property({ type: 'integer', default: 10 })
  windowMinutes!: number;

  /** The number of removals so far, from which each removal gets its number. */
  @Property({ type: 'bigint', columnType: 'bigint', defaultRaw: '0' })
  removals!: string;

  /** The number of active members before the removals of the window. */
  @Property({ type: 'integer', nullable: true })
  base!: number | null;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  baseAt!: Date | null;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  engagedAt!: Date | null;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  releasedUntil!: Date | null;
}

/** A member that the identity provider removed; kept for a day. */
@Entity({ tableName: 'scim_removal' })
@Index({ name: 'scim_removal_at', properties: ['workspaceId', 'at'] })
export class ScimRemoval {
  @ManyToOne(() => Workspace, {
    primary: true,
    mapToPk: true,
    fieldName: 'workspace_id',
    deleteRule: 'cascade',
  })
  workspaceId!: string;

  @PrimaryKey({ type: 'bigint', columnType: 'bigint' })
  number!: string;

  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  at!: Date;

  @Property({ type: 'uuid' })
  memberId!: string;

  @Property({ type: 'uuid' })
  auditEntryId!: string;
}
