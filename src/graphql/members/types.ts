import { Field, Int, ObjectType } from 'type-graphql';
import { type Role, type SeatType } from '../../domain/access.js';
import { RoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { Membership } from '../../model/membership.js';
import { connectionOf } from '../lists/connection.js';
import { Ability } from '../refusals/types.js';

@ObjectType({ description: 'What the caller may do to a member.' })
export class MemberAbilities {
  @Field(() => Ability, { description: 'Change userName, external id and profile.' }) update!: Ability;
  @Field(() => Ability, { description: 'Change seat or role.' }) setAccess!: Ability;
  @Field(() => Ability, { description: 'Let the access follow groups and default again.' })
  clearAccess!: Ability;
  @Field(() => Ability, { description: 'Set or clear the credit limit.' }) setCreditLimit!: Ability;
  @Field(() => Ability, {
    description:
      'Use credits for the member, as far as its role goes. `Member.usage.blockedBy` tells of limit and pool.',
  })
  consumeCredits!: Ability;
  @Field(() => Ability, { description: 'End the stay.' }) remove!: Ability;
  @Field(() => Ability, { description: 'Delete the record.' }) delete!: Ability;
  @Field(() => Ability, { description: 'Make an owner.' }) promote!: Ability;
  @Field(() => Ability, { description: 'Make somebody else of an owner.' }) demote!: Ability;
  @Field(() => Ability, { description: 'Read what has been changed about the member.' })
  readHistory!: Ability;
  @Field(() => Ability, { description: "See and end the person's sessions for the workspace." })
  endSessions!: Ability;
}

@ObjectType({ description: 'Active members with one role.' })
export class RoleCount {
  @Field(() => RoleEnum, { description: 'The role.' })
  role!: Role;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'Active members with one type of seat.' })
export class SeatTypeCount {
  @Field(() => SeatTypeEnum, { nullable: true, description: 'The type. Null: members without a seat.' })
  seatType!: SeatType | null;

  @Field(() => Int, { description: 'How many.' })
  count!: number;
}

@ObjectType({ description: 'How many members there are.' })
export class MemberCounts {
  @Field(() => Int, { description: 'Active ones, altogether.' })
  active!: number;

  @Field(() => Int, { description: 'Members who are not active: their stay has ended, or never began.' })
  inactive!: number;

  @Field(() => [RoleCount], { description: 'Active ones by role.' })
  byRole!: RoleCount[];

  @Field(() => [SeatTypeCount], { description: 'Active ones by seat type; empty on V2.' })
  bySeatType!: SeatTypeCount[];
}

export const MemberConnection = connectionOf(Member);

export const MembershipConnection = connectionOf(Membership);
