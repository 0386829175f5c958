import { Field, InputType } from 'type-graphql';
import { type Origin, type Role, type SeatType } from '../../domain/access.js';
import { PROFILE_ATTRIBUTES } from '../../domain/profile-attributes.js';
import type {
  GroupFilter as GroupFilterOf,
  MemberFilter as MemberFilterOf,
} from '../../services/filters/filter.js';
import { type Comparison } from '../../services/lists/comparison.js';
import {
  BooleanComparison,
  DateTimeComparison,
  IdComparison,
  IntComparison,
  ManagedByComparison,
  RoleComparison,
  SeatTypeComparison,
  StringComparison,
} from '../lists/comparisons.js';
import { addProfileFilters } from './profile-filter.js';

@InputType({ description: 'Conditions on the members of a group.' })
export class GroupMembersFilter {
  @Field(() => MemberFilter, { nullable: true, description: 'At least one member matches this filter.' })
  some?: MemberFilter | null;
}

@InputType({ description: 'Conditions on groups, all of which must hold.' })
export class GroupFilter implements GroupFilterOf {
  @Field(() => [GroupFilter], { nullable: true, description: 'All of these filters match.' })
  and?: GroupFilter[] | null;

  @Field(() => [GroupFilter], { nullable: true, description: 'At least one of these filters matches.' })
  or?: GroupFilter[] | null;

  @Field(() => GroupFilter, { nullable: true, description: 'This filter does not match.' })
  not?: GroupFilter | null;

  @Field(() => IdComparison, { nullable: true, description: 'Conditions on the id.' })
  id?: IdComparison | null;

  @Field(() => StringComparison, {
    nullable: true,
    description: 'Conditions on the display name, regardless of case.',
  })
  displayName?: StringComparison | null;

  @Field(() => StringComparison, {
    nullable: true,
    description: "Conditions on the identity provider's id, with regard to case.",
  })
  externalId?: StringComparison | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description: 'Conditions on the time at which the group was created.',
  })
  createdAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description: 'Conditions on the time at which the group last changed.',
  })
  updatedAt?: Comparison<Date> | null;

  @Field(() => GroupMembersFilter, { nullable: true, description: 'Conditions on the members of the group.' })
  members?: GroupMembersFilter | null;
}

@InputType({ description: 'Conditions on the groups of a member.' })
export class MemberGroupsFilter {
  @Field(() => GroupFilter, { nullable: true, description: 'At least one group matches this filter.' })
  some?: GroupFilter | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether the member is in a group at all.' })
  isPresent?: boolean | null;
}

@InputType({ description: 'Conditions on members, all of which must hold.' })
export class MemberFilter implements MemberFilterOf {
  @Field(() => [MemberFilter], { nullable: true, description: 'All of these filters match.' })
  and?: MemberFilter[] | null;

  @Field(() => [MemberFilter], { nullable: true, description: 'At least one of these filters matches.' })
  or?: MemberFilter[] | null;

  @Field(() => MemberFilter, { nullable: true, description: 'This filter does not match.' })
  not?: MemberFilter | null;

  @Field(() => IdComparison, { nullable: true, description: 'Conditions on the id.' })
  id?: IdComparison | null;

  @Field(() => StringComparison, {
    nullable: true,
    description: 'Conditions on the userName, regardless of case.',
  })
  userName?: StringComparison | null;

  @Field(() => StringComparison, {
    nullable: true,
    description: "Conditions on the identity provider's id, with regard to case.",
  })
  externalId?: StringComparison | null;

  @Field(() => BooleanComparison, {
    nullable: true,
    description: 'Conditions on whether the member is active.',
  })
  active?: BooleanComparison | null;

  @Field(() => RoleComparison, {
    nullable: true,
    description: 'Conditions on the role, which inactive members do not have.',
  })
  role?: Comparison<Role> | null;

  @Field(() => SeatTypeComparison, { nullable: true, description: 'V1: conditions on the type of the seat.' })
  seatType?: Comparison<SeatType> | null;

  @Field(() => IntComparison, {
    nullable: true,
    description: 'V2: conditions on the credit limit of the member itself.',
  })
  creditLimit?: Comparison<number> | null;

  @Field(() => IntComparison, {
    nullable: true,
    description: 'V2: conditions on the number of credits that the member has used in this month.',
  })
  creditsUsed?: Comparison<number> | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'V2: whether the member has used as many credits in this month as its limit allows.',
  })
  creditLimitReached?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether provisioning has a problem with the member that nobody has dismissed.',
  })
  hasProblem?: boolean | null;

  @Field(() => ManagedByComparison, {
    nullable: true,
    description:
      'Conditions on who set the access. It has no value when the access follows groups or the default.',
  })
  accessSetBy?: Comparison<Origin> | null;

  @Field(() => ManagedByComparison, {
    nullable: true,
    description: 'Conditions on the side that manages the member.',
  })
  managedBy?: Comparison<Origin> | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description:
      'Conditions on the time at which the open membership began, which inactive members do not have.',
  })
  membershipStartedAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description:
      'Conditions on the time at which the last membership ended, which only members who have left have.',
  })
  membershipEndedAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description: 'Conditions on the time at which the record was created.',
  })
  createdAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description: 'Conditions on the time at which the member last changed.',
  })
  updatedAt?: Comparison<Date> | null;

  @Field(() => MemberGroupsFilter, { nullable: true, description: 'Conditions on the groups of the member.' })
  groups?: MemberGroupsFilter | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The userName, the display name, another name, an e-mail address or the external id contains this text, regardless of case.',
  })
  search?: string | null;
}

addProfileFilters(MemberFilter, 'Profile', PROFILE_ATTRIBUTES);
