import { Arg, Args, Ctx, Extensions, FieldResolver, Mutation, Resolver, Root } from 'type-graphql';
import { MemberAccess } from '../../model/access.js';
import { Invitation } from '../../model/invitation.js';
import { Member } from '../../model/member.js';
import { Workspace } from '../../model/workspace.js';
import { accept } from '../../services/invitations/accept.js';
import {
  create as createInvitation,
  createLink as createInvitationLink,
  resend as resendInvitation,
  resendUndelivered,
  revoke as revokeInvitation,
} from '../../services/invitations/commands.js';
import { createFromCsv, type ImportedRow } from '../../services/invitations/import.js';
import {
  acceptedBy,
  invitationEdge,
  invitedAccess,
  list as listInvitations,
} from '../../services/invitations/queries.js';
import { ofInvitation as abilitiesOnInvitation } from '../../services/viewer/abilities.js';
import { PageArguments } from '../lists/arguments.js';
import { orderOf } from '../lists/direction.js';
import { withRequestedAccess } from '../members/access.js';
import { refusalOf } from '../refusals/types.js';
import type { Context } from '../serving/context.js';
import { InvitationFilter, InvitationOrder } from './filter.js';
import {
  InvitationAcceptInput,
  InvitationCreateInput,
  InvitationLinkCreateInput,
  InvitationResendInput,
  InvitationRevokeInput,
  InvitationsCreateFromCsvInput,
  InvitationsResendUndeliveredInput,
} from './inputs.js';
import {
  InvitationAbilities,
  InvitationAcceptPayload,
  InvitationConnection,
  InvitationCreatePayload,
  InvitationEdge,
  InvitationLinkCreatePayload,
  InvitationResendPayload,
  InvitationRevokePayload,
  InvitationRowResult,
  InvitationsCreateFromCsvPayload,
  InvitationsResendUndeliveredPayload,
} from './types.js';

const LOOK_ALIKE =
  'A warning: an active member whose userName looks the same but has other characters. Null when there is none.';

@Resolver(() => Invitation)
export class InvitationResolver {
  @FieldResolver(() => Workspace, { description: 'The workspace to which the invitation leads.' })
  workspace(@Root() { workspaceId }: Invitation, @Ctx() { loaders }: Context): Promise<Workspace> {
    return loaders.workspaces.load(workspaceId);
  }

  @FieldResolver(() => MemberAccess, {
    nullable: true,
    description: "The access of the new member. Null for the workspace's default at the time of acceptance.",
  })
  access(@Root() invitation: Invitation) {
    return invitedAccess(invitation);
  }

  @FieldResolver(() => Member, {
    nullable: true,
    description:
      'The member who accepted. Null when nobody did, for a link, when the record was deleted, and when the caller may not read members.',
  })
  acceptedBy(@Root() invitation: Invitation, @Ctx() { services }: Context): Promise<Member | null> {
    return acceptedBy(services, invitation);
  }

  @FieldResolver(() => InvitationAbilities, { description: 'What the caller may do to the invitation.' })
  viewerCan(@Root() invitation: Invitation, @Ctx() { services }: Context): Promise<InvitationAbilities> {
    return abilitiesOnInvitation(services, invitation);
  }
}

