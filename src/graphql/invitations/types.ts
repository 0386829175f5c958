import { Field, ID, InputType, Int, ObjectType, registerEnumType } from 'type-graphql';
import type { ErrorCode } from '../../domain/errors.js';
import type { InvitationKind, InvitationStatus } from '../../domain/invitation.js';
import { Invitation, InvitationKindEnum, InvitationStatusEnum } from '../../model/invitation.js';
import { Member } from '../../model/member.js';
import { PositiveInt } from '../../model/scalars.js';
import { Workspace } from '../../model/workspace.js';
import { INVITATION_ORDER_FIELDS } from '../../services/invitations/queries.js';
import type { InvitationRow } from '../../services/rows/invitations.js';
import { enumComparison, StringComparison } from '../lists/comparisons.js';
import { MemberAccessInput } from '../members/inputs.js';
import { Ability, ErrorCodeEnum } from '../viewer/abilities.js';

const ACCESS = "What to give. Absent or null: the workspace's default, as it is when somebody accepts.";

@InputType({ description: 'Somebody to invite by mail.' })
export class InvitationCreateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, { description: 'The e-mail address. Only the person with this address can accept.' })
  email!: string;

  @Field(() => MemberAccessInput, { nullable: true, description: ACCESS })
  access?: MemberAccessInput | null;
}

@InputType({ description: 'A link to make.' })
export class InvitationLinkCreateInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => MemberAccessInput, { nullable: true, description: ACCESS })
  access?: MemberAccessInput | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'How many people it lets in. Absent or null: any number.',
  })
  maxUses?: number | null;
}

@InputType({ description: 'A file of people to invite by mail.' })
export class InvitationsCreateFromCsvInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => String, {
    description:
      'The text of the file. Its first line names the columns, in any order and case: `email`, and `role` (V2: admin, editor, viewer) or `seat` (V1: a seat type). Commas, semicolons or tabs separate fields. At most 5000 rows.',
  })
  csv!: string;

  @Field(() => Boolean, { defaultValue: false, description: 'Only tell what would be done.' })
  dryRun!: boolean;
}

/** What every input about one invitation starts with. */
@InputType()
abstract class InvitationTargetInput {
  @Field(() => ID, { description: 'The workspace.' })
  workspaceId!: string;

  @Field(() => ID, { description: 'The invitation.' })
  invitationId!: string;
}

@InputType({ description: 'An invitation to revoke.' })
export class InvitationRevokeInput extends InvitationTargetInput {}

@InputType({ description: 'An invitation to send again.' })
export class InvitationResendInput extends InvitationTargetInput {}

@InputType({ description: 'An invitation that the caller accepts.' })
export class InvitationAcceptInput {
  @Field(() => String, { description: 'The token, as it came by mail or in the link.' })
  token!: string;
}

/** An invitation with its token. */
@ObjectType()
abstract class InvitationTokenPayload {
  @Field(() => Invitation, { description: 'The invitation.' })
  invitation!: InvitationRow;

  @Field(() => String, {
    description:
      'What `invitationAccept` takes. Shown now and never again; it is in the mail too, if one is sent.',
  })
  token!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The page on which it is accepted, with the token. Null when the server has not been told where that is.',
  })
  url!: string | null;
}

@ObjectType({ description: 'An invitation that was made.' })
export class InvitationCreatePayload extends InvitationTokenPayload {}

@ObjectType({ description: 'A link that was made.' })
export class InvitationLinkCreatePayload extends InvitationTokenPayload {}

@ObjectType({ description: 'An invitation with another token, and another 60 days.' })
export class InvitationResendPayload extends InvitationTokenPayload {}

@ObjectType({ description: 'An invitation that was revoked.' })
export class InvitationRevokePayload {
  @Field(() => Invitation, { description: 'The invitation as it is now.' })
  invitation!: InvitationRow;

  @Field(() => Boolean, { description: 'Whether anything became different: not if it was revoked before.' })
  changed!: boolean;
}

@ObjectType({ description: 'A membership that an invitation has brought.' })
export class InvitationAcceptPayload {
  @Field(() => Workspace, { description: 'The workspace.' })
  workspace!: Workspace;

  @Field(() => Member, { description: 'The caller, as a member of it.' })
  member!: Member;

