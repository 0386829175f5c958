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

/** `group` is a word of SQL's own, so the table has another name. */
@ObjectType({
  implements: Node,
  description: 'Members of a workspace under one name, which may give them access.',
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
  @Field(() => ID, { description: 'Opaque and stable; it is the SCIM id too.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  /** Repeated from the workspace, where it never changes, so that the checks above can see it. */
  @Property({ type: 'text' })
  workspaceVersion!: WorkspaceVersion;

  @Field(() => String, { description: 'Unique in the workspace without case; the spelling is kept.' })
  @Property({ type: 'text' })
  displayName!: string;

  /** `canonicalName` of it (rule 15a). Rows that are read leave it out. */
  @Property({ type: 'text', collation: 'C' })
  canonicalDisplayName?: string;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's own id of the group. Null when it has sent none.",
  })
  @Property({ type: 'text', nullable: true })
  externalId!: string | null;

  @Property({ type: 'text', nullable: true })
  grantedRole!: AssignableRole | null;

  @Property({ type: 'text', nullable: true })
  grantedSeatType!: SeatType | null;

  @Field(() => Int, {
    description: 'Grows with every change of the group; the SCIM ETag is the same number.',
  })
  @Property({ type: 'integer' })
  version!: number;

  @Field(() => GraphQLDateTime, { description: 'When the group was made.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the group last changed.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  updatedAt!: Date;
}
