import { Check, Entity, Index, ManyToOne, PrimaryKey, Property, Trigger } from '@mikro-orm/decorators/legacy';
import { Field, ID, ObjectType } from 'type-graphql';
import {
  ORIGINS,
  type Origin,
  ROLES,
  type Role,
  SEAT_TYPES,
  type SeatType,
  type WorkspaceVersion,
} from '../domain/access.js';
import { Member } from './member.js';
import { Node } from './node.js';
import { GraphQLDateTime } from './scalars.js';
import { fitsWorkspaceVersion, oneOf } from './sql.js';
import { Workspace } from './workspace.js';

@ObjectType({
  implements: Node,
  description:
    'A period during which a person was in the workspace. A person who is added again has a new one.',
})
@Entity({ tableName: 'membership' })
@Index({
  name: 'membership_one_open',
  expression:
    'create unique index "membership_one_open" on "membership" ("member_id") where ended_at is null',
})
@Index({ name: 'membership_of_member', properties: ['memberId', 'id'] })
@Index({ name: 'membership_of_workspace', properties: ['workspaceId', 'role'] })
@Check({ name: 'membership_role_known', expression: oneOf('role', ROLES) })
@Check({
  name: 'membership_seat_type_known',
  expression: `seat_type is null or ${oneOf('seat_type', SEAT_TYPES)}`,
})
@Check({
  name: 'membership_access_fits_version',
  expression:
    "(workspace_version = 'V1' and role in ('OWNER', 'ADMIN', 'MEMBER') and credit_limit is null)" +
    " or (workspace_version = 'V2' and role <> 'MEMBER' and seat_type is null)",
})
@Check({ name: 'membership_credit_limit_positive', expression: 'credit_limit > 0' })
@Check({
  name: 'membership_credit_limit_role',
  expression: "credit_limit is null or role in ('ADMIN', 'EDITOR')",
})
@Check({
  name: 'membership_credit_limit_origin',
  expression: `(credit_limit is null) = (credit_limit_set_by is null) and (credit_limit_set_by is null or ${oneOf('credit_limit_set_by', ORIGINS)})`,
})
@Check({
  name: 'membership_access_origin',
  expression: `access_set_by is null or ${oneOf('access_set_by', ORIGINS)}`,
})
@Check({ name: 'membership_ends_after_start', expression: 'ended_at is null or ended_at >= started_at' })
// The migrations limit both triggers to updates of the columns that they read, which MikroORM can neither express nor
// compare.
@Trigger({
  name: 'membership_fits_workspace',
  timing: 'before',
  events: ['insert', 'update'],
  body: fitsWorkspaceVersion('membership'),
})
@Trigger({
  name: 'membership_of_own_member',
  timing: 'before',
  events: ['insert', 'update'],
  body:
    'if not exists (select 1 from member m where m.id = new.member_id and m.workspace_id = new.workspace_id) then ' +
    "raise exception 'the member is of another workspace' using errcode = 'check_violation', constraint = 'membership_of_own_member'; " +
    'end if; return new;',
})
export class Membership implements Node {
  @Field(() => ID, { description: 'The id of the membership, which never changes.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  /** Copied from the workspace, where it never changes, so that the CHECKs above can use it. */
  @Property({ type: 'text' })
  workspaceVersion!: WorkspaceVersion;

  @ManyToOne(() => Member, { mapToPk: true, fieldName: 'member_id', deleteRule: 'cascade' })
  memberId!: string;

  @Field(() => GraphQLDateTime, { description: 'The time at which the membership began.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  startedAt!: Date;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which the membership ended. Null while it is open.',
  })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)', nullable: true })
  endedAt!: Date | null;

  @Property({ type: 'text' })
  role!: Role;

  @Property({ type: 'text', nullable: true })
  seatType!: SeatType | null;

  @Property({ type: 'integer', nullable: true })
  creditLimit!: number | null;

  @Property({ type: 'text', nullable: true })
  creditLimitSetBy!: Origin | null;

  /** Who set the role or seat explicitly; null when it follows groups or the workspace's default (rule 30). */
  @Property({ type: 'text', nullable: true })
  accessSetBy!: Origin | null;
}
