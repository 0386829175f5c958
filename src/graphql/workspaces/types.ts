import { Field, Int, ObjectType } from 'type-graphql';
import type { Role, SeatType } from '../../domain/access.js';
import { type ActorType, ActorTypeEnum, RoleEnum, SeatTypeEnum } from '../../model/enums.js';
import { YearMonth } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';

@ObjectType({ description: "A V2 workspace's shared credits of one calendar month (UTC)." })
export class CreditPool {
  @Field(() => YearMonth, { description: 'The month.' })
  month!: string;

  /** Whose it is, for what is worked out about it. */
  workspaceId!: string;

  @Field(() => Int, { description: 'How many credits the pool holds in this month.' })
  total!: number;

  @Field(() => Int, {
    description: 'How many have been used. More than `total` where the pool was lowered below it meanwhile.',
  })
  used!: number;

  @Field(() => Int, { description: 'How many are left. 0 where the pool was lowered below what is used.' })
  remaining!: number;
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

@ObjectType({ description: 'What an administrator needs to connect an identity provider.' })
export class ScimEndpoint {
  @Field(() => String, { description: 'The SCIM 2.0 base URL to enter there.' })
  baseUrl!: string;

  @Field(() => Boolean, { description: 'Whether SCIM is on.' })
  enabled!: boolean;
}

@ObjectType({ description: 'Who is asking.' })
export class Viewer {
  @Field(() => ActorTypeEnum, { description: 'What kind of actor.' })
  type!: ActorType;

  @Field(() => String, { description: 'What they are called in audit entries.' })
  label!: string;

  @Field(() => Workspace, {
    nullable: true,
    description: "A key's workspace. Null for people and operators.",
  })
  workspace!: Workspace | null;
}
