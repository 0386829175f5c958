import { Extensions, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { type SeatType } from '../../domain/access.js';
import { DomainError, type ErrorCode, type SeatCount as SeatFacts } from '../../domain/errors.js';
import { SeatTypeEnum } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { PositiveInt } from '../../model/scalars.js';
import { ErrorCodeEnum } from '../refusals/types.js';
import { MemberAccessInput } from './access.js';

@Extensions({ isOneOf: true })
@InputType({ description: 'What to do to each member.' })
export class MembersBulkChange {
  @Field(() => MemberAccessInput, {
    nullable: true,
    description: 'Set the access, as `memberSetAccess` does.',
  })
  access?: MemberAccessInput | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'V2: cap the credits a month, as `memberSetCreditLimit` does.',
  })
  setCreditLimit?: number | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'V2: true clears the cap, as `memberClearCreditLimit` does. There is no false.',
  })
  clearCreditLimit?: boolean | null;

  @Field(() => Boolean, {
    nullable: true,
    description: 'True ends the stay, as `memberRemove` does. There is no false.',
  })
  remove?: boolean | null;
}

@InputType({ description: 'Members to whom the same is to be done.' })
export class MembersBulkUpdateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => [ID], { description: 'The members, 1 to 500. They are changed in this order.' })
  memberIds!: string[];

  @Field(() => [Int], {
    nullable: 'itemsAndList',
    description:
      'The version that each member is believed to have, in the order of `memberIds`: who has another is refused with `STALE_VERSION`. Null for whoever may have any.',
  })
  expectedVersions?: (number | null)[] | null;

  @Field(() => MembersBulkChange, { description: 'What to do.' })
  change!: MembersBulkChange;

  @Field(() => Boolean, {
    defaultValue: false,
    description:
      'Only say what would happen: the results are those of the real thing, and nothing is written.',
  })
  dryRun!: boolean;
}

@ObjectType({ description: 'How full the seats of a type were.' })
export class SeatCount implements SeatFacts {
  @Field(() => SeatTypeEnum, { description: 'The type.' })
  seatType!: SeatType;

  @Field(() => Int, { description: 'How many seats there were.' })
  total!: number;

  @Field(() => Int, { description: 'How many were taken.' })
  used!: number;
}

@ObjectType({ description: 'Why one of many was refused: what `extensions` of an error would say.' })
export class MemberRefusal {
  constructor(private readonly refusal: DomainError) {}

  @Field(() => ErrorCodeEnum, { description: 'The code.' })
  get code(): ErrorCode {
    return this.refusal.code;
  }

  @Field(() => String, { description: 'What is the matter, for people.' })
  get message(): string {
    return this.refusal.message;
  }

  @Field(() => String, {
    nullable: true,
    description: 'The attribute at fault. Null where it is none in particular.',
  })
  get attribute(): string | null {
    return this.refusal.details.attribute ?? null;
  }

  @Field(() => String, {
    nullable: true,
    description: 'What to do about it. Null where that goes without saying.',
  })
  get hint(): string | null {
    return this.refusal.details.hint ?? null;
  }

  @Field(() => SeatCount, {
    nullable: true,
    description: 'The seats, with `SEAT_UNAVAILABLE`. Null with every other code.',
  })
  get seat(): SeatFacts | null {
    return this.refusal.details.seat ?? null;
  }
}

@ObjectType({ description: 'What became of one of the members.' })
export class MembersBulkResult {
  @Field(() => ID, { description: 'The id, as it was sent.' })
  memberId!: string;

  @Field(() => Member, {
    nullable: true,
    description:
      'The member as it is after all changes; in a dry run as it would be, but with what else is asked of it (stays, history) as it is. Null when the workspace has no such member.',
  })
  member!: Member | null;

  @Field(() => Boolean, {
    description: 'Whether this made it different. Saying the same twice changes nothing.',
  })
  changed!: boolean;

  @Field(() => MemberRefusal, { nullable: true, description: 'Why not. Null where nothing was refused.' })
  error!: MemberRefusal | null;
}

@ObjectType({ description: 'Members to whom the same was done.' })
export class MembersBulkUpdatePayload {
  @Field(() => [MembersBulkResult], {
    description: 'One for every id, in the order in which they were sent.',
  })
  results!: MembersBulkResult[];

  @Field(() => Int, { description: 'How many were changed, or would be.' })
  changedCount!: number;

  @Field(() => Int, { description: 'How many were refused, or would be.' })
  refusedCount!: number;

  @Field(() => Boolean, { description: 'Whether nothing was written because only a dry run was asked for.' })
  dryRun!: boolean;
}
