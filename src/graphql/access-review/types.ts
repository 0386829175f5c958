import { Field, ID, InputType, ObjectType } from 'type-graphql';
import { type Role, type SeatType } from '../../domain/access.js';
import { type Channel, ChannelEnum, RoleEnum } from '../../model/enums.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { type Comparison } from '../../services/lists/comparison.js';
import type * as services from '../../services/members/access-review.js';
import { IntComparison, RoleComparison, SeatTypeComparison, StringComparison } from '../lists/comparisons.js';
import { connectionOf } from '../lists/connection.js';

@InputType({ description: 'Conditions on the access at that time, all of which must hold.' })
export class AccessReviewFilter implements services.AccessReviewFilter {
  @Field(() => StringComparison, {
    nullable: true,
    description: 'The userName at that time, regardless of case.',
  })
  userName?: StringComparison | null;

  @Field(() => RoleComparison, { nullable: true, description: 'The role at that time.' })
  role?: Comparison<Role> | null;

  @Field(() => SeatTypeComparison, {
    nullable: true,
    description: 'The seat type at that time, in V1 workspaces.',
  })
  seatType?: Comparison<SeatType> | null;

  @Field(() => IntComparison, {
    nullable: true,
    description: 'The credit limit at that time, in V2 workspaces.',
  })
  creditLimit?: Comparison<number> | null;
}

@ObjectType({ description: 'The change by which a member got the reviewed access.' })
export class AccessGrant {
  @Field(() => GraphQLDateTime, { description: 'The time of the change.' })
  at!: Date;

  @Field(() => String, { description: 'The name of the actor at the time of the change.' })
  by!: string;

  @Field(() => ChannelEnum, { description: 'The interface through which the change came.' })
  channel!: Channel;
}

@ObjectType({ description: 'The access that a person had in the workspace at a time of the past.' })
export class AccessReviewEntry {
  workspaceId!: string;

  @Field(() => ID, {
    description: 'The id of the member, whose record may have been deleted since.',
  })
  memberId!: string;

  @Field(() => String, { description: 'The userName at that time.' })
  userName!: string;

  @Field(() => String, {
    nullable: true,
    description: 'The display name at that time. Null when there was none.',
  })
  displayName!: string | null;

  @Field(() => String, {
    description:
      'The name of the person at that time: the first there was of displayName, formatted name, givenName with familyName, and userName.',
  })
  name!: string;

  @Field(() => RoleEnum, { description: 'The role of the member at that time.' })
  role!: Role;

  @Field(() => AccessGrant, {
    nullable: true,
    description: 'The last change of the access up to that time. Null when it is older than the audit log.',
  })
  grantedBy!: AccessGrant | null;
}

export const { Connection: AccessReviewEntryConnection } = connectionOf(AccessReviewEntry);
