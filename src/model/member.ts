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
  description:
    'One person in one workspace. The record and its id outlive the removal of the person from the workspace.',
  // A page has a thousand such fields, and graphql's own property resolver takes half the time of type-graphql's.
  simpleResolvers: true,
})
@Entity({ tableName: 'member' })
@Unique({ name: 'member_user_name_unique', properties: ['workspaceId', 'canonicalUserName'] })
@Unique({ name: 'member_account_unique', properties: ['workspaceId', 'accountId'] })
@Unique({ name: 'member_external_id', properties: ['workspaceId', 'externalId', 'externalIdRank'] })
@Index({ name: 'member_of_workspace', properties: ['workspaceId', 'id'] })
@Index({
  name: 'member_look_alike',
  expression:
    'create index "member_look_alike" on "member" ("workspace_id", (look_alike(visible_user_name("canonical_user_name"))))',
})
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
@Trigger({
  name: 'member_search_text',
  timing: 'before',
  events: ['insert', 'update'],
  expression:
    'create trigger "member_search_text" before insert or update of profile, external_id on "member" for each row execute function fill_search_text()',
})
@Check({ name: 'member_managed_by_known', expression: oneOf('managed_by', ORIGINS) })
export class Member implements Node {
  @Field(() => ID, { description: 'The id of the member, which never changes. SCIM uses the same id.' })
  @PrimaryKey({ type: 'uuid' })
  id!: string;

  @ManyToOne(() => Workspace, { mapToPk: true, fieldName: 'workspace_id', deleteRule: 'cascade' })
  workspaceId!: string;

  @ManyToOne(() => Account, { mapToPk: true, fieldName: 'account_id' })
  accountId!: string;

  @Field(() => String, {
    description: 'The userName, normally the e-mail address, unique in the workspace regardless of case.',
  })
  @Property({ type: 'text' })
  userName!: string;

  /**
   * The `canonicalUserName` of the userName (rule 15a). Reads omit it. The collation is byte order, so that the unique
   * index also serves searches by prefix.
   */
  @Property({ type: 'text', collation: 'C' })
  canonicalUserName?: string;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's id of the person. Null when none was sent.",
  })
  @Property({ type: 'text', collation: 'C', nullable: true })
  externalId!: string | null;

  /**
   * 0 for the one member whose externalId it is; above 0 for a former member whose externalId another member has got since,
   * and for duplicates of before it was unique. Reads omit it.
   */
  @Property({ type: 'integer', default: 0 })
  externalIdRank?: number;

  /**
   * The other texts that the search of members compares, folded, a line each. A trigger keeps it. Reads omit it. The
   * collation is the one in which PostgreSQL finds a part of a text fastest.
   */
  @Property({ type: 'text', collation: 'C' })
  searchText?: string;

  /** GraphQL shows it as `profile { attributes … }`. */
  @Property({ fieldName: 'profile', columnType: 'jsonb', type: 'json' })
  attributes!: Profile;

  @Field(() => MemberProfile, { description: 'The profile of the person: name, addresses and so on.' })
  profile!: MemberProfile;

  @Field(() => Boolean, { description: 'Whether the person is in the workspace now.' })
  active!: boolean;

  @Field(() => RoleEnum, {
    nullable: true,
    description: 'The role of the member. Null while the member is not active.',
  })
  role!: Role | null;

  @Field(() => MemberAccess, {
    nullable: true,
    description: 'The access of the member. Null while the member is not active.',
  })
  access!: MemberAccess | null;

  @Field(() => ManagedByEnum, {
    nullable: true,
    description:
      'Who set the access for this member. Null when the access follows the grants of the groups or the default of the workspace.',
  })
  accessSetBy!: Origin | null;

  @Field(() => [Group], { description: 'All groups of the member, ordered by name.' })
  groups!: readonly Group[];

  @Field(() => ManagedByEnum, {
    description: 'Who manages the member: the identity provider, or the workspace itself.',
  })
  @Property({ type: 'text' })
  managedBy!: Origin;

  @Field(() => Int, {
    description: 'A number that grows with every change of the member. The SCIM ETag is the same number.',
  })
  @Property({ type: 'integer' })
  version!: number;

  @Field(() => GraphQLDateTime, { description: 'The time at which the record was created.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  createdAt!: Date;

  @Field(() => GraphQLDateTime, { description: 'The time at which the member last changed.' })
  @Property({ type: 'datetime', columnType: 'timestamptz(3)' })
  updatedAt!: Date;
}
