import {
  Check,
  Entity,
  Index,
  ManyToOne,
  PrimaryKey,
  Property,
  Trigger,
  Unique,
} from '@mikro-orm/decorators/legacy';
import { Field, ID, Int, ObjectType } from 'type-graphql';
import {
  ASSIGNABLE_ROLES,
  type AssignableRole,
  SEAT_TYPES,
  type SeatType,
  type WorkspaceVersion,
} from '../domain/access.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { fitsWorkspaceVersion, oneOf } from './sql.js';
import { Workspace } from './workspace.js';

/** The table has another name because `group` is an SQL keyword. */
@ObjectType({
  implements: Node,
  description: 'A named set of members of a workspace, which may grant them access.',
  simpleResolvers: true,
})
@Entity({ tableName: 'member_group' })
@Unique({ name: 'member_group_display_name_unique', properties: ['workspaceId', 'canonicalDisplayName'] })
@Index({ name: 'member_group_of_workspace', properties: ['workspaceId', 'id'] })
@Index({ name: 'member_group_external_id', properties: ['workspaceId', 'externalId'] })
@Check({
  name: 'member_group_granted_role_assignable',
  expression: `granted_role is null or ${oneOf('granted_role', ASSIGNABLE_ROLES)}`,
})
@Check({
  name: 'member_group_granted_seat_type_known',
  expression: `granted_seat_type is null or ${oneOf('granted_seat_type', SEAT_TYPES)}`,
})
@Check({
  name: 'member_group_grant_fits_version',
  expression:
    "(workspace_version = 'V1' and granted_role is null) or (workspace_version = 'V2' and granted_seat_type is null)",
})
@Trigger({
  name: 'member_group_fits_workspace',
  timing: 'before',
  events: ['insert', 'update'],
  body: fitsWorkspaceVersion('member_group'),
})
export class Group implements Node {
  @Field(() => ID, { description: 'The id of the group, which never changes. SCIM uses the same id.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  /** Copied from the workspace, where it never changes, so that the CHECKs above can use it. */
  @Property({ type: 'text' })
  workspaceVersion!: WorkspaceVersion;

  @Field(() => String, { description: 'The name of the group, unique in the workspace regardless of case.' })
  @Property({ type: 'text' })
  displayName!: string;

  /** The `canonicalName` of the name (rule 15a). Reads omit it. */
  @Property({ type: 'text', collation: 'C' })
  canonicalDisplayName?: string;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's id of the group. Null when none was sent.",
  })
  @Property({ type: 'text', collation: 'C', nullable: true })
  externalId!: string | null;

  @Property({ type: 'text', nullable: true })
  grantedRole!: AssignableRole | null;

  @Property({ type: 'text', nullable: true })
  grantedSeatType!: SeatType | null;

  @Field(() => Int, {
    description: 'A number that grows with every change of the group. The SCIM ETag is the same number.',
  })
  @Property({ type: 'integer' })
  version!: number;

  @Field(() => GraphQLDateTime, { description: 'The time at which the group was created.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'The time at which the group last changed.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  updatedAt!: Date;
}
