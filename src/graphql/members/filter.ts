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

@InputType({ description: 'Asks about the members of a group.' })
export class GroupMembersFilter {
  @Field(() => MemberFilter, { nullable: true, description: 'At least one member meets this.' })
  some?: MemberFilter | null;
}

@InputType({ description: 'Which groups are meant. Everything that is said must hold.' })
export class GroupFilter implements GroupFilterOf {
  @Field(() => [GroupFilter], { nullable: true, description: 'All of these hold.' })
  and?: GroupFilter[] | null;

  @Field(() => [GroupFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: GroupFilter[] | null;

  @Field(() => GroupFilter, { nullable: true, description: 'This does not hold.' })
  not?: GroupFilter | null;

  @Field(() => IdComparison, { nullable: true, description: 'By id.' })
  id?: IdComparison | null;

  @Field(() => StringComparison, { nullable: true, description: 'By display name, without case.' })
  displayName?: StringComparison | null;

  @Field(() => StringComparison, { nullable: true, description: "By the identity provider's id, exactly." })
  externalId?: StringComparison | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the group was made.' })
  createdAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the group last changed.' })
  updatedAt?: Comparison<Date> | null;

  @Field(() => GroupMembersFilter, { nullable: true, description: 'By who is in it.' })
  members?: GroupMembersFilter | null;
}

@InputType({ description: 'Asks about the groups of a member.' })
export class MemberGroupsFilter {
  @Field(() => GroupFilter, { nullable: true, description: 'At least one group meets this.' })
  some?: GroupFilter | null;

  @Field(() => Boolean, { nullable: true, description: 'Whether there is any.' })
  isPresent?: boolean | null;
}

@InputType({ description: 'Which members are meant. Everything that is said must hold.' })
export class MemberFilter implements MemberFilterOf {
  @Field(() => [MemberFilter], { nullable: true, description: 'All of these hold.' })
  and?: MemberFilter[] | null;

  @Field(() => [MemberFilter], { nullable: true, description: 'At least one of these holds.' })
  or?: MemberFilter[] | null;

  @Field(() => MemberFilter, { nullable: true, description: 'This does not hold.' })
  not?: MemberFilter | null;

  @Field(() => IdComparison, { nullable: true, description: 'By id.' })
  id?: IdComparison | null;

  @Field(() => StringComparison, { nullable: true, description: 'By userName, without case.' })
  userName?: StringComparison | null;

  @Field(() => StringComparison, { nullable: true, description: "By the identity provider's id, exactly." })
  externalId?: StringComparison | null;

  @Field(() => BooleanComparison, { nullable: true, description: 'By being active.' })
  active?: BooleanComparison | null;

  @Field(() => RoleComparison, { nullable: true, description: 'By role. Who is not active has none.' })
  role?: Comparison<Role> | null;

  @Field(() => SeatTypeComparison, { nullable: true, description: 'By seat type (V1).' })
  seatType?: Comparison<SeatType> | null;

  @Field(() => IntComparison, { nullable: true, description: 'By credit limit (V2).' })
  creditLimit?: Comparison<number> | null;

  @Field(() => IntComparison, {
    nullable: true,
    description: 'By what has been used of the credits of this month (V2). Who has used none has used 0.',
  })
  creditsUsed?: Comparison<number> | null;

  @Field(() => ManagedByComparison, {
    nullable: true,
    description: 'By who has set the access by name. Nobody has where it follows groups or default.',
  })
  accessSetBy?: Comparison<Origin> | null;

  @Field(() => ManagedByComparison, { nullable: true, description: 'By who last changed the member.' })
  managedBy?: Comparison<Origin> | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description: 'By when the open stay began. Who is not active has none.',
  })
  membershipStartedAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, {
    nullable: true,
    description: 'By when the last stay ended. Who is active, or never was, has not left.',
  })
  membershipEndedAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the record was made.' })
  createdAt?: Comparison<Date> | null;

  @Field(() => DateTimeComparison, { nullable: true, description: 'By when the member last changed.' })
  updatedAt?: Comparison<Date> | null;

  @Field(() => MemberGroupsFilter, { nullable: true, description: 'By the groups that the member is in.' })
  groups?: MemberGroupsFilter | null;

  @Field(() => String, {
    nullable: true,
    description: 'Free text, found in userName or display name, without case.',
  })
  search?: string | null;
}

addProfileFilters(MemberFilter, 'Profile', PROFILE_ATTRIBUTES);
