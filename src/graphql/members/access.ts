import { Extensions, Field, InputType } from 'type-graphql';
import { type AssignableRole, type SeatType, type V1AssignableRole } from '../../domain/access.js';
import { AssignableRoleEnum, SeatHolderRoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { PositiveInt } from '../../model/scalars.js';

@InputType({ description: 'A seat to give.' })
export class SeatAccessInput {
  @Field(() => SeatTypeEnum, { nullable: true, description: 'The type of seat; none if absent or null.' })
  seatType?: SeatType | null;

  @Field(() => SeatHolderRoleEnum, { defaultValue: 'MEMBER', description: 'The role beside the seat.' })
  role!: V1AssignableRole;
}

@InputType({ description: 'A role to give.' })
export class RoleAccessInput {
  @Field(() => AssignableRoleEnum, { description: 'The role.' })
  role!: AssignableRole;

  @Field(() => PositiveInt, {
    nullable: true,
    description:
      'A limit to set with it. If absent or null, a limit that the member has stays where the role allows it.',
  })
  creditLimit?: number | null;
}

@Extensions({ isOneOf: true })
@InputType({ description: 'What to allow a member: `seat` on V1, `role` on V2.' })
export class MemberAccessInput {
  @Field(() => SeatAccessInput, { nullable: true, description: 'V1: a seat, or none.' })
  seat?: SeatAccessInput | null;

  @Field(() => RoleAccessInput, {
    nullable: true,
    description: 'V2: a role, with a credit limit if there is to be one.',
  })
  role?: RoleAccessInput | null;
}
