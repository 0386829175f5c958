import { Arg, Args, Ctx, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Invitation } from '../../model/invitation.js';
import { Member } from '../../model/member.js';
import { Workspace } from '../../model/workspace.js';
import { accept } from '../../services/invitations/accept.js';
import {
  create as createInvitation,
  createLink as createInvitationLink,
  resend as resendInvitation,
  revoke as revokeInvitation,
} from '../../services/invitations/commands.js';
import { createFromCsv, type ImportedRow } from '../../services/invitations/import.js';
import {
  acceptedBy,
  invitedAccess as invitedAccessInvitation,
  list as listInvitations,
} from '../../services/invitations/queries.js';
import { ofInvitation as abilitiesOnInvitation } from '../../services/viewer/abilities.js';
import { PageArguments } from '../lists/arguments.js';
import { type Context } from '../serving/context.js';
import { InvitationFilter, InvitationOrder } from './filter.js';
import {
  InvitationAcceptInput,
  InvitationCreateInput,
  InvitationLinkCreateInput,
  InvitationResendInput,
  InvitationRevokeInput,
  InvitationsCreateFromCsvInput,
} from './inputs.js';
import {
  InvitationAbilities,
  InvitationAcceptPayload,
  InvitationConnection,
  InvitationCreatePayload,
  InvitationLinkCreatePayload,
  InvitationResendPayload,
  InvitationRevokePayload,
  type InvitationRowResult,
  InvitationsCreateFromCsvPayload,
} from './types.js';

@Resolver(() => Invitation)
export class InvitationResolver {
  @FieldResolver(() => Workspace, { description: 'Where it invites to.' })
  workspace(@Root() { workspaceId }: Invitation, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => MemberAccess, {
    nullable: true,
    description: "What it gives. Null: the workspace's default, as it is when somebody accepts.",
  })
  access(@Root() invitation: Invitation) {
    return invitedAccessInvitation(invitation);
  }

  @FieldResolver(() => Member, {
    nullable: true,
    description: 'Who has accepted. Null when nobody has, for a link, and when the member has been deleted.',
  })
  acceptedBy(@Root() invitation: Invitation, @Ctx() { services }: Context): Promise<Member | null> {
    return acceptedBy(services, invitation);
  }

  @FieldResolver(() => InvitationAbilities, { description: 'What the caller may do to the invitation.' })
  viewerCan(@Root() invitation: Invitation, @Ctx() { services }: Context): Promise<InvitationAbilities> {
    return abilitiesOnInvitation(services, invitation);
  }

  @Mutation(() => InvitationCreatePayload, {
    description: 'Invites somebody by mail, for 60 days. What they are to get is taken when they accept.',
  })
  invitationCreate(
    @Arg('input', () => InvitationCreateInput, { description: 'Whom.' }) input: InvitationCreateInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationCreatePayload> {
    return createInvitation(services, input);
  }

  @Mutation(() => InvitationLinkCreatePayload, {
    description: 'Makes a link that lets in whoever has it, for 60 days. It is not mailed.',
  })
  invitationLinkCreate(
    @Arg('input', () => InvitationLinkCreateInput, { description: 'What for.' })
    input: InvitationLinkCreateInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationLinkCreatePayload> {
    return createInvitationLink(services, input);
  }

  @Mutation(() => InvitationsCreateFromCsvPayload, {
    description: 'Invites everybody in a file. Each row is judged on its own; a bad one costs no other.',
  })
  async invitationsCreateFromCsv(
    @Arg('input', () => InvitationsCreateFromCsvInput, { description: 'The file.' })
    input: InvitationsCreateFromCsvInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationsCreateFromCsvPayload> {
    const { rows, ignoredColumns } = await createFromCsv(services, input);
    const refusedCount = rows.filter(({ error }) => error !== null).length;
    return {
      results: rows.map(rowResult),
      invitedCount: rows.length - refusedCount,
      refusedCount,
      ignoredColumns,
    };
  }

  @Mutation(() => InvitationRevokePayload, {
    description: 'Revokes an invitation. Whoever has come by a link stays a member.',
  })
  invitationRevoke(
    @Arg('input', () => InvitationRevokeInput, { description: 'Which.' }) input: InvitationRevokeInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationRevokePayload> {
    return revokeInvitation(services, input);
  }

  @Mutation(() => InvitationResendPayload, {
    description: 'Sends an invitation again, with another token, for another 60 days.',
  })
  invitationResend(
    @Arg('input', () => InvitationResendInput, { description: 'Which.' }) input: InvitationResendInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationResendPayload> {
    return resendInvitation(services, input);
  }

  @Mutation(() => InvitationAcceptPayload, {
    description:
      'Makes a member of the caller, a person with a session. One by mail is for the person with its address only.',
  })
  invitationAccept(
    @Arg('input', () => InvitationAcceptInput, { description: 'By which.' }) input: InvitationAcceptInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationAcceptPayload> {
    return accept(services, input);
  }
}

@Resolver(() => Workspace)
export class WorkspaceInvitationsResolver {
  @FieldResolver(() => InvitationConnection, { description: 'Its invitations, newest first unless told.' })
  async invitations(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => InvitationFilter, { nullable: true, description: 'Which ones. All unless told.' })
    filter?: InvitationFilter | null,
    @Arg('orderBy', () => InvitationOrder, { nullable: true, description: 'In which order.' })
    orderBy?: InvitationOrder | null,
  ) {
    return new InvitationConnection(await listInvitations(services, id, filter ?? {}, orderBy ?? null, page));
  }
}

function rowResult({ row, email, minted, error }: ImportedRow): InvitationRowResult {
  return {
    row,
    email,
    invitation: minted?.invitation ?? null,
    token: minted?.token ?? null,
    url: minted?.url ?? null,
    error: error && {
      code: error.code,
      message: error.message,
      attribute: error.details.attribute ?? null,
      hint: error.details.hint ?? null,
    },
  };
}
