import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import type { CreditLimitSource } from '../../domain/credits.js';
import type { CreditBlock } from '../../domain/errors.js';
import { CreditConsumption } from '../../model/credits.js';
import { CreditBlockEnum, CreditLimitSourceEnum } from '../../model/enums.js';
import { GraphQLDate, PositiveInt, YearMonth } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { PageArguments } from '../lists/arguments.js';
import { connectionOf } from '../lists/connection.js';

export const { Connection: CreditConsumptionConnection } = connectionOf(CreditConsumption);

@ObjectType({ description: 'The shared credits of a V2 workspace in one calendar month (UTC).' })
export class CreditPool {
  @Field(() => YearMonth, { description: 'The month of the pool.' })
  month!: string;

  workspaceId!: string;

  @Field(() => Int, { description: 'The number of credits in the pool of this month.' })
  total!: number;

  @Field(() => Int, {
    description:
      'The number of credits that were used. It exceeds `total` when the pool was made smaller later.',
  })
  used!: number;

  @Field(() => Int, { description: 'The number of credits that are left, never below 0.' })
  remaining!: number;
}

@ObjectType({ description: 'The credits that were used on one day (UTC).' })
export class CreditDay {
  @Field(() => GraphQLDate, { description: 'The day on which they were used.' })
  date!: string;

  @Field(() => Int, { description: 'The number of credits that were used.' })
  used!: number;
}

@ObjectType({ description: 'The credits that a member used in one calendar month (UTC).' })
export class MemberMonth {
  @Field(() => YearMonth, { description: 'The month in which they were used.' })
  month!: string;

  @Field(() => Int, { description: 'The number of credits that were used.' })
  used!: number;
}

@ObjectType({
  description: 'The credits that a member has used in a calendar month (UTC), and those that are left.',
  simpleResolvers: true,
})
export class MemberUsage {
  @Field(() => YearMonth, { description: 'The month of this usage.' })
  month!: string;

  @Field(() => Int, {
    description:
      'The number of credits that were used. Leaving the workspace and coming back does not reset it.',
  })
  used!: number;

  @Field(() => PositiveInt, {
    nullable: true,
    description:
      'The most credits that the member may use in a month: its own limit, or the default of the workspace. Null ' +
      'when only the pool limits the member, and for past months, whose limits are not kept.',
  })
  limit!: number | null;

  @Field(() => CreditLimitSourceEnum, {
    nullable: true,
    description: 'The source of the limit. Null when there is no limit.',
  })
  limitSource!: CreditLimitSource | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of credits that the member can still use, by its limit and the pool. Null for past months.',
  })
  remaining!: number | null;

  @Field(() => CreditBlockEnum, {
    nullable: true,
    description:
      'The reason for which the member cannot use one more credit. Null when it can, and for past months.',
  })
  blockedBy!: CreditBlock | null;
}

/** The arguments of a list of consumptions. */
@ArgsType()
export class CreditConsumptionArguments extends PageArguments {
  @Field(() => ID, {
    nullable: true,
    description:
      'The member whose consumptions are listed, with those of earlier records of the same person. For the id of a ' +
      'deleted record, its own consumptions are listed. Without an id, those of everybody are.',
  })
  memberId?: string | null;

  @Field(() => YearMonth, {
    nullable: true,
    description: 'The month whose consumptions are listed. Without one, those of all months are.',
  })
  month?: string | null;
}

@InputType({ description: 'The credits to use, and the member who uses them.' })
export class CreditsConsumeInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the member who uses them. A person can name only itself.' })
  memberId!: string;

  @Field(() => PositiveInt, {
    description: 'The number of credits. They are used all together or not at all.',
  })
  amount!: number;

  @Field(() => String, {
    description:
      "The client's own name for this use, in 1 to 200 characters: a UUID, or the id of a run. The same key counts " +
      'once, so send the same input again when no answer came. A key that was used for another member or amount is ' +
      'refused.',
  })
  idempotencyKey!: string;
}

@ObjectType({ description: 'The credits that were used.' })
export class CreditsConsumePayload {
  @Field(() => CreditConsumption, { description: 'The consumption as it was counted.' })
  consumption!: CreditConsumption;

  @Field(() => Boolean, {
    description: 'Whether the same key was counted by an earlier request, so that nothing was counted now.',
  })
  replayed!: boolean;
}

@InputType({ description: 'The number of credits in the monthly pool of a V2 workspace.' })
export class CreditPoolSetInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => Int, { description: 'The number of credits a month.' })
  monthlyCredits!: number;
}

@ObjectType({ description: 'The workspace whose credit pool was set.' })
export class CreditPoolSetPayload {
  @Field(() => Workspace, { description: 'The workspace as it is now.' })
  workspace!: Workspace;
}
