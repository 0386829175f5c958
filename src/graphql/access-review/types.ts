import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { type Role, type SeatType } from '../../domain/access.js';
import { type Channel, ChannelEnum, RoleEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { type Comparison } from '../../services/lists/comparison.js';
import type * as services from '../../services/members/access-review.js';
import { IntComparison, RoleComparison, SeatTypeComparison, StringComparison } from '../lists/comparisons.js';
import { connectionOf } from '../lists/connection.js';

@InputType({ description: 'Whose access is reviewed. Everything that is said must hold of how it was then.' })
export class AccessReviewFilter implements services.AccessReviewFilter {
  @Field(() => StringComparison, { nullable: true, description: 'By the userName of then, without case.' })
  userName?: StringComparison | null;

  @Field(() => RoleComparison, { nullable: true, description: 'By the role of then.' })
  role?: Comparison<Role> | null;

  @Field(() => SeatTypeComparison, { nullable: true, description: 'By the seat type of then (V1).' })
  seatType?: Comparison<SeatType> | null;

  @Field(() => IntComparison, { nullable: true, description: 'By the credit limit of then (V2).' })
  creditLimit?: Comparison<number> | null;
}

@ObjectType({ description: 'Who had given somebody the access that is reviewed.' })
export class AccessGiven {
  @Field(() => GraphQLDateTime, { description: 'When.' })
  at!: Date;

  @Field(() => String, { description: 'Who, as they were called then.' })
  by!: string;

  @Field(() => ChannelEnum, { description: 'Through which door.' })
  channel!: Channel;
}

@ObjectType({ description: 'What somebody could do in the workspace at a moment of the past.' })
export class AccessReviewEntry {
  workspaceId!: string;

  @Field(() => ID, {
    description: 'The id of the member. It is not found any more where the record was deleted since.',
  })
  memberId!: string;

  @Field(() => String, { description: 'The userName, as it was then.' })
  userName!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The display name, as it was then. Null where there was none.',
  })
  displayName!: string | null;

  @Field(() => RoleEnum, { description: 'What the member was then.' })
  role!: Role;

  @Field(() => AccessGiven, {
    nullable: true,
    description:
      'The last change before the moment that gave the access this form. Null where the audit log does not reach back so far.',
  })
  given!: AccessGiven | null;
}

export const AccessReviewEntryConnection = connectionOf(AccessReviewEntry);
