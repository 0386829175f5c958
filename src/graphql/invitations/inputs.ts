import { Field, ID, InputType } from 'type-graphql';
import { PositiveInt } from '../../model/scalars.js';
import { MemberAccessInput } from '../members/access.js';

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