  @Field(() => Boolean, {
    description: 'Whether the caller has become a member now: not if they are one already.',
  })
  changed!: boolean;
}

@ObjectType({ description: 'Why a row of a file was refused.' })
export class InvitationRowError {
  @Field(() => ErrorCodeEnum, { description: 'As in `extensions.code` of an error.' })
  code!: ErrorCode;

  @Field(() => String, { description: 'For people.' })
  message!: string;

  @Field(() => String, { nullable: true, description: 'The column at fault. Null when it is none.' })
  attribute!: string | null;

  @Field(() => String, { nullable: true, description: 'What to do about it. Null when nothing helps.' })
  hint!: string | null;
}

@ObjectType({ description: 'What became of a row of a file.' })
export class InvitationRowResult {
  @Field(() => Int, { description: 'The line of the file on which it begins; the header is line 1.' })
  row!: number;

  @Field(() => String, { description: 'The address as it stands there. Empty where there is none.' })
  email!: string;

  @Field(() => Invitation, {
    nullable: true,
    description: 'The invitation. Null when the row was refused, and in a dry run.',
  })
  invitation!: InvitationRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'Its token, shown once. Null where there is no invitation.',
  })
  token!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The page on which it is accepted. Null as in `InvitationCreatePayload`, and without invitation.',
  })
  url!: string | null;

  @Field(() => InvitationRowError, {
    nullable: true,
    description: 'Why it was refused. Null when it was not.',
  })
  error!: InvitationRowError | null;
}

@ObjectType({ description: 'What became of a file.' })
export class InvitationsCreateFromCsvPayload {
  @Field(() => [InvitationRowResult], { description: 'Every row that is not empty, in order.' })
  results!: InvitationRowResult[];

  @Field(() => Int, { description: 'How many people were invited; in a dry run: would be.' })
  invitedCount!: number;

  @Field(() => Int, { description: 'How many rows were refused.' })
  refusedCount!: number;

  @Field(() => [String], { description: 'Columns of the file that mean nothing here, and were not read.' })
  ignoredColumns!: readonly string[];
}

@ObjectType({ description: 'What the caller may do to an invitation.' })
export class InvitationAbilities {
  @Field(() => Ability, { description: 'Revoke it.' }) revoke!: Ability;
  @Field(() => Ability, { description: 'Send it again.' }) resend!: Ability;
}

export const InvitationStatusComparison = enumComparison<InvitationStatus>(
  'InvitationStatusComparison',
  InvitationStatusEnum,
  'Compares statuses of invitations.',
);
export const InvitationKindComparison = enumComparison<InvitationKind>(
  'InvitationKindComparison',
  InvitationKindEnum,
  'Compares kinds of invitations.',
);

@InputType({ description: 'Which invitations are meant. Everything that is said must hold.' })
export class InvitationFilter {
  @Field(() => InvitationStatusComparison, { nullable: true, description: 'By what they are now.' })
  status?: InstanceType<typeof InvitationStatusComparison> | null;

  @Field(() => InvitationKindComparison, { nullable: true, description: 'By to whom they go.' })
  kind?: InstanceType<typeof InvitationKindComparison> | null;

  @Field(() => StringComparison, {
    nullable: true,
    description: 'By address, without case. Links have none.',
  })
  email?: StringComparison | null;
}

const InvitationOrderField = Object.fromEntries(
  INVITATION_ORDER_FIELDS.map((field) => [field, field]),
) as Record<(typeof INVITATION_ORDER_FIELDS)[number], (typeof INVITATION_ORDER_FIELDS)[number]>;
registerEnumType(InvitationOrderField, {
  name: 'InvitationOrderField',
  description: 'What invitations can be ordered by.',
  valuesConfig: {
    CREATED_AT: { description: 'When they were made.' },
    EMAIL: { description: 'The address, without case; links come last.' },
    SENT_AT: { description: 'When they were last sent.' },
    EXPIRES_AT: { description: 'When they expire.' },
  },
});

@InputType({
  description: 'The order of invitations. The id has the last word, so that every order is stable.',
})
export class InvitationOrder {
  @Field(() => InvitationOrderField, { description: 'By what.' })
  field!: (typeof INVITATION_ORDER_FIELDS)[number];

  @Field(() => Boolean, { defaultValue: false, description: 'Greatest first.' })
  descending!: boolean;
}
