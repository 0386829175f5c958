import { Extensions, Field, ID, InputType, Int } from 'type-graphql';
import type { AssignableRole, SeatType } from '../../domain/access.js';
import { AssignableRoleEnum, SeatTypeEnum } from '../../model/enums.js';

const MEMBER_IDS = 'They are ids of members of the workspace, who need not be active.';

@InputType({ description: 'The group to create.' })
export class GroupCreateInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'The name of the group, unique in the workspace regardless of case.' })
  displayName!: string;

  @Field(() => String, { nullable: true, description: "The identity provider's id of the group." })
  externalId?: string | null;

  @Field(() => [ID], { nullable: true, description: `The first members of the group. ${MEMBER_IDS}` })
  memberIds?: string[] | null;
}

/** The common fields of all inputs about one group. */
@InputType()
abstract class GroupTargetInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the group.' })
  groupId!: string;

  @Field(() => Int, {
    nullable: true,
    description:
      'The version that the group must have. If it has another, the request is refused with `STALE_VERSION`.',
  })
  expectedVersion?: number | null;
}

@InputType({ description: 'The changes of a group. Fields that are not sent keep their values.' })
export class GroupUpdateInput extends GroupTargetInput {
  @Field(() => String, { nullable: true, description: 'The new name of the group.' })
  displayName?: string | null;

  @Field(() => String, { nullable: true, description: 'The new external id. Null clears it.' })
  externalId?: string | null;

  @Field(() => [ID], {
    nullable: true,
    description: `All members that the group is to have. All others leave it. ${MEMBER_IDS}`,
  })
  memberIds?: string[] | null;

  @Field(() => [ID], { nullable: true, description: `The members who join the group. ${MEMBER_IDS}` })
  addMemberIds?: string[] | null;

  @Field(() => [ID], {
    nullable: true,
    description:
      'The members who leave the group, even when another field names them. Ids of others are ignored.',
  })
  removeMemberIds?: string[] | null;
}

@Extensions({ isOneOf: true })
@InputType({ description: 'The access to grant: `role` in a V2 workspace, `seatType` in a V1 workspace.' })
export class GroupGrantInput {
  @Field(() => AssignableRoleEnum, { nullable: true, description: 'V2: the role to grant.' })
  role?: AssignableRole | null;

  @Field(() => SeatTypeEnum, { nullable: true, description: 'V1: the type of seat to grant.' })
  seatType?: SeatType | null;
}

const DRY_RUN = {
  defaultValue: false,
  description: 'Whether to write nothing and to answer with a preview of the effect.',
};

@InputType({ description: 'The grant to set on a group.' })
export class GroupSetGrantInput extends GroupTargetInput {
  @Field(() => GroupGrantInput, { description: 'The access to grant.' })
  grant!: GroupGrantInput;

  @Field(() => Boolean, DRY_RUN)
  dryRun!: boolean;
}

@InputType({ description: 'The group whose grant to clear.' })
export class GroupClearGrantInput extends GroupTargetInput {
  @Field(() => Boolean, DRY_RUN)
  dryRun!: boolean;
}

@InputType({ description: 'The group to delete.' })
export class GroupDeleteInput extends GroupTargetInput {}
