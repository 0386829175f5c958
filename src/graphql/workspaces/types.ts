import { Field, ID, ObjectType } from 'type-graphql';
import { Workspace } from '../../model/workspace.js';
import { connectionOf } from '../lists/connection.js';
import { Ability } from '../refusals/types.js';

export const { Connection: WorkspaceConnection, Edge: WorkspaceEdge } = connectionOf(Workspace);

@ObjectType({ description: 'The settings with which an identity provider connects.' })
export class ScimEndpoint {
  workspaceId!: string;

  @Field(() => String, { description: 'The SCIM 2.0 base URL to enter at the identity provider.' })
  baseUrl!: string;

  @Field(() => Boolean, { description: 'Whether an identity provider may provision members.' })
  enabled!: boolean;
}

@ObjectType({ description: 'What the caller may do in a workspace.' })
export class WorkspaceAbilities {
  @Field(() => Ability, { description: 'Whether the caller may change the name and the defaults.' })
  update!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may change the plan.' })
  setPlan!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may switch SCIM on and off.' })
  setScim!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may set the numbers of seats.' })
  setSeats!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may set the credit pool.' })
  setCreditPool!: Ability;

  @Field(() => Ability, {
    description:
      'Whether the caller may read, search and export members, groups and counts. Members can always read themselves.',
  })
  readMembers!: Ability;

  @Field(() => Ability, {
    description: 'Whether the caller may read the credit pool and the usage of every member.',
  })
  readCredits!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may add members.' })
  addMember!: Ability;

  @Field(() => Ability, {
    description: 'Whether the caller may change and remove members, one or many at once.',
  })
  changeMembers!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may read who had which access in the past.' })
  reviewAccess!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may create, revoke and resend invitations.' })
  manageInvitations!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may create groups.' })
  createGroup!: Ability;

  @Field(() => Ability, {
    description: 'Whether the caller may create, rotate, disable and delete API keys.',
  })
  manageApiKeys!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may read the audit log.' })
  readAuditLog!: Ability;

  @Field(() => Ability, {
    description: 'Whether the caller may configure single sign-on and verify its domains.',
  })
  manageSso!: Ability;

  @Field(() => Ability, { description: 'Whether the caller may read why sign-ins were refused.' })
  readSignInLog!: Ability;

  @Field(() => Ability, {
    description:
      'Whether the caller may manage provisioning: its set-up, its problems, and the brake on removals.',
  })
  manageScim!: Ability;
}

@ObjectType({ description: 'The workspace that was created.' })
export class WorkspaceCreatePayload {
  @Field(() => Workspace, { description: 'The workspace as it is now.' })
  workspace!: Workspace;

  @Field(() => ID, { description: 'The member id of its first owner.' })
  ownerMemberId!: string;
}

@ObjectType({ description: 'The workspace that was changed.' })
export class WorkspaceUpdatePayload {
  @Field(() => Workspace, { description: 'The workspace as it is now.' })
  workspace!: Workspace;
}
