import { Field, ID, ObjectType } from 'type-graphql';
import { Workspace } from '../../model/workspace.js';
import { connectionOf } from '../lists/connection.js';
import { Ability } from '../refusals/types.js';

@ObjectType({ description: 'What an administrator needs to connect an identity provider.' })
export class ScimEndpoint {
  workspaceId!: string;

  @Field(() => String, { description: 'The SCIM 2.0 base URL to enter there.' })
  baseUrl!: string;

  @Field(() => Boolean, { description: 'Whether SCIM is on.' })
  enabled!: boolean;
}

@ObjectType({ description: 'What the caller may do in a workspace.' })
export class WorkspaceAbilities {
  @Field(() => Ability, { description: 'Change name and defaults.' }) update!: Ability;
  @Field(() => Ability, { description: 'Change the plan.' }) setPlan!: Ability;
  @Field(() => Ability, { description: 'Switch SCIM on or off.' }) setScim!: Ability;
  @Field(() => Ability, { description: 'Set how many seats there are.' }) setSeats!: Ability;
  @Field(() => Ability, { description: 'Set what the credit pool holds.' }) setCreditPool!: Ability;
  @Field(() => Ability, {
    description: 'See, search and export members; groups and counts too. Oneself is seen by everybody.',
  })
  readMembers!: Ability;

  @Field(() => Ability, { description: 'Read the credit pool, and what everybody has used of it.' })
  readCredits!: Ability;
  @Field(() => Ability, { description: 'Add members.' }) addMember!: Ability;
  @Field(() => Ability, { description: 'Change and remove members, one or many at once.' })
  changeMembers!: Ability;
  @Field(() => Ability, { description: 'See who had which access in the past.' }) reviewAccess!: Ability;
  @Field(() => Ability, { description: 'Invite people, and revoke and resend invitations.' })
  manageInvitations!: Ability;
  @Field(() => Ability, { description: 'Make groups.' }) createGroup!: Ability;
  @Field(() => Ability, { description: 'Create, rotate, disable and delete API keys.' })
  manageApiKeys!: Ability;
  @Field(() => Ability, { description: 'Read the audit log.' }) readAuditLog!: Ability;
}

@ObjectType({ description: 'A workspace that was created.' })
export class WorkspaceCreatePayload {
  @Field(() => Workspace, { description: 'The workspace.' })
  workspace!: Workspace;

  @Field(() => ID, { description: 'The member id of its first owner.' })
  ownerMemberId!: string;
}

@ObjectType({ description: 'A workspace whose settings were changed.' })
export class WorkspaceUpdatePayload {
  @Field(() => Workspace, { description: 'The workspace as it is now.' })
  workspace!: Workspace;
}

export const WorkspaceConnection = connectionOf(Workspace);