@Resolver()
export class InvitationMutations {
  @Mutation(() => InvitationCreatePayload, {
    nullable: true,
    description:
      'Invites a person by mail, for 60 days. The seat, if there is one, is taken on acceptance. Null when refused.',
  })
  invitationCreate(
    @Arg('input', () => InvitationCreateInput, { description: 'The person to invite.' })
    input: InvitationCreateInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationCreatePayload> {
    return createInvitation(services, withRequestedAccess(input));
  }

  @Mutation(() => InvitationLinkCreatePayload, {
    nullable: true,
    description:
      'Creates a link that admits everybody who has it, for 60 days. It is not mailed. Null when refused.',
  })
  invitationLinkCreate(
    @Arg('input', () => InvitationLinkCreateInput, { description: 'The link to create.' })
    input: InvitationLinkCreateInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationLinkCreatePayload> {
    return createInvitationLink(services, withRequestedAccess(input));
  }

  // Lower than the maximum number of rows in a file, so that a client can select all results of every row.
  @Extensions({ listSize: () => 500 })
  @Mutation(() => InvitationsCreateFromCsvPayload, {
    nullable: true,
    description:
      'Invites all people of a CSV file by mail. Each row is checked on its own, and a refused one does not affect the others. Null when refused.',
  })
  async invitationsCreateFromCsv(
    @Arg('input', () => InvitationsCreateFromCsvInput, { description: 'The CSV file to read.' })
    input: InvitationsCreateFromCsvInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationsCreateFromCsvPayload> {
    const { rows, ignoredColumns } = await createFromCsv(services, input);
    const refusedCount = rows.filter(({ error }) => error !== null).length;
    return {
      results: rows.map((row) => rowResult(input.workspaceId, row)),
      invitedCount: rows.length - refusedCount,
      refusedCount,
      ignoredColumns,
    };
  }

  @Mutation(() => InvitationRevokePayload, {
    nullable: true,
    description: 'Revokes an invitation. People who came by a link remain members. Null when refused.',
  })
  invitationRevoke(
    @Arg('input', () => InvitationRevokeInput, { description: 'The invitation to revoke.' })
    input: InvitationRevokeInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationRevokePayload> {
    return revokeInvitation(services, input);
  }

  @Mutation(() => InvitationResendPayload, {
    nullable: true,
    description: 'Sends an invitation again, with a new token and for another 60 days. Null when refused.',
  })
  invitationResend(
    @Arg('input', () => InvitationResendInput, { description: 'The invitation to send again.' })
    input: InvitationResendInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationResendPayload> {
    return resendInvitation(services, input);
  }

  @Mutation(() => InvitationsResendUndeliveredPayload, {
    nullable: true,
    description:
      'Sends the pending invitations whose last mail was not sent again: the 500 that were sent first. Null when refused.',
  })
  invitationsResendUndelivered(
    @Arg('input', () => InvitationsResendUndeliveredInput, {
      description: 'The workspace of the invitations.',
    })
    input: InvitationsResendUndeliveredInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationsResendUndeliveredPayload> {
    return resendUndelivered(services, input);
  }

  @Mutation(() => InvitationAcceptPayload, {
    nullable: true,
    description:
      'Makes the caller, who must be a person with a session, a member. Only the person with its address can accept an invitation by mail. Null when refused.',
  })
  invitationAccept(
    @Arg('input', () => InvitationAcceptInput, { description: 'The invitation to accept.' })
    input: InvitationAcceptInput,
    @Ctx() { services }: Context,
  ): Promise<InvitationAcceptPayload> {
    return accept(services, input);
  }
}

@Resolver(() => Workspace)
export class WorkspaceInvitationsResolver {
  @FieldResolver(() => InvitationConnection, {
    nullable: true,
    description:
      'The invitations of the workspace, newest first when no order is sent. Null when the caller may not read them.',
  })
  async invitations(
    @Root() { id }: Workspace,
    @Args(() => PageArguments) page: PageArguments,
    @Ctx() { services }: Context,
    @Arg('filter', () => InvitationFilter, {
      nullable: true,
      description: 'The conditions on the invitations. Without a filter all are listed.',
    })
    filter?: InvitationFilter | null,
    @Arg('orderBy', () => InvitationOrder, { nullable: true, description: 'The order of the invitations.' })
    orderBy?: InvitationOrder | null,
  ) {
    return new InvitationConnection(
      await listInvitations(services, id, filter ?? {}, orderBy == null ? null : orderOf(orderBy), page),
    );
  }
}

function rowResult(workspaceId: string, { row, email, minted, error }: ImportedRow): InvitationRowResult {
  return {
    workspaceId,
    row,
    email,
    invitation: minted?.invitation ?? null,
    token: minted?.token ?? null,
    url: minted?.url ?? null,
    refusal: error && refusalOf(error, {}),
  };
}

@Resolver(() => InvitationCreatePayload)
export class InvitationLookAlikeResolver {
  @FieldResolver(() => Member, { nullable: true, description: LOOK_ALIKE })
  lookAlike(
    @Root() { invitation: { workspaceId, email } }: InvitationCreatePayload,
    @Ctx() { loaders }: Context,
  ): Promise<Member | null> | null {
    return email === null ? null : loaders.lookAlikes.load({ workspaceId, memberId: null, userName: email });
  }
}

@Resolver(() => InvitationRowResult)
export class InvitationRowResolver {
  @FieldResolver(() => Member, { nullable: true, description: `${LOOK_ALIKE} A refused row has none.` })
  lookAlike(
    @Root() { workspaceId, email, refusal }: InvitationRowResult,
    @Ctx() { loaders }: Context,
  ): Promise<Member | null> | null {
    return refusal === null
      ? loaders.lookAlikes.load({ workspaceId, memberId: null, userName: email })
      : null;
  }
}

/** Declares a payload's field for the edge of the new invitation. */
function invitationEdgeOf(payload: () => new () => InvitationCreatePayload) {
  @Resolver(payload)
  class InvitationEdgeResolver {
    @FieldResolver(() => InvitationEdge, {
      description: 'The invitation as an item of `Workspace.invitations`, in their usual order.',
    })
    invitationEdge(@Root() { invitation }: InvitationCreatePayload) {
      return invitationEdge(invitation);
    }
  }
  return InvitationEdgeResolver;
}

export const INVITATION_PAYLOAD_RESOLVERS = [
  invitationEdgeOf(() => InvitationCreatePayload),
  invitationEdgeOf(() => InvitationLinkCreatePayload),
] as const;
