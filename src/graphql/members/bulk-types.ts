import { Extensions, Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { enumOf } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { PositiveInt } from '../../model/scalars.js';
import { BULK_ACTIONS, type BulkAction, MOST_MEMBERS } from '../../services/members/bulk.js';
import type { MemberRow } from '../../services/rows/members.js';
import { Refusal } from '../refusals/types.js';
import { MemberAccessInput } from './access.js';
import { MemberFilter } from './filter.js';
import { MemberPreview } from './preview.js';

const BulkActionEnum = enumOf(BULK_ACTIONS, 'MembersBulkAction', 'The changes without a value.', {
  REMOVE: 'Removes the members from the workspace, as `memberRemove` does.',
  CLEAR_CREDIT_LIMIT: 'V2: clears the credit limits, as `memberClearCreditLimit` does.',
});

@Extensions({ isOneOf: true })
@InputType({ description: 'The change to make to each member.' })
export class MembersBulkChange {
  @Field(() => MemberAccessInput, {
    nullable: true,
    description: 'The access to give, as `memberSetAccess` does.',
  })
  access?: MemberAccessInput | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'V2: the credit limit to set, as `memberSetCreditLimit` does.',
  })
  creditLimit?: number | null;

  @Field(() => BulkActionEnum, { nullable: true, description: 'A change without a value.' })
  action?: BulkAction | null;
}

@Extensions({ isOneOf: true })
@InputType({ description: 'The members to change.' })
export class MembersSelector {
  @Field(() => [ID], {
    nullable: true,
    description: `The ids of the members, from 1 to ${MOST_MEMBERS}. They are changed in this order.`,
  })
  ids?: string[] | null;

  @Field(() => MemberFilter, {
    nullable: true,
    description: `All members that match the filter, at most ${MOST_MEMBERS}. It requires \`expectedCount\`.`,
  })
  filter?: MemberFilter | null;
}

@InputType({ description: 'The members to change, and the change to make.' })
export class MembersBulkUpdateInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => MembersSelector, { description: 'The members to change.' })
  members!: MembersSelector;

  @Field(() => Int, {
    nullable: true,
    description:
      'The number of members that the client expects to match the filter. If another number matches, the request is ' +
      'refused with `STALE_VERSION`, so that nobody changes more members than were shown.',
  })
  expectedCount?: number | null;

  @Field(() => [Int], {
    nullable: 'itemsAndList',
    description:
      'The version that each member must have, in the order of `members.ids`. A member with another is refused with ' +
      '`STALE_VERSION`. Null stands for any version.',
  })
  expectedVersions?: (number | null)[] | null;

  @Field(() => MembersBulkChange, { description: 'The change to make to each of them.' })
  change!: MembersBulkChange;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to write nothing and to answer with previews of the members.',
  })
  dryRun!: boolean;
}

@ObjectType({ description: 'The result for one of the members.' })
export class MembersBulkResult {
  @Field(() => ID, { description: 'The id of the member, as it was sent or found.' })
  memberId!: string;

  @Field(() => Member, {
    nullable: true,
    description:
      'The member as it is after all changes. Null in a dry run, and when the workspace has no member with this id.',
  })
  member!: MemberRow | null;

  @Field(() => MemberPreview, {
    nullable: true,
    description:
      'In a dry run: the member as it would be after all changes. Null otherwise, and when there is no such member.',
  })
  preview!: MemberRow | null;

  @Field(() => Boolean, { description: 'Whether the change made a difference, or would make one.' })
  changed!: boolean;

  @Field(() => Refusal, {
    nullable: true,
    description: 'The reason for which this member was refused. Null when it was not.',
  })
  refusal!: Refusal | null;
}

@ObjectType({ description: 'The results for all members.' })
export class MembersBulkUpdatePayload {
  @Field(() => [MembersBulkResult], {
    description: 'One result for each id, in the order of the ids that were sent or found.',
  })
  results!: MembersBulkResult[];

  @Field(() => Int, { description: 'The number of members that were changed, or would be.' })
  changedCount!: number;

  @Field(() => Int, { description: 'The number of members that were refused, or would be.' })
  refusedCount!: number;

  @Field(() => Boolean, { description: 'Whether it was a dry run, which writes nothing.' })
  dryRun!: boolean;
}
