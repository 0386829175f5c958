import { Field, ID, InputType } from 'type-graphql';
import { PositiveInt } from '../../model/scalars.js';
import { MemberAccessInput } from '../members/access.js';

const WORKSPACE_ID = 'The id of the workspace.';
const ACCESS =
  "The access of the new member. Without one it is the workspace's default at the time of acceptance.";

@InputType({ description: 'The person to invite by mail.' })
export class InvitationCreateInput {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;

  @Field(() => String, {
    description: 'The e-mail address. Only the person with this address can accept the invitation.',
  })
  email!: string;

  @Field(() => MemberAccessInput, { nullable: true, description: ACCESS })
  access?: MemberAccessInput | null;
}

@InputType({ description: 'The invitation link to create.' })
export class InvitationLinkCreateInput {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;

  @Field(() => MemberAccessInput, { nullable: true, description: ACCESS })
  access?: MemberAccessInput | null;

  @Field(() => PositiveInt, {
    nullable: true,
    description: 'The most people who can accept. Without a number there is no limit.',
  })
  maxUses?: number | null;
}

@InputType({ description: 'A CSV file of people to invite by mail.' })
export class InvitationsCreateFromCsvInput {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;

  @Field(() => String, {
    description:
      'The text of the file, with at most 5000 rows. The first line names the columns, in any order and case: `email`, ' +
      'and `role` (V2: admin, editor or viewer) or `seat` (V1: a type of seat). Commas, semicolons or tabs separate ' +
      'the columns.',
  })
  csv!: string;

  @Field(() => Boolean, {
    defaultValue: false,
    description: 'Whether to write nothing and only report what would happen.',
  })
  dryRun!: boolean;
}

/** The common fields of all inputs about one invitation. */
@InputType()
abstract class InvitationTargetInput {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;

  @Field(() => ID, { description: 'The id of the invitation.' })
  invitationId!: string;
}

@InputType({ description: 'The invitation to revoke.' })
export class InvitationRevokeInput extends InvitationTargetInput {}

@InputType({ description: 'The invitation to send again.' })
export class InvitationResendInput extends InvitationTargetInput {}

@InputType({ description: 'The workspace whose undelivered invitations to send again.' })
export class InvitationsResendUndeliveredInput {
  @Field(() => ID, { description: WORKSPACE_ID })
  workspaceId!: string;
}

@InputType({ description: 'The invitation that the caller accepts.' })
export class InvitationAcceptInput {
  @Field(() => String, { description: 'The token from the mail or from the link.' })
  token!: string;
}
