import { Arg, Args, Ctx, FieldResolver, Resolver, Root } from 'type-graphql';
import { Workspace } from '../../model/workspace.js';
import * as invitations from '../../services/invitations.js';
import type { Context } from '../context.js';
import { PageArguments } from '../types/arguments.js';
import { InvitationConnection } from '../types/connection.js';
import { InvitationFilter, InvitationOrder } from '../types/invitations.js';

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
    return new InvitationConnection(
      await invitations.list(services, id, filter ?? {}, orderBy ?? null, page),
    );
  }
}
