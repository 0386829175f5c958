import { Field, Int, ObjectType } from 'type-graphql';
import { Invitation } from '../../model/invitation.js';
import { Member } from '../../model/member.js';
import { Workspace } from '../../model/workspace.js';
import type { InvitationRow } from '../../services/rows/invitations.js';
import { connectionOf } from '../lists/connection.js';
import { Ability, Refusal } from '../refusals/types.js';

/** Excludes the token's columns, which no list reads. */
export const { Connection: InvitationConnection, Edge: InvitationEdge } =
  connectionOf<Omit<Invitation, 'lookup' | 'hash'>>(Invitation);

@ObjectType({ description: 'What the caller may do to an invitation.' })
export class InvitationAbilities {
  @Field(() => Ability, { description: 'Whether the caller may revoke the invitation.' })
  revoke!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may send the invitation again.' })
  resend!: Ability;
}

/** An invitation together with its token. */
@ObjectType()
abstract class InvitationTokenPayload {
  @Field(() => Invitation, { description: 'The invitation as it is now.' })
  invitation!: InvitationRow;

  @Field(() => String, {
    description:
      'The token for `invitationAccept`, which is never shown again. The mail, if one is sent, contains it too.',
  })
  token!: string;

  @Field(() => String, {
    nullable: true,
    description:
      'The page that accepts the invitation, with the token. Null when the server has no such page.',
  })
  url!: string | null;
}

@ObjectType({ description: 'The invitation that was created.' })
export class InvitationCreatePayload extends InvitationTokenPayload {}

@ObjectType({ description: 'The invitation link that was created.' })
export class InvitationLinkCreatePayload extends InvitationTokenPayload {}

@ObjectType({ description: 'The invitation that was sent again, with a new token and for another 60 days.' })
export class InvitationResendPayload extends InvitationTokenPayload {}

@ObjectType({
  description: 'The invitations that were sent again, each with a new token and for another 60 days.',
})
export class InvitationsResendUndeliveredPayload {
  @Field(() => Int, {
    description:
      'The number of invitations that were sent again, at most 500. When it is 500, others may be left.',
  })
  resentCount!: number;
}

@ObjectType({ description: 'The invitation that was revoked.' })
export class InvitationRevokePayload {
  @Field(() => Invitation, { description: 'The invitation as it is now.' })
  invitation!: InvitationRow;

  @Field(() => Boolean, { description: 'Whether the request made a difference.' })
  changed!: boolean;
}

@ObjectType({ description: 'The member that the caller has become.' })
export class InvitationAcceptPayload {
  @Field(() => Workspace, { description: 'The workspace that the caller has joined.' })
  workspace!: Workspace;

  @Field(() => Member, { description: 'The caller as a member of the workspace.' })
  member!: Member;

  @Field(() => Invitation, {
    nullable: true,
    description:
      'The invitation as it is now. Null when the caller was a member already, so that it was not used.',
  })
  invitation!: InvitationRow | null;

  @Field(() => Boolean, { description: 'Whether the caller has become a member now.' })
  changed!: boolean;
}

@ObjectType({ description: 'The result for one row of a CSV file.' })
export class InvitationRowResult {
  workspaceId!: string;

  @Field(() => Int, { description: 'The line of the file on which the row begins. The header is line 1.' })
  row!: number;

  @Field(() => String, { description: 'The e-mail address as it is in the file, empty when there is none.' })
  email!: string;

  @Field(() => Invitation, {
    nullable: true,
    description: 'The invitation. Null when the row was refused, and in a dry run.',
  })
  invitation!: InvitationRow | null;

  @Field(() => String, {
    nullable: true,
    description: 'The token of the invitation, which is never shown again. Null when there is no invitation.',
  })
  token!: string | null;

  @Field(() => String, {
    nullable: true,
    description:
      'The page that accepts the invitation, with the token. Null when there is no invitation, and when the server ' +
      'has no such page.',
  })
  url!: string | null;

  @Field(() => Refusal, {
    nullable: true,
    description: 'The reason for which the row was refused. Null when it was not.',
  })
  refusal!: Refusal | null;
}

@ObjectType({ description: 'The results for all rows of a CSV file.' })
export class InvitationsCreateFromCsvPayload {
  @Field(() => [InvitationRowResult], {
    description: 'One result for each row that is not empty, in the order of the file.',
  })
  results!: InvitationRowResult[];

  @Field(() => Int, { description: 'The number of people who were invited, or would be in a dry run.' })
  invitedCount!: number;

  @Field(() => Int, { description: 'The number of rows that were refused, or would be in a dry run.' })
  refusedCount!: number;

  @Field(() => [String], {
    description: 'The unknown columns of the file, which were ignored.',
  })
  ignoredColumns!: readonly string[];
}
