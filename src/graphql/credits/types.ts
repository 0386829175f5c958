import { ArgsType, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { type CreditLimitSource } from '../../domain/credits.js';
import { type CreditBlock } from '../../domain/errors.js';
import { CreditConsumption } from '../../model/credits.js';
import { CreditBlockEnum, CreditLimitSourceEnum } from '../../model/enums.js';
import { GraphQLDate, PositiveInt, YearMonth } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { PageArguments } from '../lists/arguments.js';
import { connectionOf } from '../lists/connection.js';

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

@InputType({ description: "What a V2 workspace's pool holds each month." })
export class CreditPoolSetInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => Int, { description: 'Credits a month.' })
  monthlyCredits!: number;
}

@ObjectType({ description: 'A workspace whose pool was set.' })
export class CreditPoolSetPayload {
  @Field(() => Workspace, { description: 'The workspace as it is now.' })
  workspace!: Workspace;
}

@ObjectType({ description: 'What was used of a pool on one day (UTC).' })
export class CreditDay {
  @Field(() => GraphQLDate, { description: 'The day.' })
  date!: string;

  @Field(() => Int, { description: 'How many credits.' })
  used!: number;
}

@ObjectType({
  description: 'What a member has used of the pool in a calendar month (UTC), and what is left.',
  simpleResolvers: true,
})
export class MemberUsage {
  @Field(() => YearMonth, { description: 'The month.' })
  month!: string;

  @Field(() => Int, {
    description: 'How many credits. Leaving the workspace and coming back does not reset it.',
  })
  used!: number;

  @Field(() => PositiveInt, {
    nullable: true,
    description:
      "The most that the member may use in a month: its own limit, else the workspace's default. Null when only the " +
      'pool limits the member (limits are for admins and editors), and for past months, whose limits are not kept.',
  })
  limit!: number | null;

  @Field(() => CreditLimitSourceEnum, {
    nullable: true,
    description: 'Whose limit that is. Null without one.',
  })
  limitSource!: CreditLimitSource | null;

  @Field(() => Int, {
    nullable: true,
    description:
      'How many credits the member can still use: what limit and pool leave; 0 when something blocks it. Null for past months.',
  })
  remaining!: number | null;

  @Field(() => CreditBlockEnum, {
    nullable: true,
    description:
      'What stops the member from using even one more credit. Null when nothing does, and for past months.',
  })
  blockedBy!: CreditBlock | null;
}

/** Of what was used, one by one. */
@ArgsType()
export class CreditConsumptionArguments extends PageArguments {
  @Field(() => ID, {
    nullable: true,
    description:
      "Only what counts as this member's: what the person has used, also as a member whose record was deleted since. " +
      "By the id of a deleted member: what that record used. Everybody's unless told.",
  })
  memberId?: string | null;

  @Field(() => YearMonth, { nullable: true, description: 'Only what counts in this month. All unless told.' })
  month?: string | null;
}

@InputType({ description: 'Who uses how many credits.' })
export class CreditsConsumeInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The member who uses them. People can name themselves only.' })
  memberId!: string;

  @Field(() => PositiveInt, { description: 'How many. They are used all together or not at all.' })
  amount!: number;

  @Field(() => String, {
    description:
      'What the client calls this use, in 1 to 200 characters: a UUID, the id of a run. The same key twice is counted ' +
      'once, so after a lost answer send the same again. A key that stands for another member or amount is refused.',
  })
  idempotencyKey!: string;
}

@ObjectType({ description: 'Credits that were used.' })
export class CreditsConsumePayload {
  @Field(() => CreditConsumption, { description: 'What was counted.' })
  consumption!: CreditConsumption;

  @Field(() => Boolean, {
    description: 'Whether it had been counted before, under the same key: nothing was counted now.',
  })
  replayed!: boolean;
}

export const CreditConsumptionConnection = connectionOf(CreditConsumption);
