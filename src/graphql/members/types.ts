import { Field, Int, ObjectType } from 'type-graphql';
import type { Role, SeatType } from '../../domain/access.js';
import { RoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { Membership } from '../../model/membership.js';
import { GraphQLDate } from '../../model/scalars.js';
import { connectionOf } from '../lists/connection.js';
import { Ability } from '../refusals/types.js';

export const { Connection: MemberConnection, Edge: MemberEdge } = connectionOf(Member);
export const { Connection: MembershipConnection } = connectionOf(Membership);

@ObjectType({ description: 'What the caller may do to a member.' })
export class MemberAbilities {
  @Field(() => Ability, { description: 'Whether the caller may change userName, external id and profile.' })
  update!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may set the seat or the role.' })
  setAccess!: Ability;

  @Field(() => Ability, {
    description: 'Whether the caller may make the access follow groups or the default again.',
  })
  clearAccess!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may set or clear the credit limit.' })
  setCreditLimit!: Ability;

  @Field(() => Ability, {
    description:
      'Whether the caller may use credits for the member, as far as the role allows. `Member.usage.blockedBy` says ' +
      'whether the limit and the pool allow it too.',
  })
  consumeCredits!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may remove the member from the workspace.' })
  remove!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may delete the record of the member.' })
  delete!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may promote the member to owner.' })
  promote!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may demote the member from owner.' })
  demote!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may read the changes of the member.' })
  readHistory!: Ability;
  @Field(() => Ability, {
    description: "Whether the caller may see and end the person's sessions for the workspace.",
  })
  endSessions!: Ability;
}

@ObjectType({ description: 'The number of active members with one role.' })
export class RoleCount {
  @Field(() => RoleEnum, { description: 'The role of these members.' })
  role!: Role;

  @Field(() => Int, { description: 'The number of active members with it.' })
  count!: number;
}

@ObjectType({ description: 'The number of active members with one type of seat.' })
export class SeatTypeCount {
  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'The type of the seat. Null for the members without a seat.',
  })
  seatType!: SeatType | null;

  @Field(() => Int, { description: 'The number of active members with it.' })
  count!: number;
}

@ObjectType({ description: 'The numbers of members of a workspace.' })
export class MemberCounts {
  @Field(() => Int, { description: 'The number of active members.' })
  active!: number;

  @Field(() => Int, { description: 'The number of members who are not active.' })
  inactive!: number;

  @Field(() => [RoleCount], { description: 'The numbers of active members by role.' })
  byRole!: RoleCount[];

  @Field(() => [SeatTypeCount], {
    description: 'The numbers of active members by type of seat. The list is empty in V2 workspaces.',
  })
  bySeatType!: SeatTypeCount[];
}

@ObjectType({ description: 'The numbers of members on one day (UTC).' })
export class MemberDay {
  @Field(() => GraphQLDate, { description: 'The day of these numbers.' })
  date!: string;

  @Field(() => Int, { description: 'The number of members who were active at the end of the day.' })
  active!: number;

  @Field(() => Int, { description: 'The number of memberships that began on the day.' })
  joined!: number;

  @Field(() => Int, { description: 'The number of memberships that ended on the day.' })
  left!: number;
}
