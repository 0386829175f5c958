// type-graphql reads decorator metadata through this, and the schema may load this file before any other.
import 'reflect-metadata';
import { createUnionType, Field, ObjectType } from 'type-graphql';
import type { Role, SeatType } from '../domain/access.js';
import { RoleEnum, SeatTypeEnum } from './enums.js';
import { PositiveInt } from './scalars.js';

@ObjectType({ description: 'V1: what a seat gives.', simpleResolvers: true })
export class SeatAccess {
  @Field(() => SeatTypeEnum, {
    nullable: true,
    description: 'Null: a member without a seat: may look, may not build.',
  })
  seatType!: SeatType | null;
}

@ObjectType({ description: 'V2: what a role allows, and how many credits a month.', simpleResolvers: true })
export class RoleAccess {
  @Field(() => RoleEnum, { description: 'The role.' })
  role!: Role;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'The most credits the member may use in a calendar month (UTC). Null: no limit of its own.',
  })
  creditLimit!: number | null;

  @Field(() => Boolean, {
    description: 'Whether a limit means anything for the role: for admins and editors it does.',
  })
  creditLimitApplies!: boolean;
}

/** Plain rows are told apart by what they have: a seat, or a role. */
export function memberAccessType(value: object): 'RoleAccess' | 'SeatAccess' {
  return 'creditLimitApplies' in value ? 'RoleAccess' : 'SeatAccess';
}

export const MemberAccess = createUnionType({
  name: 'MemberAccess',
  description: 'What an active member may do: a seat on V1, a role and a credit limit on V2.',
  types: () => [SeatAccess, RoleAccess] as const,
  resolveType: memberAccessType,
});

export type MemberAccess = SeatAccess | RoleAccess;
