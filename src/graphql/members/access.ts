import { Extensions, Field, InputType } from 'type-graphql';
import type { AssignableRole, SeatType, V1AssignableRole } from '../../domain/access.js';
import { AssignableRoleEnum, SeatHolderRoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { PositiveInt } from '../../model/scalars.js';
import type { AccessRequest } from '../../services/members/requested-access.js';

@InputType({ description: 'The access of a member of a V1 workspace.' })
export class SeatAccessInput {
  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'The type of the seat. Without one the member has no seat.',
  })
  seatType?: SeatType | null;

  @Field(() => SeatHolderRoleEnum, { defaultValue: 'MEMBER', description: 'The role of the member.' })
  role!: V1AssignableRole;
}

@InputType({ description: 'The access of a member of a V2 workspace.' })
export class RoleAccessInput {
  @Field(() => AssignableRoleEnum, { description: 'The role of the member.' })
  role!: AssignableRole;

  @Field(() => PositiveInt, {
    nullable: true,
    description:
      'The most credits that the member may use in a calendar month. Without one, a limit that the member has is ' +
      'kept where the role allows it.',
  })
  creditLimit?: number | null;
}

@Extensions({ isOneOf: true })
@InputType({
  description:
    'The access to give to a member: `seatAccess` in a V1 workspace, `roleAccess` in a V2 workspace. The fields have ' +
    'the names of the types in `MemberAccess`.',
})
export class MemberAccessInput {
  @Field(() => SeatAccessInput, { nullable: true, description: 'V1: a seat, or none.' })
  seatAccess?: SeatAccessInput | null;

  @Field(() => RoleAccessInput, {
    nullable: true,
    description: 'V2: a role, and a credit limit if there is one.',
  })
  roleAccess?: RoleAccessInput | null;
}

/** Converts an access to the services' form. */
export function requestedAccess({ seatAccess, roleAccess }: MemberAccessInput): AccessRequest {
  return { seat: seatAccess ?? null, role: roleAccess ?? null };
}

/** Converts the access of an input in which it is optional. */
export function withRequestedAccess<Input extends { readonly access?: MemberAccessInput | null }>(
  input: Input,
) {
  const { access, ...others } = input;
  return { ...others, access: access == null ? null : requestedAccess(access) };
}
