import { Field, Int, ObjectType } from 'type-graphql';
import { type ErrorCode } from '../../domain/errors.js';
import { Invitation } from '../../model/invitation.js';
import { Member } from '../../model/member.js';
import { Workspace } from '../../model/workspace.js';
import { type InvitationRow } from '../../services/rows/invitations.js';
import { connectionOf } from '../lists/connection.js';
import { Ability, ErrorCodeEnum } from '../refusals/types.js';

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

/** Without what finds and proves its token, which no list reads. */
export const InvitationConnection = connectionOf<Omit<Invitation, 'lookup' | 'hash'>>(Invitation);
