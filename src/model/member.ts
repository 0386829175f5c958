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
import { ORIGINS, type Origin, type Role } from '../domain/access.js';
import type { Profile } from '../domain/profile.js';
import { MemberAccess } from './access.js';
import { Account } from './account.js';
import { ManagedByEnum, RoleEnum } from './enums.js';
import { Group } from './group.js';
import { Node } from './node.js';
import { MemberProfile } from './profile.js';
import { GraphQLDateTime } from './scalars.js';
import { oneOf } from './sql.js';
import { Workspace } from './workspace.js';

@ObjectType({
  implements: Node,
  description: 'One person in one workspace: a stable record with a stable id, also after removal.',
  // A page has a thousand such fields: graphql's own way to read a property costs half of type-graphql's.
  simpleResolvers: true,
})
@Entity({ tableName: 'member' })
@Unique({ name: 'member_user_name_unique', properties: ['workspaceId', 'canonicalUserName'] })
@Unique({ name: 'member_account_unique', properties: ['workspaceId', 'accountId'] })
@Index({ name: 'member_of_workspace', properties: ['workspaceId', 'id'] })
@Index({ name: 'member_external_id', properties: ['workspaceId', 'externalId'] })
@Index({
  name: 'member_profile_folded',
  expression:
    'create index "member_profile_folded" on "member" using gin (profile_folded(profile) jsonb_path_ops)',
})
@Trigger({
  name: 'member_tally_in',
  timing: 'after',
  events: ['insert'],
  forEach: 'statement',
  expression:
    'create trigger "member_tally_in" after insert on "member" referencing new table as changed for each statement execute function tally_members()',
})
@Trigger({
  name: 'member_tally_out',
  timing: 'after',
  events: ['delete'],
  forEach: 'statement',
  expression:
    'create trigger "member_tally_out" after delete on "member" referencing old table as changed for each statement execute function tally_members()',
})
@Check({ name: 'member_managed_by_known', expression: oneOf('managed_by', ORIGINS) })
export class Member implements Node {
  @Field(() => ID, { description: 'Opaque and stable; it is the SCIM id too.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @ManyToOne(() => Account, { mapToPk: true, fieldName: 'account_id' })
  accountId!: string;

  @Field(() => String, { description: 'Unique in the workspace without case; the spelling is kept.' })
  @Property({ type: 'text' })
  userName!: string;

  /**
   * `canonicalUserName` of it (rule 15a). Rows that are read leave it out. In byte order, so that the unique index finds
   * the userNames that begin with something.
   */
  @Property({ type: 'text', collation: 'C' })
  canonicalUserName?: string;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's own id of the person. Null when it has sent none.",
  })
  @Property({ type: 'text', nullable: true })
  externalId!: string | null;

  /** GraphQL shows it as `profile { attributes … }`. */
  @Property({ fieldName: 'profile', columnType: 'jsonb', type: 'json' })
  attributes!: Profile;

  @Field(() => MemberProfile, { description: 'What has been said about the person.' })
  profile!: MemberProfile;

  @Field(() => Boolean, { description: 'Whether the member has an open membership.' })
  active!: boolean;

  @Field(() => RoleEnum, { nullable: true, description: 'What the member is. Null when not active.' })
  role!: Role | null;

  @Field(() => MemberAccess, { nullable: true, description: 'What the member may do. Null when not active.' })
  access!: MemberAccess | null;

  @Field(() => ManagedByEnum, {
    nullable: true,
    description:
      'Who has set the access by name. Null when it follows the grants of the groups, or the default of the workspace.',
  })
  accessSetBy!: Origin | null;

  @Field(() => [Group], { description: 'The groups that the member is in: all of them, by name.' })
  groups!: readonly Group[];

  @Field(() => ManagedByEnum, { description: 'Who last changed the member.' })
  @Property({ type: 'text' })
  managedBy!: Origin;

  @Field(() => Int, { description: 'Grows with every visible change; the SCIM ETag is the same number.' })
  @Property({ type: 'integer' })
  version!: number;

  @Field(() => GraphQLDateTime, { description: 'When the record was made.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'When the member last changed.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  updatedAt!: Date;
}
