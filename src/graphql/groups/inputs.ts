import { Extensions, Field, ID, InputType, Int } from 'type-graphql';
import { type AssignableRole, type SeatType } from '../../domain/access.js';
import { AssignableRoleEnum, SeatTypeEnum } from '../../model/enums.js';

const MEMBER_IDS = 'Ids of members of the workspace. Who is not active may be among them.';

@InputType({ description: 'A group to make.' })
export class GroupCreateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'Unique in the workspace without case.' })
  displayName!: string;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's id of the group. Absent: none.",
  })
  externalId?: string | null;

  @Field(() => [ID], { nullable: true, description: MEMBER_IDS })
  memberIds?: string[] | null;
}

/** What every input about one group starts with. */
@InputType()
abstract class GroupTargetInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The group.' })
  groupId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'Refuse (`STALE_VERSION`) when the group has another version by now. Absent: whatever it is.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'What to change about a group. What is absent or null stays as it is.' })
export class GroupUpdateInput extends GroupTargetInput {
  @Field(() => String, { nullable: true, description: 'Another display name.' })
  displayName?: string | null;

  @Field(() => String, {
    nullable: true,
    description: "The identity provider's id of the group. Null clears it.",
  })
  externalId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: `Everybody who is to be in the group; others leave it. ${MEMBER_IDS}`,
  })
  memberIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: `Who is to be in it as well. ${MEMBER_IDS}` })
  addMemberIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description: 'Who is not to be in it, even if listed elsewhere. Ids of who is not in it do nothing.',
  })
  removeMemberIds?: string[] | null;
}

@Extensions({ isOneOf: true })
@InputType({ description: 'What a group is to give: `role` on V2, `seatType` on V1.' })
export class GroupGrantInput {
  @Field(() => AssignableRoleEnum, { nullable: true, description: 'V2: the role.' })
  role?: AssignableRole | null;

  @Field(() => SeatTypeEnum, { nullable: true, description: 'V1: the type of seat.' })
  seatType?: SeatType | null;
}

@InputType({ description: 'What a group is to grant.' })
export class GroupSetGrantInput extends GroupTargetInput {
  @Field(() => GroupGrantInput, { description: 'The grant.' })
  grant!: GroupGrantInput;
}

@InputType({ description: 'A group that is to grant nothing.' })
export class GroupClearGrantInput extends GroupTargetInput {}

@InputType({ description: 'A group to delete.' })
export class GroupDeleteInput extends GroupTargetInput {}
