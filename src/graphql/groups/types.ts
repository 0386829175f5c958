import { Field, ID, ObjectType } from 'type-graphql';
import type { AssignableRole, SeatType } from '../../domain/access.js';
import { AssignableRoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { Group } from '../../model/group.js';
import type { MemberRow } from '../../services/rows/members.js';
import { connectionOf } from '../lists/connection.js';
import { MemberPreview } from '../members/preview.js';
import { Ability } from '../refusals/types.js';

export const { Connection: GroupConnection, Edge: GroupEdge } = connectionOf(Group);

@ObjectType({ description: 'What the caller may do to a group.' })
export class GroupAbilities {
  @Field(() => Ability, { description: 'Whether the caller may change name, external id and members.' })
  update!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may set or clear the grant.' })
  setGrant!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may delete the group.' })
  delete!: Ability;
}

@ObjectType({ description: 'The access that a group grants to its members: a role or a type of seat.' })
export class GroupGrant {
  @Field(() => AssignableRoleEnum, {
    nullable: true,
    description: 'V2: the role that is granted. Null in V1 workspaces.',
  })
  role!: AssignableRole | null;

  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'V1: the type of seat that is granted. Null in V2 workspaces.',
  })
  seatType!: SeatType | null;
}

@ObjectType({
  description: 'A member of a group, with only the fields that a list of thousands needs.',
  simpleResolvers: true,
})
export class GroupMemberReference {
  @Field(() => ID, { description: 'The id of the member.' })
  memberId!: string;

  @Field(() => String, { description: 'The display name, or the userName of a member without one.' })
  name!: string;
}

/** The common payload of all commands about the members of one group. */
@ObjectType()
abstract class GroupPayload {
  @Field(() => Group, { description: 'The group as it is now.' })
  group!: Group;

  @Field(() => Boolean, { description: 'Whether the request made a difference.' })
  changed!: boolean;

  workspaceId!: string;

  changedMemberIds!: readonly string[];
}

@ObjectType({ description: 'The group that was created.' })
export class GroupCreatePayload extends GroupPayload {}

@ObjectType({ description: 'The group that was changed.' })
export class GroupUpdatePayload extends GroupPayload {}

/** The payload of a change of the grant. */
@ObjectType()
abstract class GroupGrantPayload extends GroupPayload {
  @Field(() => [MemberPreview], {
    nullable: true,
    description:
      'In a dry run: the members whose access would change, with the access that they would have. Null otherwise.',
  })
  preview!: MemberRow[] | null;
}

@ObjectType({ description: 'The group whose grant was set.' })
export class GroupSetGrantPayload extends GroupGrantPayload {}

@ObjectType({ description: 'The group whose grant was cleared.' })
export class GroupClearGrantPayload extends GroupGrantPayload {}

@ObjectType({ description: 'The group that was deleted.' })
export class GroupDeletePayload {
  @Field(() => ID, { description: 'The id of the deleted group, for clients that remove it from a cache.' })
  groupId!: string;

  workspaceId!: string;

  changedMemberIds!: readonly string[];
}
