// type-graphql needs this for decorator metadata, and this file may be the first one that the schema loads.
import 'reflect-metadata';
import { createUnionType, Field, ObjectType } from 'type-graphql';
import type { Role, SeatType } from '../domain/access.js';
import { RoleEnum, SeatTypeEnum } from './enums.js';
import { PositiveInt } from './scalars.js';

@ObjectType({
  description: 'The access of a member of a V1 workspace: a seat, or none.',
  simpleResolvers: true,
})
export class SeatAccess {
  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'The type of the seat. Null for a member without a seat, who may look but not build.',
  })
  seatType!: SeatType | null;
}

@ObjectType({
  description: 'The access of a member of a V2 workspace: a role, and for some roles a credit limit.',
  simpleResolvers: true,
})
export class RoleAccess {
  @Field(() => RoleEnum, { description: 'The role of the member.' })
  role!: Role;

  @Field(() => PositiveInt, {
    nullable: true,
    description:
      'The most credits that the member may use in a calendar month (UTC). Null when the member has no limit of its own.',
  })
  creditLimit!: number | null;

  @Field(() => Boolean, {
    description: 'Whether members with this role can have a credit limit: admins and editors can.',
  })
  creditLimitApplies!: boolean;
}

/** Returns the GraphQL type of a plain row by its fields: a seat, or a role. */
export function memberAccessType(value: object): 'RoleAccess' | 'SeatAccess' {
  return 'creditLimitApplies' in value ? 'RoleAccess' : 'SeatAccess';
}

export const MemberAccess = createUnionType({
  name: 'MemberAccess',
  description:
    'The access of an active member: a seat in a V1 workspace, a role and a credit limit in a V2 workspace.',
  types: () => [SeatAccess, RoleAccess] as const,
  resolveType: memberAccessType,
});

export type MemberAccess = SeatAccess | RoleAccess;
