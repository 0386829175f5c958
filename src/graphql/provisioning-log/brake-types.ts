import { Field, ID, InputType, Int, ObjectType } from 'type-graphql';
import { enumOf } from '../../model/enums.js';
import { Member } from '../../model/member.js';
import { GraphQLDateTime } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { UNDO_OUTCOMES, type UndoOutcome } from '../../services/provisioning-log/undo.js';
import type { Brake, BrakeUpdate } from '../../services/removal-brake/brake.js';
import { Refusal } from '../refusals/types.js';

@ObjectType({
  description: 'The brake that pauses removals by the identity provider when there are many within minutes.',
  simpleResolvers: true,
})
export class ScimBrake implements Brake {
  @Field(() => Boolean, { description: 'Whether the brake can engage at all.' })
  enabled!: boolean;

  @Field(() => Int, { description: 'The number of members that may always be removed within the window.' })
  mostMembers!: number;

  @Field(() => Int, {
    description: 'The share of the active members, in percent, that may always be removed within the window.',
  })
  mostPercent!: number;

  @Field(() => Int, { description: 'The length of the window in minutes.' })
  windowMinutes!: number;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time at which removals were paused. Null when they are not.',
  })
  engagedAt!: Date | null;

  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The time until which all removals are allowed. Null when the brake was not released.',
  })
  releasedUntil!: Date | null;

  @Field(() => Int, { description: 'The number of removals within the present window.' })
  removals!: number;
}

@InputType({ description: 'The brake to release.' })
export class ScimBrakeReleaseInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;
}

@ObjectType({ description: 'The brake that was released.' })
export class ScimBrakeReleasePayload {
  @Field(() => ScimBrake, { description: 'The brake as it is now.' })
  brake!: ScimBrake;
}

@InputType({ description: 'The settings of the brake. Fields that are not sent keep their values.' })
export class ScimBrakeUpdateInput implements BrakeUpdate {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => Boolean, {
    nullable: true,
    description: 'Whether the brake can engage; false releases it too.',
  })
  enabled?: boolean | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The number of members that may always be removed within the window.',
  })
  mostMembers?: number | null;

  @Field(() => Int, {
    nullable: true,
    description: 'The share of the active members, in percent, that may always be removed within the window.',
  })
  mostPercent?: number | null;

  @Field(() => Int, { nullable: true, description: 'The length of the window in minutes, at most 1440.' })
  windowMinutes?: number | null;
}

@ObjectType({ description: 'The brake with its new settings.' })
export class ScimBrakeUpdatePayload {
  @Field(() => ScimBrake, { description: 'The brake as it is now.' })
  brake!: ScimBrake;
}

export const ScimUndoOutcomeEnum = enumOf(
  UNDO_OUTCOMES,
  'ScimUndoOutcome',
  'The results of undoing a removal.',
  {
    RESTORED: 'The member was restored with its access, seat and limit.',
    ALREADY_BACK: 'The person had been added again already.',
    REFUSED: 'The member cannot be restored, for the reason in `refusal`.',
  },
);

@ObjectType({ description: 'The result of undoing one removal.' })
export class ScimUndoResult {
  @Field(() => ID, {
    description: 'The id of the member that was removed. A deleted member is restored with another id.',
  })
  removedId!: string;

  @Field(() => String, { description: 'The userName of the member at that time.' })
  userName!: string;

  @Field(() => GraphQLDateTime, { description: 'The time of the removal.' })
  removedAt!: Date;

  @Field(() => ScimUndoOutcomeEnum, { description: 'The result of undoing the removal.' })
  outcome!: UndoOutcome;

  @Field(() => Member, {
    nullable: true,
    description: 'The member as it is now. Null when it was refused, and in a dry run.',
  })
  member!: Member | null;

  @Field(() => Refusal, { nullable: true, description: 'The reason. Null unless it was refused.' })
  refusal!: Refusal | null;

  @Field(() => [String], {
    description:
      'The names of groups that the member could not rejoin, because they were deleted or refuse it.',
  })
  groupsLost!: string[];
}

@InputType()
abstract class UndoInput {
  @Field(() => ID, { description: 'The id of the workspace.' })
  workspaceId!: string;

  @Field(() => ID, {
    nullable: true,
    description: 'Continues with further removals: `next` of the answer before. A call undoes 200 at most.',
  })
  after?: string | null;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to write nothing and only report what would happen.',
  })
  dryRun!: boolean;
}

@InputType({ description: 'The removals that have engaged the brake.' })
export class ScimBrakeUndoInput extends UndoInput {}

@InputType({ description: 'Removals by the identity provider, of the last 24 hours.' })
export class ScimRemovalsUndoInput extends UndoInput {
  @Field(() => GraphQLDateTime, {
    nullable: true,
    description: 'The earliest time of the removals. The default is 24 hours ago.',
  })
  since?: Date | null;

  @Field(() => [ID], { nullable: true, description: 'The removed members. Without ids, all are restored.' })
  memberIds?: string[] | null;
}

@ObjectType()
abstract class UndoPayload {
  @Field(() => [ScimUndoResult], { description: 'The result for each removed member.' })
  results!: ScimUndoResult[];

  @Field(() => Int, { description: 'The number of members that were restored, or would be.' })
  restored!: number;

  @Field(() => ID, {
    nullable: true,
    description: 'Continues with further removals, as `after` of the next call. Null when there are none.',
  })
  next!: string | null;

  @Field(() => Boolean, { description: 'Whether nothing was written.' })
  dryRun!: boolean;

  @Field(() => Workspace, { description: 'The workspace of the members.' })
  workspace!: Workspace;
}

@ObjectType({ description: 'The removals that were undone.' })
export class ScimBrakeUndoPayload extends UndoPayload {}

@ObjectType({ description: 'The removals that were undone.' })
export class ScimRemovalsUndoPayload extends UndoPayload {}
